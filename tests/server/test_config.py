"""Where settings come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import condemu
from condemu.server.config import Config, Unusable, configured, misspelled

# Whatever the package reads or sets.
VARIABLES = {
    name
    for path in Path(condemu.__file__).parent.rglob("*.py")
    for name in re.findall(r"\bCONDEMU_[A-Z_]*[A-Z]\b", path.read_text())
}


def test_flags_come_before_the_environment_before_the_file_before_defaults():
    file = {"port": 1, "region": "a", "host": "h"}
    environment = {"CONDEMU_PORT": "2", "CONDEMU_REGION": "b"}
    config = configured({"port": "3", "region": None}, environment, file)
    assert (config.port, config.region, config.host, config.auth) == (3, "b", "h", "lenient")


def test_a_list_is_one_text_or_a_list():
    assert configured({}, {"CONDEMU_BUCKETS": "a, b,"}, {}).buckets == ("a", "b")
    assert configured({}, {}, {"buckets": ["a", "b"]}).buckets == ("a", "b")


def test_without_any_source_there_are_defaults():
    assert configured({}, {}, {}) == Config()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CONDEMU_PORT": "x"}, "port is 'x'; it is a whole number"),
        ({"CONDEMU_PORT": "70000"}, "port is 70000; it can be 0 to 65535"),
        ({"CONDEMU_AUTH": "never"}, "auth is 'never'; it can be off, lenient, strict"),
        ({"CONDEMU_BUCKET_NAMES": "mine"}, "bucket_names is 'mine'; it can be global, per-account"),
        ({"CONDEMU_ACCOUNT": "12"}, "account is '12'; an account is twelve digits"),
        ({"CONDEMU_TABLE_DELAY": "-1"}, "table_delay is -1.0; it can be 0 or more seconds"),
        ({"CONDEMU_EXPORT_DELAY": "-1"}, "export_delay is -1.0; it can be 0 or more seconds"),
        ({"CONDEMU_TABLE_DELAY": "nan"}, "table_delay is nan; it can be 0 or more seconds"),
        ({"CONDEMU_SHUTDOWN_TIMEOUT": "-1"}, "shutdown_timeout is -1.0; it can be 0 or more seconds"),
        ({"CONDEMU_HOST": ""}, "host is empty; it is an address, and 0.0.0.0 is all of them"),
        ({"CONDEMU_REGION": ""}, "region is empty; it is a name such as us-east-1"),
        ({"CONDEMU_CREDENTIALS": "/nowhere/at/all"}, "credentials is '/nowhere/at/all'; there is no such file"),
        ({"CONDEMU_CREDENTIALS": "/"}, "credentials is '/'; there is no such file"),
        ({"CONDEMU_SPOOL_DIRECTORY": "/nowhere/at/all"}, "spool_directory is '/nowhere/at/all'; there is no such directory"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment, said):
    with pytest.raises(Unusable, match=said):
        configured({}, environment, {})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"buckets": 3}, "buckets is 3; it is a list of texts"),
        ({"buckets": ["locks", 3]}, r"buckets is \['locks', 3\]; it is a list of texts"),
        ({"buckets": {"locks": 1}}, "buckets is {'locks': 1}; it is a list of texts"),
        ({"port": True}, "port is True; it is a whole number"),
        ({"port": 4566.5}, "port is 4566.5; it is a whole number"),
        ({"port": [1]}, r"port is \[1\]; it is a whole number"),
        ({"request_timeout": True}, "request_timeout is True; it is a number"),
        ({"request_timeout": []}, r"request_timeout is \[\]; it is a number"),
        ({"host": ["127.0.0.1"]}, r"host is \['127.0.0.1'\]; it is a text"),
    ],
)
def test_a_value_of_another_type_in_the_file_is_refused_with_what_it_is(file, said):
    with pytest.raises(Unusable, match=f"^{said}$"):
        configured({}, {}, file)


def test_numbers_and_switches_of_the_file_are_texts_where_texts_are_wanted():
    config = configured({}, {}, {"account": 111122223333, "tls": True, "request_timeout": 3})
    assert (config.account, config.tls, config.request_timeout) == ("111122223333", "on", 3.0)


def test_a_directory_for_bodies_in_which_nothing_can_be_written_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(Unusable, match=f"^spool_directory is '{tmp_path}'; nothing can be written there$"):
        configured({"spool_directory": str(tmp_path)}, {}, {})


def test_the_address_that_kubernetes_puts_into_the_variable_is_no_port():
    """A service named condemu: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables."""
    linked = {
        "CONDEMU_PORT": "tcp://10.96.0.11:4566",
        "CONDEMU_PORT_4566_TCP": "tcp://10.96.0.11:4566",
        "CONDEMU_PORT_4566_TCP_ADDR": "10.96.0.11",
        "CONDEMU_PORT_4566_TCP_PORT": "4566",
        "CONDEMU_PORT_4566_TCP_PROTO": "tcp",
        "CONDEMU_SERVICE_HOST": "10.96.0.11",
        "CONDEMU_SERVICE_PORT": "4566",
    }
    assert configured({}, linked, {}).port == 4566
    assert configured({}, linked, {"port": 77}).port == 77
    assert misspelled(linked) == []


def test_a_variable_that_is_almost_a_setting_is_named_with_the_one_that_was_meant():
    environment = {"CONDEMU_BUCKET": "a", "CONDEMU_AUHT": "off", "CONDEMU_REGION": "a", "CONDEMU_NOTES": "b", "BUCKETS": "c"}
    assert misspelled(environment) == [("CONDEMU_AUHT", "CONDEMU_AUTH"), ("CONDEMU_BUCKET", "CONDEMU_BUCKETS")]


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_no_other_variable_that_condemu_reads_is_taken_for_a_misspelled_setting(name):
    assert misspelled({name: "value"}) == []


def test_an_unknown_setting_in_the_file_is_refused():
    with pytest.raises(Unusable, match=r"^condemu\.toml has prot; the settings are host, port"):
        configured({}, {}, {"prot": 1})

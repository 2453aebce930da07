"""Where settings come from."""

from __future__ import annotations

import pytest

from condemu.server.config import Config, Unusable, configured


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
        ({"CONDEMU_CREDENTIALS": "/nowhere/at/all"}, "credentials is '/nowhere/at/all'; there is no such file"),
        ({"CONDEMU_CREDENTIALS": "/"}, "credentials is '/'; there is no such file"),
        ({"CONDEMU_SPOOL_DIRECTORY": "/nowhere/at/all"}, "spool_directory is '/nowhere/at/all'; there is no such directory"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment, said):
    with pytest.raises(Unusable, match=said):
        configured({}, environment, {})


def test_an_unknown_setting_in_the_file_is_refused():
    with pytest.raises(Unusable, match=r"^condemu\.toml has prot; the settings are host, port"):
        configured({}, {}, {"prot": 1})

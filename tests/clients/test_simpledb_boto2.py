"""boto 2, the client that SimpleDB's code base was written with: GET, `Expected.1`, Replace on every value, numbers with gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from condemu.testing.server import Server

sdb_module = pytest.importorskip("boto.sdb.connection", reason="boto 2 is not installed")
regioninfo = pytest.importorskip("boto.sdb.regioninfo")
SDBResponseError = pytest.importorskip("boto.exception").SDBResponseError

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows boto's key, so every signature is verified."""
    path = tmp_path_factory.mktemp("credentials") / "credentials.toml"
    path.write_text(f'[[credential]]\naccess_key = "{KEY}"\nsecret = "{SECRET}"\n')
    server = Server(credentials=str(path), auth="strict").start()
    yield server
    server.stop()


@pytest.fixture
def connection(server: Server) -> Any:
    server.emulator.reset_now()
    return connect(server, SECRET)


def connect(server: Server, secret: str) -> Any:
    url = urlsplit(server.url)
    region = regioninfo.SDBRegionInfo(name="local", endpoint=url.hostname)
    return sdb_module.SDBConnection(KEY, secret, is_secure=False, port=url.port, region=region)


@pytest.fixture
def domain(connection: Any) -> Any:
    return connection.create_domain("MyDomain")


def test_conditional_puts_and_deletes(domain: Any) -> None:
    assert domain.put_attributes("fez", {"quantity": "15"}, expected_value=["quantity", False])
    assert domain.put_attributes("fez", {"quantity": "14"}, expected_value=["quantity", "15"])
    with pytest.raises(SDBResponseError) as caught:
        domain.put_attributes("fez", {"quantity": "14"}, expected_value=["quantity", "15"])
    assert (caught.value.status, caught.value.error_code) == (409, "ConditionalCheckFailed")
    assert caught.value.error_message == "Conditional check failed. Attribute (quantity) value is (14) but was expected (15)"
    assert caught.value.box_usage == "0.0000219907"
    assert caught.value.request_id
    with pytest.raises(SDBResponseError) as caught:
        domain.put_attributes("fez", {"quantity": "14"}, expected_value=["quantity", True])
    assert caught.value.error_code == "IncompleteExpectedValues"
    assert domain.get_attributes("fez", consistent_read=True) == {"quantity": "14"}
    assert domain.delete_attributes("fez", expected_values=["quantity", "14"])
    assert domain.get_attributes("fez", consistent_read=True) == {}


def test_many_values_replaced_at_once(domain: Any) -> None:
    domain.put_attributes("item", {"a": ["1", "2"], "b": "x"})
    domain.put_attributes("item", {"a": ["3", "4"], "c": "y"})
    found = domain.get_attributes("item", consistent_read=True)
    assert (sorted(found["a"]), found["b"], found["c"]) == (["3", "4"], "x", "y")
    domain.put_attributes("item", {"a": "5"}, replace=False)
    assert sorted(domain.get_attributes("item", consistent_read=True)["a"]) == ["3", "4", "5"]
    domain.delete_attributes("item", {"a": ["3"], "c": None})
    assert sorted(domain.get_attributes("item", consistent_read=True)["a"]) == ["4", "5"]


def test_batches_and_select_with_its_pages(connection: Any, domain: Any) -> None:
    for start in range(0, 75, 25):
        numbers = range(start, start + 25)
        domain.batch_put_attributes({f"item{n:02}": {"n": f"{n:02}", "kind": ["a b", "c+d&e=f"]} for n in numbers})
    found = list(domain.select("select * from MyDomain where n >= '05' order by n limit 20", consistent_read=True))
    assert [item.name for item in found] == [f"item{n:02}" for n in range(5, 75)]
    assert sorted(found[0]["kind"]) == ["a b", "c+d&e=f"]
    domain.batch_delete_attributes({f"item{n:02}": None for n in range(25)})
    assert domain.get_metadata().item_count == 50
    assert [listed.name for listed in connection.get_all_domains()] == ["MyDomain"]
    assert connection.delete_domain("MyDomain")


def test_a_wrong_secret_is_refused(server: Server) -> None:
    with pytest.raises(SDBResponseError) as caught:
        connect(server, "another secret").create_domain("MyDomain")
    assert (caught.value.status, caught.value.error_code) == (403, "SignatureDoesNotMatch")

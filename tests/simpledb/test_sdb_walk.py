"""How far a conditional put walks in SimpleDB: the boundaries between modules that it crosses, and the records that it reads.

The numbers are what was measured; none may go up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from boundaries import boundaries
from sdb_wire import Wire, entries, run

from condemu.core.store import Key, MemoryTxn

PUT = {
    "Action": "PutAttributes", "DomainName": "MyDomain", "ItemName": "i", **entries({"v": "2"}, replace=True),
    "Expected.1.Name": "v",
}  # fmt: skip
TAKEN = {**PUT, "Expected.1.Value": "1"}
REFUSED = {**PUT, "Expected.1.Value": "7"}
GET = {"Action": "GetAttributes", "DomainName": "MyDomain", "ItemName": "i", "ConsistentRead": "true"}


@pytest.fixture
def checked_stores() -> None:
    """In place of the fixture that looks at every commit: looking would be counted."""


@pytest.fixture
def sdb() -> Wire:
    sdb = Wire()
    assert sdb("CreateDomain").status == 200
    assert sdb.put("i", {"v": "1"}).status == 200
    return sdb


def arrived(sdb: Wire, parameters: dict[str, str]) -> Callable[[], Any]:
    request = sdb.request("POST", "", urlencode(parameters).encode(), "sdb.amazonaws.com")
    return lambda: run(sdb.service.handle(request))


@pytest.mark.parametrize(
    ("parameters", "status", "most"), [(TAKEN, 200, 32), (REFUSED, 409, 28), (GET, 200, 23)], ids=["taken", "refused", "read"]
)
def test_a_request_crosses_no_more_boundaries_than_it_did(sdb: Wire, parameters: dict[str, str], status: int, most: int) -> None:
    answers = []
    act = arrived(sdb, parameters)
    crossed = boundaries(lambda: answers.append(act()))
    assert [answer.status for answer in answers] == [status]
    assert len(crossed) <= most, "\n".join(crossed)


@pytest.mark.parametrize("parameters", [TAKEN, REFUSED, GET], ids=["taken", "refused", "read"])
def test_no_record_is_read_twice(sdb: Wire, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str]) -> None:
    reads: Counter[tuple[str, Key]] = Counter()
    get = MemoryTxn.get

    def counted(txn: MemoryTxn, table: str, key: Key) -> Any:
        reads[table, key] += 1
        return get(txn, table, key)

    monkeypatch.setattr(MemoryTxn, "get", counted)
    arrived(sdb, parameters)()
    assert {space for space, _ in reads} >= {"simpledb.domains", "simpledb.items"}
    assert {read: times for read, times in reads.items() if times > 1} == {}

"""How far a request walks: the calls from one of condemu's modules into another, and the records that it reads.

The numbers are what was measured when they were written down. Who brings one down writes the new one here; none may go up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from boundaries import boundaries

from condemu.core.http import BytesBody, Response
from condemu.core.service import at_once
from condemu.core.store import Key, MemoryStore, MemoryTxn, Txn
from condemu.s3.state.buckets import bucket_named, change
from condemu.server.app import Emulator, build
from condemu.server.system import SystemClock, SystemIds

ACCESS_KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "secret"
ETAG = '"8d777f385d3dfec8815d20f7496026dc"'  # of b"data"


class PlainStore(MemoryStore):
    """Applies commits without the look at them that tests take: that is a walk of its own."""

    _apply = MemoryStore._apply


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, Key]]:
    """How often each record was read, by its space and key."""
    found: Counter[tuple[str, Key]] = Counter()
    get = MemoryTxn.get

    def counting(txn: MemoryTxn, table: str, key: Key) -> Any:
        found[table, key] += 1
        return get(txn, table, key)

    monkeypatch.setattr(MemoryTxn, "get", counting)
    return found


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """With an object in a bucket, and one key whose secret it knows."""
    environment = {"CONDEMU_ACCESS_KEY_ID": ACCESS_KEY, "CONDEMU_SECRET_ACCESS_KEY": SECRET}
    clock, ids = SystemClock(), SystemIds()
    emulator = build(clock=clock, ids=ids, store=PlainStore(clock, ids), environment=environment)
    assert call(emulator, "PUT", "/bucket").status == 200
    assert call(emulator, "PUT", "/bucket/key", b"data").status == 200
    yield emulator
    emulator.close()


def call(emulator: Emulator, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
    return at_once(emulator.answer(arrived(emulator, method, path, body, headers or {})))


def arrived(emulator: Emulator, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
    """A signed request whose head has arrived."""
    request = AWSRequest(method, f"http://localhost{path}", headers=headers, data=body)
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET), "s3", "us-east-1").add_auth(request)
    sent = {name.lower(): str(value) for name, value in request.headers.items()}
    sent |= {"host": "localhost", "content-length": str(len(body))}
    return emulator.received(method, path, "", sent, BytesBody(body))


def crossings(emulator: Emulator, method: str, path: str, body: bytes, headers: dict[str, str]) -> list[str]:
    """The boundaries that a request crosses which was answered before, but for the way into the program."""
    for _ in range(3):
        call(emulator, method, path, body, headers)
    answer = emulator.answer(arrived(emulator, method, path, body, headers))
    _, *crossed = boundaries(lambda: at_once(answer))
    return crossed


REQUESTS = [
    ("PutObject", "PUT", "/bucket/key", b"data", {}, 42),
    ("PutObject with If-Match", "PUT", "/bucket/key", b"data", {"If-Match": ETAG}, 44),
    ("GetObject", "GET", "/bucket/key", b"", {}, 38),
    ("HeadObject", "HEAD", "/bucket/key", b"", {}, 36),
    ("DeleteObject of a key that holds nothing", "DELETE", "/bucket/nothing", b"", {}, 44),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "most"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
def test_a_request_crosses_no_more_modules_than_it_did(
    emulator: Emulator, method: str, path: str, body: bytes, headers: dict[str, str], most: int
) -> None:
    crossed = crossings(emulator, method, path, body, headers)
    assert len(crossed) > 20
    assert len(crossed) <= most, "\n".join(crossed)


ANOTHER = {"If-Match": '"0"'}
ONCE = [
    ("PutObject", "PUT", "/bucket/key", b"data", {}, 200),
    ("PutObject of a new key", "PUT", "/bucket/new", b"data", {}, 200),
    ("PutObject with If-Match", "PUT", "/bucket/key", b"data", {"If-Match": ETAG}, 200),
    ("PutObject with If-Match, refused", "PUT", "/bucket/key", b"data", ANOTHER, 412),
    ("PutObject with If-None-Match", "PUT", "/bucket/new", b"data", {"If-None-Match": "*"}, 200),
    ("PutObject with If-None-Match, refused", "PUT", "/bucket/key", b"data", {"If-None-Match": "*"}, 412),
    ("GetObject", "GET", "/bucket/key", b"", {}, 200),
    ("GetObject with If-Match, refused", "GET", "/bucket/key", b"", ANOTHER, 412),
    ("GetObject of a key that holds nothing", "GET", "/bucket/nothing", b"", {}, 404),
    ("DeleteObject", "DELETE", "/bucket/key", b"", {}, 204),
    ("DeleteObject with If-Match", "DELETE", "/bucket/key", b"", {"If-Match": ETAG}, 204),
    ("DeleteObject with If-Match, refused", "DELETE", "/bucket/key", b"", ANOTHER, 412),
    ("DeleteObject of a key that holds nothing", "DELETE", "/bucket/nothing", b"", {}, 204),
]


@pytest.mark.parametrize("versioning", ["", "Enabled", "Suspended"])
@pytest.mark.parametrize(("method", "path", "body", "headers", "status"), [row[1:] for row in ONCE], ids=[row[0] for row in ONCE])
def test_no_record_is_read_twice(
    emulator: Emulator, read: Counter[tuple[str, Key]], versioning: str,
    method: str, path: str, body: bytes, headers: dict[str, str], status: int,
) -> None:  # fmt: skip
    emulator.engine.store.transact(lambda txn: versioned(txn, versioning))
    read.clear()
    assert call(emulator, method, path, body, headers).status == status
    assert read
    assert {record: times for record, times in read.items() if times > 1} == {}


def versioned(txn: Txn, versioning: str) -> None:
    bucket = bucket_named(txn, "bucket")
    assert bucket is not None
    change(txn, bucket, versioning=versioning)


def test_a_bucket_that_changed_while_the_body_came_is_read_again(emulator: Emulator) -> None:
    class Late(BytesBody):
        """Between its bytes and the decision versioning is enabled."""

        def take(self) -> bytes | None:
            emulator.engine.store.transact(lambda txn: versioned(txn, "Enabled"))
            return super().take()

    request = arrived(emulator, "PUT", "/bucket/key", b"data", {})
    request.body = Late(b"data")
    response = at_once(emulator.answer(request))
    assert "x-amz-version-id" in dict(response.headers)

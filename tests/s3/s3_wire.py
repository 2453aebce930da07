"""An S3 in this process, called with plain HTTP: what a test sends and sees is what is on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from condemu.core.blobs import MemoryBlobs
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.http import BytesBody, Request
from condemu.core.store import MemoryStore, prefix_range
from condemu.s3.service import S3
from condemu.s3.state.buckets import bucket_named, change
from condemu.s3.state.records import Bucket
from condemu.wire.xml import Element, parse


@dataclass(frozen=True)
class Answer:
    """Header names are in lower case; `xml` is None when the body is no document."""

    status: int
    headers: dict[str, str]
    body: bytes
    xml: Element | None

    @property
    def code(self) -> str | None:
        return self.xml.text_of("Code") if self.xml is not None and self.xml.tag == "Error" else None

    @property
    def message(self) -> str | None:
        return self.xml.text_of("Message") if self.xml is not None else None

    @property
    def refusal(self) -> tuple[Any, ...]:
        """(status, code, extra elements) of an error document."""
        assert self.xml is not None
        known = ("Code", "Message", "RequestId", "HostId")
        return self.status, self.code, {child.tag: child.text for child in self.xml if child.tag not in known}

    def __getitem__(self, header: str) -> str | None:
        return self.headers.get(header.lower())


class Wire:
    """Sends requests. `began` makes a request look as if it had been received at an earlier commit."""

    def __init__(self, store: type[MemoryStore] = MemoryStore) -> None:
        self.clock, self.ids = ManualClock(), CountingIds()
        self.store = store(self.clock, self.ids)
        self.service = S3(engine=Engine(self.store), blobs=MemoryBlobs(), clock=self.clock, ids=self.ids)

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
        began: int | None = None,
    ) -> Answer:
        sent = {"host": "s3.localhost", **{name.lower(): value for name, value in (headers or {}).items()}}
        if method in ("PUT", "POST"):
            sent.setdefault("content-length", str(len(body)))
        request = Request(
            method,
            quote(path, errors="surrogateescape"),
            query,
            sent,
            BytesBody(body),
            received_index=self.store.index if began is None else began,
            received_at=self.clock.now(),
            request_id="0123456789ABCDEF",
            host_id="host",
        )
        response = asyncio.run(self.service.handle(request))
        data = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        answered = {name.lower(): value for name, value in response.headers}
        xml = parse(data) if data and answered.get("content-type") == "application/xml" and data.startswith(b"<?xml") else None
        return Answer(response.status, answered, data, xml)

    def put(self, key: str, body: bytes = b"data", **headers: str) -> Answer:
        return self("PUT", f"/bucket/{key}", body, headers=dashed(headers))

    def get(self, key: str, query: str = "", **headers: str) -> Answer:
        return self("GET", f"/bucket/{key}", query=query, headers=dashed(headers))

    def head(self, key: str, query: str = "", **headers: str) -> Answer:
        return self("HEAD", f"/bucket/{key}", query=query, headers=dashed(headers))

    def delete(self, key: str, query: str = "", **headers: str) -> Answer:
        return self("DELETE", f"/bucket/{key}", query=query, headers=dashed(headers))

    def copy(self, source: str, key: str, **headers: str) -> Answer:
        return self("PUT", f"/bucket/{key}", headers={"x-amz-copy-source": source, **dashed(headers)})

    def versioning(self, status: str, bucket: str = "bucket") -> None:
        """Set the bucket's versioning by its record: the operation has tests of its own."""

        def decide(txn: Any) -> None:
            change(txn, bucket_called(txn, bucket), versioning=status)

        self.store.transact(decide)

    def object_lock(self, **retention: Any) -> None:
        """Enable Object Lock, with that default retention."""

        def decide(txn: Any) -> None:
            change(txn, bucket_called(txn), versioning="Enabled", object_lock=retention)

        self.store.transact(decide)

    def everything(self) -> dict[str, list[Any]]:
        """All that is stored, to be compared after a refusal."""
        return {name: list(table.items()) for name, table in self.store._tables.items() if len(table)}

    def stack(self, key: str) -> list[tuple[str, bool, str]]:
        """(id, is a delete marker, ETag) of the key's versions, newest first."""

        def decide(txn: Any) -> Iterable[Any]:
            where = bucket_called(txn).at(key)
            current = txn.get("s3.object", where)
            below = [version for _, version in txn.scan("s3.version", *prefix_range(where))]
            return ([current] if current is not None else []) + below

        return [(version.version_id, version.marker, version.etag) for version in self.store.view(decide)]


def bucket_called(txn: Any, name: str = "bucket") -> Bucket:
    """A bucket's record."""
    bucket = bucket_named(txn, name)
    assert bucket is not None
    return bucket


def dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def fresh(store: type[MemoryStore] = MemoryStore) -> Wire:
    """An S3 of its own with a bucket named `bucket`."""
    wire = Wire(store)
    assert wire("PUT", "/bucket").status == 200
    return wire

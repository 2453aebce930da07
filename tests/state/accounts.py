"""Two accounts on one emulator in this process, and things that they do to all three services."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode

from condemu.core.codec import MemoryBodies
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.http import BytesBody, Response
from condemu.core.spaces import snapshot
from condemu.core.store import Store
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.state import SPACES

SIGNED = f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}"


class World:
    """One emulator. Requests carry an account's number as their access key, so they are that account's root user's."""

    def __init__(self, store: type[Any] | None = None, **config: Any) -> None:
        self.clock, self.ids = ManualClock(), CountingIds()
        made: Store | None = store(self.clock, self.ids) if store is not None else None
        self.emulator: Emulator = build(Config(**config), clock=self.clock, ids=self.ids, store=made)
        self.store = self.emulator.engine.store

    def send(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Response:
        emulator = self.emulator
        sent = {"host": "localhost", "content-length": str(len(body)), "x-amz-date": "20260101T000000Z", **headers}
        return asyncio.run(emulator.answer(emulator.received(method, path, query, sent, BytesBody(body))))

    def s3(self, account: str, method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Response:
        scope = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/s3/aws4_request, {SIGNED}"
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": scope, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", **more}
        return self.send(method, quote(path), query, sent, body)

    def dynamodb(self, account: str, operation: str, api: str = "DynamoDB_20120810", **members: Any) -> tuple[int, Any]:
        scope = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/dynamodb/aws4_request, {SIGNED}"
        headers = {
            "authorization": scope, "content-type": "application/x-amz-json-1.0", "x-amz-target": f"{api}.{operation}",
        }  # fmt: skip
        response = self.send("POST", "/", "", headers, json.dumps(members).encode())
        return response.status, json.loads(response.body)  # type: ignore[arg-type]

    def simpledb(self, account: str, action: str, **parameters: str) -> Response:
        given = {name.replace("__", "."): value for name, value in parameters.items()}
        signed = {
            "Action": action, "Version": "2009-04-15", "AWSAccessKeyId": account, "SignatureVersion": "2",
            "SignatureMethod": "HmacSHA256", "Signature": "AAAA", "Timestamp": "2026-01-01T00:00:00Z", **given,
        }  # fmt: skip
        headers = {"content-type": "application/x-www-form-urlencoded", "host": "sdb.amazonaws.com"}
        return self.send("POST", "/", "", headers, urlencode(signed).encode())

    def written_down(self, account: str) -> list[str]:
        """All that an account holds, as documents: what must be the same, byte for byte."""
        kept = self.store.view(lambda txn: snapshot(txn, SPACES, account))
        by_name, bodies = {space.name: space for space in SPACES}, MemoryBodies()
        return sorted(json.dumps(by_name[name].document(key, held, bodies)) for name, key, held in kept.entries)

    def everything(self) -> list[Any]:
        return self.store.view(lambda txn: [(table, *entry) for table in txn.tables() for entry in txn.scan(table)])

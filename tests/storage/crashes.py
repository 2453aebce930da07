"""A condemu in a process of its own that is killed at any moment, and clients that know what they were told.

Each client has keys, items and an attribute of its own and does one thing at a time to them, so it knows what must be there: what
was acknowledged, and at most one more request whose answer never came, which took effect whole or not at all. What was refused
carries content that must never be seen.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

CLIENTS = 4
SIZES = (0, 100, 5_000, 70_000, 300_000)  # bytes of bodies: in the record, in the log, and in files beside it
TABLE = {
    "TableName": "table", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
}  # fmt: skip


class Gone(Exception):
    """The server does not answer any more."""


class Served:
    """A condemu on a data directory."""

    def __init__(self, data: Path, *more: str) -> None:
        command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0", "--auth", "off", "--data", str(data), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.port = int(json.loads(line)["url"].rpartition(":")[2])
        self.process.stdout.readline()  # type: ignore[union-attr]

    def kill(self) -> str:
        """What it had said on the standard error."""
        self.process.send_signal(signal.SIGKILL)
        return self.process.communicate()[1]

    def stop(self) -> str:
        self.process.terminate()
        return self.process.communicate()[1]


class Connection:
    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port)

    def __del__(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._http.request(method, path, body, shown)
            answer = self._http.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        except (OSError, http.client.HTTPException) as failure:
            raise Gone from failure

    def dynamodb(self, operation: str, **members: Any) -> tuple[int, Any]:
        target = {"x_amz_target": f"DynamoDB_20120810.{operation}", "content_type": "application/x-amz-json-1.0"}
        status, body, _ = self.send("POST", "/", json.dumps(members).encode(), **target)
        return status, json.loads(body)

    def simpledb(self, action: str, **parameters: str) -> tuple[int, bytes]:
        form = {"Action": action, "Version": "2009-04-15", **{name.replace("__", "."): text for name, text in parameters.items()}}
        status, body, _ = self.send("POST", "/", urlencode(form).encode(), content_type="application/x-www-form-urlencoded")
        return status, body


@dataclass
class Client:
    """What one client was told. `pending` is what the request would have made whose answer never came."""

    number: int
    random: random.Random
    held: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # S3: key -> content and ETag
    counter: int = 0  # DynamoDB: two items that a transaction counts up together
    version: int = 0  # SimpleDB
    pending: Callable[[], None] | None = None
    place: str = ""  # what `pending` is about
    told: int = 0
    refused: int = 0

    @property
    def things(self) -> tuple[Callable[[Connection], None], ...]:
        return self.put, self.put, self.refuse, self.delete, self.copy, self.upload, self.count, self.set

    def content(self) -> bytes:
        size = self.random.choice(SIZES)
        return hashlib.shake_128(f"{self.number}/{self.random.random()}".encode()).digest(size)

    def work(self, connection: Connection) -> None:
        """One thing after the other, until the server is gone."""
        try:
            while True:
                self.random.choice(self.things)(connection)
                self.told += 1
        except Gone:
            return

    def _about(self, place: str, then: Callable[[], None]) -> None:
        self.place, self.pending = place, then

    def _done(self) -> None:
        if self.pending is not None:
            self.pending()
        self.pending, self.place = None, ""

    def _key(self) -> str:
        return f"{self.number}/{self.random.randrange(6)}"

    def put(self, connection: Connection) -> None:
        key, content = self._key(), self.content()
        before = self.held.get(key)
        condition = {"if_none_match": "*"} if before is None else {"if_match": before[1]}
        self._about(key, lambda: self.held.__setitem__(key, (content, tag_of(content))))
        status, body, _ = connection.send("PUT", f"/bucket/{key}", content, **condition)
        assert status == 200, (status, body)
        self._done()

    def refuse(self, connection: Connection) -> None:
        key = self._key()
        condition = {"if_match": "0" * 32} if key in self.held else {"if_match": "1" * 32}
        status, _, _ = connection.send("PUT", f"/bucket/{key}", b"refused" * self.random.choice((1, 20_000)), **condition)
        assert status in (404, 412), status
        status, answer = connection.dynamodb(
            "PutItem", TableName="table", Item={"pk": {"S": f"a{self.number}"}, "n": {"N": "-1"}},
            ConditionExpression="n = :n", ExpressionAttributeValues={":n": {"N": "-5"}},
        )  # fmt: skip
        assert status == 400, answer
        self.refused += 1

    def delete(self, connection: Connection) -> None:
        key = self._key()
        self._about(key, lambda: self.held.pop(key, None) and None)
        status, body, _ = connection.send("DELETE", f"/bucket/{key}")
        assert status == 204, (status, body)
        self._done()

    def copy(self, connection: Connection) -> None:
        source, key = self._key(), self._key()
        if source not in self.held or source == key:
            return
        content = self.held[source][0]
        self._about(key, lambda: self.held.__setitem__(key, (content, tag_of(content))))
        status, body, _ = connection.send("PUT", f"/bucket/{key}", x_amz_copy_source=f"/bucket/{source}")
        assert status == 200, (status, body)
        self._done()

    def upload(self, connection: Connection) -> None:
        key, content = self._key(), self.content()
        status, body, _ = connection.send("POST", f"/bucket/{key}?uploads")
        assert status == 200, (status, body)
        name = re.findall(rb"<UploadId>(.*?)</UploadId>", body)[0].decode()
        status, body, headers = connection.send("PUT", f"/bucket/{key}?partNumber=1&uploadId={name}", content)
        assert status == 200, (status, body)
        tag = headers["etag"]
        parts = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
        if self.random.random() < 0.3:
            return  # an upload that is never completed
        whole = hashlib.md5(hashlib.md5(content).digest()).hexdigest() + "-1"
        self._about(key, lambda: self.held.__setitem__(key, (content, whole)))
        status, body, _ = connection.send("POST", f"/bucket/{key}?uploadId={name}", parts.encode())
        assert status == 200, (status, body)
        assert b"<Error>" not in body, body
        self._done()

    def count(self, connection: Connection) -> None:
        after = self.counter + 1
        self._about("counter", lambda: setattr(self, "counter", after))
        update = {
            "TableName": "table", "UpdateExpression": "ADD n :one",
            "ConditionExpression": "n = :before OR attribute_not_exists(n)",
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":before": {"N": str(self.counter)}},
        }  # fmt: skip
        updates = [{"Update": {**update, "Key": {"pk": {"S": f"{name}{self.number}"}}}} for name in "ab"]
        status, answer = connection.dynamodb("TransactWriteItems", TransactItems=updates)
        assert status == 200, answer
        self._done()

    def set(self, connection: Connection) -> None:
        after = self.version + 1
        self._about("version", lambda: setattr(self, "version", after))
        expected = {"Expected__1__Name": "v", **(
            {"Expected__1__Value": str(self.version)} if self.version else {"Expected__1__Exists": "false"}
        )}  # fmt: skip
        status, body = connection.simpledb(
            "PutAttributes", DomainName="domain", ItemName=f"i{self.number}", Attribute__1__Name="v",
            Attribute__1__Value=str(after), Attribute__1__Replace="true", **expected,
        )  # fmt: skip
        assert status == 200, body
        self._done()

    # after a restart

    def look(self, connection: Connection) -> None:
        """All that was acknowledged is there, nothing that was refused, and what was under way whole or not at all."""
        for number in range(6):
            key = f"{self.number}/{number}"
            status, body, headers = connection.send("GET", f"/bucket/{key}")
            found = (body, headers["etag"].strip('"')) if status == 200 else None
            self._compare(key, found, lambda key=key: self.held.get(key))  # type: ignore[misc]
        counters = [self._counter(connection, f"{name}{self.number}") for name in "ab"]
        assert counters[0] == counters[1], "a transaction was torn"
        self._compare("counter", counters[0], lambda: self.counter)
        _, body = connection.simpledb("GetAttributes", DomainName="domain", ItemName=f"i{self.number}", ConsistentRead="true")
        values = re.findall(rb"<Value>(\d+)</Value>", body)
        assert len(values) <= 1
        self._compare("version", int(values[0]) if values else 0, lambda: self.version)
        self.pending, self.place = None, ""

    def _counter(self, connection: Connection, name: str) -> int:
        _, answer = connection.dynamodb("GetItem", TableName="table", Key={"pk": {"S": name}}, ConsistentRead=True)
        return int(answer.get("Item", {}).get("n", {"N": "0"})["N"])

    def _compare(self, place: str, found: Any, told: Callable[[], Any]) -> None:
        if found == told():
            return
        assert self.place == place, f"{place} of client {self.number} is {_short(found)}, acknowledged was {_short(told())}"
        assert self.pending is not None
        self.pending()
        assert found == told(), f"{place} of client {self.number} is {_short(found)}, which nobody wrote"


def tag_of(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def _short(value: Any) -> str:
    return f"{len(value[0])} bytes with ETag {value[1]}" if isinstance(value, tuple) else repr(value)


class Trial:
    """One data directory through many lives of the server."""

    def __init__(self, data: Path, seed: int, *more: str) -> None:
        self.data = data
        self.random = random.Random(seed)
        self.more = more
        self.clients = [Client(number, random.Random(seed * 1000 + number)) for number in range(CLIENTS)]
        self.said = ""
        server = Served(data, *more)
        connection = Connection(server.port)
        assert connection.send("PUT", "/bucket")[0] == 200
        assert connection.dynamodb("CreateTable", **TABLE)[0] == 200
        assert connection.simpledb("CreateDomain", DomainName="domain")[0] == 200
        server.stop()

    def life(self, requests: int) -> None:
        """Start, look, work until about so many requests were answered, and be killed."""
        server = Served(self.data, *self.more)
        try:
            connection = Connection(server.port)
            for client in self.clients:
                client.look(connection)
            until = sum(client.told for client in self.clients) + self.random.randrange(1, requests)
            failures: list[BaseException] = []
            threads = [threading.Thread(target=self._work, args=(client, server.port, failures)) for client in self.clients]
            for thread in threads:
                thread.start()
            while sum(client.told for client in self.clients) < until and not failures:
                threads[0].join(0.001)
        finally:
            self.said = server.kill()
        for thread in threads:
            thread.join()
        assert failures == [], failures

    def _work(self, client: Client, port: int, failures: list[BaseException]) -> None:
        try:
            client.work(Connection(port))
        except BaseException as failure:
            failures.append(failure)

    def last_look(self) -> None:
        server = Served(self.data, *self.more)
        connection = Connection(server.port)
        for client in self.clients:
            client.look(connection)
        self.said = server.stop()

    def bodies(self) -> int:
        return len(os.listdir(self.data / "bodies"))

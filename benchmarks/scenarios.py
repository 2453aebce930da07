"""What is measured: operations as pre-signed requests, the status that each must answer, and what has to be there before.

A scenario's requests are prepared in lots: lot 0 warms the server up, the others are measured. What can be done to a key once is
done to other keys in each lot; what only has to be there is put there with lot 0.
"""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import md5

from benchmarks import dynamodb, simpledb
from benchmarks.load import Requests
from benchmarks.signing import UNSIGNED, Signer

KIB, MIB = 1024, 1024 * 1024
BUCKET = "bench"
FRESH = 30_000  # requests prepared for an operation that can be done once per key
CHAIN = 3_000  # links prepared for each connection of the compare-and-swap chain


class Client:
    """One blocking connection, for what happens before the clock starts."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=120)
        self.file = self.socket.makefile("rb")

    def send(self, request: bytes) -> tuple[int, bytes]:
        self.socket.sendall(request)
        status = int(self.file.readline().split()[1])
        length, chunked, kept = 0, False, True
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
            chunked |= name == b"transfer-encoding"
            kept &= (name, value.strip()) != (b"connection", b"close")
        body = b"" if chunked else self.file.read(length)
        while chunked and (size := int(self.file.readline(), 16)):
            body += self.file.read(size + 2)[:-2]
        if chunked:
            self.file.readline()
        if not kept:
            self._connect()
        return status, body


Prepare = Callable[[Signer, Client, int], Requests]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    status: int
    connections: int
    prepare: Prepare
    moved: int = 0  # bytes of body that each request moves, for MB/s
    bare: bool = True  # whether the bare server does something comparable


def body_of(size: int, seed: int = 0) -> bytes:
    return (b"%020d" % seed * (size // 20 + 1))[:size]


def etag(body: bytes) -> str:
    return f'"{md5(body).hexdigest()}"'


def put(signer: Signer, key: str, body: bytes, payload: str = "", **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return signer.request("PUT", f"/{BUCKET}/{key}", "", body, named, payload=payload)


def get(signer: Signer, key: str, **headers: str) -> bytes:
    return signer.request("GET", f"/{BUCKET}/{key}", headers={name.replace("_", "-"): value for name, value in headers.items()})


def put_plain(signer: Signer, client: Client, lot: int) -> Requests:
    body = body_of(KIB)
    return itertools.cycle([put(signer, f"plain-{n}", body) for n in range(1000)])


def put_fresh(signer: Signer, client: Client, lot: int) -> Requests:
    body = body_of(KIB)
    return [put(signer, f"fresh-{lot}-{n}", body, if_none_match="*") for n in range(FRESH)]


def put_refused(signer: Signer, client: Client, lot: int) -> Requests:
    client.send(put(signer, "taken", b"x"))
    return itertools.repeat(put(signer, "taken", body_of(KIB), if_none_match="*"))


def put_chain(signer: Signer, client: Client, lot: int, connections: int = 16) -> Requests:
    """Each connection replaces its own key, each time naming what the last time left."""

    def links(chain: int) -> Iterator[bytes]:
        before = body_of(KIB)
        client.send(put(signer, f"chain-{chain}", before))
        for number in range(1, CHAIN):
            after = body_of(KIB, number)
            yield put(signer, f"chain-{chain}", after, if_match=etag(before))
            before = after

    return [list(links(chain)) for chain in range(connections)]


def get_small(signer: Signer, client: Client, lot: int) -> Requests:
    client.send(put(signer, "small-1024", body_of(KIB)))
    return itertools.repeat(get(signer, "small-1024"))


def get_unchanged(signer: Signer, client: Client, lot: int) -> Requests:
    client.send(put(signer, "same-0", body_of(KIB)))
    return itertools.repeat(get(signer, "same-0", if_none_match=etag(body_of(KIB))))


def put_sized(size: int) -> Prepare:
    def prepare(signer: Signer, client: Client, lot: int) -> Requests:
        return itertools.repeat(put(signer, f"put-{size}", body_of(size), UNSIGNED))

    return prepare


def get_sized(size: int) -> Prepare:
    def prepare(signer: Signer, client: Client, lot: int) -> Requests:
        client.send(put(signer, f"get-{size}", body_of(size), UNSIGNED))
        return itertools.repeat(get(signer, f"get-{size}"))

    return prepare


def complete(signer: Signer, client: Client, lot: int) -> Requests:
    """CompleteMultipartUpload with If-None-Match: *, each on an upload of one part that is already there."""
    requests = []
    for number in range(1500):
        path = f"/{BUCKET}/upload-{lot}-{number}"
        found = re.search(rb"<UploadId>([^<]+)", client.send(signer.request("POST", path, "uploads="))[1])
        upload = found[1].decode() if found else "none"
        client.send(signer.request("PUT", path, f"partNumber=1&uploadId={upload}", b"part"))
        part = f"<Part><PartNumber>1</PartNumber><ETag>{etag(b'part')}</ETag></Part>"
        document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
        requests.append(signer.request("POST", path, f"uploadId={upload}", document.encode(), {"if-none-match": "*"}))
    return requests


def list_page(signer: Signer, client: Client, lot: int) -> Requests:
    """A page of 1,000 keys out of 10,000."""
    for number in range(0 if lot else 10_000):
        client.send(put(signer, f"list/{number:07}", b""))
    return itertools.repeat(signer.request("GET", f"/{BUCKET}", "list-type=2&prefix=list%2F&start-after=list%2F0005000"))


def races(signer: Signer, client: Client, lot: int, racers: int = 64, rounds: int = 150) -> Requests:
    """In every round all racers try to create one key. Exactly one in `racers` answers may be a success."""
    return [[put(signer, f"race-{lot}-{n}", b"x" * KIB, if_none_match="*") for n in range(rounds)] for _ in range(racers)]


SCENARIOS = (
    Scenario("PUT 1 KiB", 200, 16, put_plain),
    Scenario("PUT 1 KiB, If-None-Match: *, fresh keys", 200, 16, put_fresh),
    Scenario("PUT 1 KiB, If-None-Match: *, refused", 412, 16, put_refused),
    Scenario("PUT 1 KiB, If-Match chain", 200, 16, put_chain),
    Scenario("GET 1 KiB", 200, 16, get_small),
    Scenario("GET, If-None-Match, not modified", 304, 16, get_unchanged),
    Scenario("PUT 1 MiB", 200, 4, put_sized(MIB), MIB),
    Scenario("GET 1 MiB", 200, 4, get_sized(MIB), MIB),
    Scenario("PUT 64 MiB", 200, 1, put_sized(64 * MIB), 64 * MIB),
    Scenario("GET 64 MiB", 200, 1, get_sized(64 * MIB), 64 * MIB),
    Scenario("CompleteMultipartUpload, If-None-Match: *", 200, 16, complete, bare=False),
    Scenario("ListObjectsV2, 1,000 of 10,000 keys", 200, 4, list_page, bare=False),
    Scenario("64 racers create one key", 200, 64, races),
    Scenario("PutAttributes, Expected chain", 200, 16, simpledb.put_chain),
    Scenario("Select, 100 of 10,000 items", 200, 4, simpledb.select_page, bare=False),
    Scenario("DynamoDB GetItem", 200, 16, dynamodb.get),
    Scenario("DynamoDB PutItem, attribute_not_exists", 200, 16, dynamodb.put_fresh),
    Scenario("DynamoDB UpdateItem, v = :old chain", 200, 16, dynamodb.update_chain),
    Scenario("DynamoDB TransactWriteItems of four", 200, 16, dynamodb.transact),
    Scenario("DynamoDB Query, 100 items", 200, 4, dynamodb.query, bare=False),
)

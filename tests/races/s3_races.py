"""64 conditional writers of one key at once, many rounds: whatever order they arrive in, exactly one wins.

The suite runs a few rounds of each race (test_s3_races.py). All of them, a thousand rounds each:

    python tests/races/s3_races.py                    about four minutes
    python tests/races/s3_races.py --size 8MiB        bodies of 8 MiB: PutObject alone then hashes 512 MiB in each round

Each round is recorded, and the checker finds nothing in it. Requests run concurrently in one event loop, their bodies
arriving in pieces and in an order that the seed decides. A race is an operation and a condition:

    create   If-None-Match: * on a key that holds nothing
    swap     If-Match with the ETag that the key holds
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from random import Random
from typing import Any, Final

from condemu.core.http import Response
from condemu.core.store import prefix_range
from condemu.lab.checker import check
from condemu.s3.state.buckets import bucket_named, change
from condemu.s3.state.records import OBJECTS, VERSIONS, Bucket
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.testing.recorder import recording
from condemu.wire.xml import parse

WRITERS: Final = 64
PIECE: Final = bytes(1024 * 1024)
LOSES: Final = frozenset({404, 409, 412})
RACES: Final = (
    ("put", "create"),
    ("complete", "create"),
    ("copy", "create"),
    ("put", "swap"),
    ("complete", "swap"),
    ("copy", "swap"),
    ("delete", "swap"),
)


class Trickle:
    """A body whose pieces let others go first, as often as the seed says."""

    def __init__(self, pieces: list[bytes], random: Random) -> None:
        self._pieces = iter([*pieces, b""])
        self._random = random

    async def next_chunk(self) -> bytes:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)
        return next(self._pieces, b"")

    def take(self) -> bytes | None:
        return None


# Somebody whose secret nobody knows: let in unverified, as the root of the account that the bucket belongs to.
CALLER = {
    "authorization": "AWS4-HMAC-SHA256 Credential=racer/20260101/us-east-1/s3/aws4_request,"
    f"SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature={'0' * 64}",
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "x-amz-date": "20260101T000000Z",
}


@dataclass
class Arena:
    """One emulator with one bucket, and a way to call it."""

    emulator: Emulator
    random: Random
    size: int
    versioned: bool

    @classmethod
    def new(cls, *, seed: int, size: int, versioned: bool) -> Arena:
        emulator = build(Config(buckets=("bucket",)))

        def enable(txn: Any) -> None:
            change(txn, the_bucket(txn), versioning="Enabled" if versioned else "")

        emulator.engine.administer_now(enable)
        return cls(emulator, Random(seed), size, versioned)

    async def call(self, method: str, key: str, pieces: list[bytes] | None = None, query: str = "", **headers: str) -> Response:
        pieces = pieces or []
        sent = {"host": "localhost", "content-length": str(sum(map(len, pieces))), **CALLER}
        sent.update((name.replace("_", "-"), value) for name, value in headers.items())
        body = Trickle(pieces, self.random)
        return await self.emulator.answer(self.emulator.received(method, f"/bucket/{key}", query, sent, body))

    def pieces(self, name: str) -> list[bytes]:
        """A body that begins with its name and is as long as the race wants it."""
        rest = max(self.size - len(name), 0)
        return [name.encode(), *([PIECE] * (rest // len(PIECE))), PIECE[: rest % len(PIECE)]]

    def held(self, key: str) -> tuple[bytes | None, int]:
        """What the key's object begins with, and how many versions and markers there are."""

        def read(txn: Any) -> tuple[bytes | None, int]:
            where = the_bucket(txn).at(key)
            current = txn.get(OBJECTS, where)
            below = sum(1 for _ in txn.scan(VERSIONS, *prefix_range(where)))
            if current is None or current.marker:
                return None, below + (current is not None)
            return current.body.cut(0, min(current.size, 24)).bytes().rstrip(b"\0"), below + 1

        return self.emulator.engine.store.view(read)


async def prepared(arena: Arena, operation: str, key: str, writer: int, round_: int) -> dict[str, Any]:
    """What a writer sends, but for its condition. Sources and parts are there before the race begins."""
    name = f"{round_}-{writer}"
    if operation == "put":
        return {"method": "PUT", "pieces": arena.pieces(name)}
    if operation == "delete":
        return {"method": "DELETE"}
    source = f"source-{writer}"
    if round_ == 0:
        assert (await arena.call("PUT", source, arena.pieces(f"0-{writer}"))).status == 200
    if operation == "copy":
        return {"method": "PUT", "x_amz_copy_source": f"bucket/{source}"}
    answer = await arena.call("POST", key, query="uploads")
    assert isinstance(answer.body, bytes)
    upload = parse(answer.body).text_of("UploadId")
    part = await arena.call("PUT", key, query=f"uploadId={upload}&partNumber=1", x_amz_copy_source=f"bucket/{source}")
    assert isinstance(part.body, bytes)
    etag = parse(part.body).text_of("ETag")
    document = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    return {"method": "POST", "pieces": [document.encode()], "query": f"uploadId={upload}"}


async def race(arena: Arena, operation: str, condition: str, round_: int) -> Counter[int]:
    """One round. Returns how often each status was answered; raises AssertionError when the count of winners is wrong."""
    key = f"{operation}-{condition}-{round_}"
    sent = {"if_none_match": "*"}
    if condition == "swap":
        assert (await arena.call("PUT", key, [key.encode()])).status == 200
        sent = {"if_match": f'"{md5(key.encode()).hexdigest()}"'}
    before = arena.held(key)[1]
    ready = [await prepared(arena, operation, key, writer, round_) for writer in range(WRITERS)]
    order = arena.random.sample(range(WRITERS), WRITERS)

    async def write(writer: int) -> tuple[int, int]:
        request = {**ready[writer], **sent, "x_condemu_actor": f"writer-{writer}"}
        return writer, (await arena.call(request.pop("method"), key, **request)).status

    answers = await asyncio.gather(*(write(writer) for writer in order))
    winners = [writer for writer, status in answers if status in (200, 204)]
    assert len(winners) == 1, f"{operation} {condition}, round {round_}: {len(winners)} of {WRITERS} won"
    assert all(status in LOSES for writer, status in answers if writer not in winners), answers
    begins, versions = arena.held(key)
    tag = f"{round_ if operation == 'put' else 0}-{winners[0]}".encode()
    assert begins == (None if operation == "delete" else tag), f"{operation} {condition}, round {round_}: {begins!r}"
    kept = before + 1 if arena.versioned else int(operation != "delete")
    assert versions == kept, f"{operation} {condition}, round {round_}: {versions} versions"
    return Counter(status for _, status in answers)


def run(operation: str, condition: str, *, rounds: int, size: int, versioned: bool, seed: int = 0) -> Counter[int]:
    """Many rounds on a fresh emulator."""
    arena = Arena.new(seed=seed, size=size, versioned=versioned)

    async def all_rounds() -> Counter[int]:
        total: Counter[int] = Counter()
        for round_ in range(rounds):
            with recording(arena.emulator) as recorder:
                total += await race(arena, operation, condition, round_)
            report = check(recorder.entries())
            assert report.ok, f"{operation} {condition}, round {round_}: {report}"
            assert report.attempts >= WRITERS
            arena.emulator.engine.administer_now(lambda txn: forget(txn))
        return total

    try:
        return asyncio.run(all_rounds())
    finally:
        arena.emulator.close()


def the_bucket(txn: Any) -> Bucket:
    bucket = bucket_named(txn, "bucket")
    assert bucket is not None
    return bucket


def forget(txn: Any) -> None:
    """Delete the round's key, so that bodies of a thousand rounds need no memory. The sources stay."""
    for table in (OBJECTS, VERSIONS):
        for place, _ in list(txn.scan(table)):
            if not place[2].startswith("source-"):
                txn.delete(table, place)


def sizes(text: str) -> int:
    number, unit = (text[:-3], 1024 * 1024) if text.endswith("MiB") else (text, 1)
    return int(number) * unit


def lines(arguments: argparse.Namespace) -> Iterator[str]:
    for versioned in (False, True):
        for operation, condition in RACES:
            started = time.perf_counter()
            statuses = run(
                operation, condition, rounds=arguments.rounds, size=arguments.size, versioned=versioned, seed=arguments.seed
            )
            seconds = time.perf_counter() - started
            where = "versioned" if versioned else "unversioned"
            counts = dict(sorted(statuses.items()))
            yield f"{operation:9} {condition:7} {where:12} {arguments.rounds} rounds {seconds:7.1f} s  {counts}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--size", type=sizes, default=24, help="bytes of a body, or as 8MiB")
    parser.add_argument("--seed", type=int, default=0)
    for line in lines(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()

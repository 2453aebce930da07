"""Races against condemu itself, checked: threads write the same keys of three services under conditions; no history shows a bug.

The suite runs some thousands of operations (test_self_check.py). More of them:

    python tests/races/self_check.py --operations 1000000

Threads of this process send requests, as fast as they can and switching all the time. Each reads a key, or writes what it
has seen last under a condition: creates where there is nothing, swaps or deletes the version that it knows. Operations come in
windows, each with keys of its own, so that memory is bounded; the checker reads the history of each window: some order of
the operations explains all that everybody was told, nobody lost a write, and nobody read the past.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from condemu.core.http import BytesBody
from condemu.lab.checker import Report, check
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.testing.recorder import recording
from condemu.testing.transport import collected, run
from condemu.wire.xml import parse

THREADS: Final = 8
KEYS: Final = 4  # of each service, in a window
WINDOW: Final = 4096  # operations, of all services together
REFUSED: Final = {"s3": (404, 409, 412), "dynamodb": (400,), "simpledb": (404, 409)}
SIMPLEDB: Final = {
    "Version": "2009-04-15", "AWSAccessKeyId": "racer", "SignatureVersion": "2", "SignatureMethod": "HmacSHA256",
    "Signature": "x", "Timestamp": "2026-01-01T00:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


Send = Callable[..., Answer]
Seen = str | None  # the version that a thread has seen last: an ETag or a value; None for nothing


def sender(emulator: Emulator, actor: str) -> Send:
    def send(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        sent = {"host": "localhost", "content-length": str(len(body)), "x-condemu-actor": actor, **headers}
        answer = run(emulator.answer(emulator.received(method, path, "", sent, BytesBody(body))))
        return Answer(answer.status, dict(answer.headers), collected(answer))

    return send


def signed(service: str, **headers: str) -> dict[str, str]:
    """The head of a request of somebody whose secret nobody knows: let in unverified."""
    credential = f"racer/20260101/us-east-1/{service}/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
    return {"authorization": signature, "x-amz-date": "20260101T000000Z", **headers}


def s3(send: Send, key: str, what: str, seen: Seen, new: str) -> tuple[int, Seen]:
    """One operation. Returns the status, and what is known of the key then."""
    condition = {"if-none-match": "*"} if seen is None else {"if-match": seen}
    head = signed("s3", **{"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, **({} if what == "read" else condition))
    if what == "read":
        answer = send("GET", f"/bucket/{key}", head)
    elif what == "delete":
        answer = send("DELETE", f"/bucket/{key}", head)
    else:
        answer = send("PUT", f"/bucket/{key}", head, new.encode())
    if answer.status in (204, 404):
        return answer.status, None
    return answer.status, answer.headers.get("ETag", seen) if answer.status == 200 else seen


def dynamodb(send: Send, key: str, what: str, seen: Seen, new: str) -> tuple[int, Seen]:
    members: dict[str, Any] = {"TableName": "table"}
    name = {"id": {"S": key}}
    if what == "read":
        operation, members = "GetItem", {**members, "Key": name, "ConsistentRead": True}
    else:
        operation = "DeleteItem" if what == "delete" else "PutItem"
        members |= {"Key": name} if operation == "DeleteItem" else {"Item": {**name, "v": {"S": new}}}
        members["ConditionExpression"] = "attribute_not_exists(id)" if seen is None else "v = :v"
        if seen is not None:
            members["ExpressionAttributeValues"] = {":v": {"S": seen}}
    answer = ask_dynamodb(send, operation, members)
    assert answer.status == 200 or b"#ConditionalCheckFailedException" in answer.body, answer.body
    if what == "read" and answer.status == 200:
        item = json.loads(answer.body).get("Item")
        return 200, item["v"]["S"] if item else None
    if answer.status == 200:
        return 200, None if operation == "DeleteItem" else new
    return answer.status, seen


def ask_dynamodb(send: Send, operation: str, members: dict[str, Any]) -> Answer:
    target = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
    return send("POST", "/", signed("dynamodb", **target), json.dumps(members).encode())


def simpledb(send: Send, key: str, what: str, seen: Seen, new: str) -> tuple[int, Seen]:
    members = {"DomainName": "domain", "ItemName": key}
    if what == "read":
        members |= {"Action": "GetAttributes", "ConsistentRead": "true"}
    else:
        members["Action"] = "DeleteAttributes" if what == "delete" else "PutAttributes"
        members["Expected.1.Name"] = "v"
        members |= {"Expected.1.Exists": "false"} if seen is None else {"Expected.1.Value": seen}
        if members["Action"] == "PutAttributes":
            members |= {"Attribute.1.Name": "v", "Attribute.1.Value": new, "Attribute.1.Replace": "true"}
    answer = ask_simpledb(send, members)
    if what == "read" and answer.status == 200:
        values = [attribute.text_of("Value") for attribute in parse(answer.body).children[0].children]
        return 200, values[0] if values else None
    if answer.status == 200:
        return 200, None if members["Action"] == "DeleteAttributes" else new
    return answer.status, seen


def ask_simpledb(send: Send, members: dict[str, str]) -> Answer:
    head = {"host": "sdb.amazonaws.com", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return send("POST", "/", head, urlencode({**SIMPLEDB, **members}).encode())


SERVICES: Final = (s3, dynamodb, simpledb)


def furnished(emulator: Emulator) -> None:
    """A table and a domain; the bucket is there."""
    send = sender(emulator, "setup")
    key = {"AttributeName": "id"}
    made = ask_dynamodb(send, "CreateTable", {
        "TableName": "table", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{**key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{**key, "AttributeType": "S"}],
    })  # fmt: skip
    assert made.status == 200, made
    made = ask_simpledb(send, {"Action": "CreateDomain", "DomainName": "domain"})
    assert made.status == 200, made


def work(emulator: Emulator, actor: str, random: Random, operations: int, window: int, statuses: Counter[str]) -> None:
    """One thread's operations of a window."""
    send = sender(emulator, actor)
    seen: dict[tuple[str, str], Seen] = {}
    number, again = 0, None
    while number < operations or again is not None:
        number += 1
        service, key, what = again or chosen(random, window, seen)
        place = service.__name__, key
        status, seen[place] = service(send, key, what, seen.get(place), f"{actor}-{window}-{number}")
        assert status in (200, 204, *REFUSED[service.__name__]), f"{place}: {what} was answered with {status}"
        statuses[f"{service.__name__} {what} {status}"] += 1
        again = (service, key, what) if service is s3 and status == 409 else None  # 409 is no answer: try again


def chosen(random: Random, window: int, seen: dict[tuple[str, str], Seen]) -> tuple[Callable[..., tuple[int, Seen]], str, str]:
    """What to do next. Only what is known can be deleted."""
    service, key = random.choice(SERVICES), f"{window}-{random.randrange(KEYS)}"
    known = seen.get((service.__name__, key)) is not None
    return service, key, random.choices(("read", "write", "delete"), (5, 5, int(known)))[0]


def races(operations: int, *, seed: int = 0, window: int = WINDOW) -> Iterator[tuple[Report, Counter[str]]]:
    """Window by window: what the checker says, and how often each operation was answered with each status."""
    emulator = build(Config(buckets=("bucket",)))
    try:
        for place in range(-(-operations // window)):
            emulator.reset_now()
            furnished(emulator)
            size = min(window, operations - place * window)
            with recording(emulator) as recorder:
                statuses = at_the_same_time(emulator, f"{seed}/{place}", size, place)
            yield check(recorder.entries()), statuses
    finally:
        emulator.close()


def at_the_same_time(emulator: Emulator, seed: str, operations: int, window: int) -> Counter[str]:
    counted = [Counter[str]() for _ in range(THREADS)]
    failures: list[BaseException] = []

    def one(number: int) -> None:
        share = operations // THREADS + (number < operations % THREADS)
        try:
            work(emulator, f"thread-{number}", Random(f"{seed}/{number}"), share, window, counted[number])
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(THREADS)]
    with switching():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    return sum(counted, Counter[str]())


@contextmanager
def switching() -> Iterator[None]:
    """Threads take turns after microseconds, so that they meet within a request."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    started, done, total = time.perf_counter(), 0, Counter[str]()
    for report, statuses in races(given.operations, seed=given.seed):
        if not report.ok:
            print(report)
            return 1
        done += report.attempts
        total += statuses
        print(f"\r{done} operations, {time.perf_counter() - started:.0f} s, nothing found", end="", flush=True)
    print("", *(f"{count:9} {name}" for name, count in sorted(total.items())), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

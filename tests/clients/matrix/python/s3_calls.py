"""The calls of S3, made by the verbs put, create, swap, read, unless, parts, copy, list, delete, versions, presign and checked.

read(key) -> the body and its ETag, unless(key, etag) -> whether the answer was 304, parts(key, bodies) is an upload in parts that
creates, presign(key) -> a URL of a PUT that creates, and its headers, checked(key, body, digest) writes with that SHA-256.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.parse
from typing import Any

from harness import LARGE, PARTS, TIMES, WORKERS, Cell, refused, run, same, verb, workers


def create(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "create")("key", b"1")
    same(client.read("key")[0], b"1")


def create_refused(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "create")("key", b"1")
    refused(client, lambda: client.create("key", b"2"))
    same(client.read("key")[0], b"1")


def swap(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "swap")
    client.put("key", b"1")
    client.swap("key", b"2", client.read("key")[1])
    same(client.read("key")[0], b"2")


def swap_refused(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "swap")
    client.put("key", b"1")
    old = client.read("key")[1]
    client.put("key", b"2")
    refused(client, lambda: client.swap("key", b"3", old))
    same(client.read("key")[0], b"2")


def get(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.put("a folder/key+ü", b"content")
    same(client.read("a folder/key+ü")[0], b"content")


def not_modified(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "unless")
    client.put("key", b"1")
    same(client.unless("key", client.read("key")[1]), True)


def multipart(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "parts")("key", PARTS)
    same(client.read("key")[0], b"".join(PARTS))
    refused(client, lambda: client.parts("key", PARTS))


def copy(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "copy")
    client.put("from", b"1")
    client.copy("from", "to")
    same(client.read("to")[0], b"1")


def listing(program: Any, cell: Cell) -> None:
    client = program(cell)
    for name in ("a/1", "a/2", "a/3", "b"):
        client.put(name, b"x")
    same(sorted(verb(client, "list")("a/")), ["a/1", "a/2", "a/3"])


def delete(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.put("key", b"1")
    client.put("other", b"1")
    verb(client, "delete")("key")
    same(sorted(client.list("")), ["other"])


def versions(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "versions")
    client.put("key", b"1")
    client.put("key", b"2")
    same(client.versions("key"), [b"2", b"1"])


def presigned(program: Any, cell: Cell) -> None:
    client = program(cell)
    url, headers = verb(client, "presign")("key")
    same([plain_put(url, headers), plain_put(url, headers)], [200, 412])


def plain_put(url: str, headers: dict[str, str]) -> int:
    """By http.client, which adds no Content-Type of its own: one that is not signed would be refused."""
    where = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc)
    connection.request("PUT", f"{where.path}?{where.query}", b"1", headers)
    return connection.getresponse().status


def checksum(program: Any, cell: Cell) -> None:
    client = program(cell)
    body, other = b"content", b"other content"
    verb(client, "checked")("key", body, hashlib.sha256(body).digest())
    try:
        client.checked("wrong", body, hashlib.sha256(other).digest())
    except Exception:
        same(client.list(""), ["key"])
    else:
        raise AssertionError("accepted, where it must be refused")


def large(program: Any, cell: Cell) -> None:
    client = program(cell)
    getattr(client, "put_large", client.put)("key", LARGE)
    same(hashlib.md5(client.read("key")[0]).hexdigest(), hashlib.md5(LARGE).hexdigest())


def counter(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "swap")
    client.put("key", b"0")

    def add() -> None:
        mine = program(cell)
        for _ in range(TIMES):
            added = False
            while not added:
                value, etag = mine.read("key")
                try:
                    mine.swap("key", b"%d" % (int(value) + 1), etag)
                    added = True
                except Exception as error:
                    if not mine.refused(error):
                        raise

    workers(add)
    same(int(client.read("key")[0]), WORKERS * TIMES)


def there_and_back(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.put("key", b"1")
    same(client.read("key")[0], b"1")


CALLS = {
    "create": create, "create-refused": create_refused, "swap": swap, "swap-refused": swap_refused, "get": get,
    "not-modified": not_modified, "multipart": multipart, "copy": copy, "list": listing, "delete": delete, "versions": versions,
    "presigned": presigned, "checksum": checksum, "large": large, "counter": counter, "virtual": there_and_back,
    "https": there_and_back,
}  # fmt: skip


def main(program: Any, without: dict[str, str] | None = None) -> None:
    run(program, CALLS, without or {})

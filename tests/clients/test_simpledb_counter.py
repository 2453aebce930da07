"""Sixty-four writers on one counter over sockets: read, put with Expected, try again. No increment is lost."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from condemu.testing.server import Server

WRITERS = 64
ROUNDS = 3
NAMESPACE = "{http://sdb.amazonaws.com/doc/2009-04-15/}"


class Connection:
    """One kept-alive HTTP connection that sends forms."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def __call__(self, action: str, **parameters: str) -> tuple[int, Any]:
        form = {"Action": action, "AWSAccessKeyId": "123456789012", "DomainName": "MyDomain", **parameters}
        body = urlencode(form).encode()
        head = f"POST / HTTP/1.1\r\nHost: sdb.amazonaws.com\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body)
        received = await self.reader.readuntil(b"\r\n\r\n")
        lines = received.decode().lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        return int(lines[0].split()[1]), ElementTree.fromstring(await self.reader.readexactly(length))


async def connected(url: str) -> Connection:
    place = urlsplit(url)
    assert place.hostname
    return Connection(*await asyncio.open_connection(place.hostname, place.port))


async def increment(sdb: Connection, item: str) -> int:
    """One increment, however often it has to be tried; how often it was refused."""
    refused = 0
    while True:
        _, found = await sdb("GetAttributes", ItemName=item, ConsistentRead="true")
        value = found.findtext(f"{NAMESPACE}GetAttributesResult/{NAMESPACE}Attribute/{NAMESPACE}Value")
        condition = {"Expected.Exists": "false"} if value is None else {"Expected.Value": value}
        new = {"Attribute.1.Name": "n", "Attribute.1.Value": str(int(value or 0) + 1), "Attribute.1.Replace": "true"}
        status, answer = await sdb("PutAttributes", ItemName=item, **new, **{"Expected.Name": "n", **condition})
        if status == 200:
            return refused
        assert (status, answer.findtext("Errors/Error/Code")) == (409, "ConditionalCheckFailed")
        refused += 1


async def race(url: str) -> int:
    connections = [await connected(url) for _ in range(WRITERS)]
    await connections[0]("CreateDomain")
    refused = 0
    for number in range(ROUNDS):
        item = f"counter{number}"
        refused += sum(await asyncio.gather(*(increment(connection, item) for connection in connections)))
        _, found = await connections[0]("GetAttributes", ItemName=item, ConsistentRead="true")
        values = [element.text for element in found.iter(f"{NAMESPACE}Value")]
        assert values == [str(WRITERS)]
    for connection in connections:
        connection.writer.close()
    return refused


def test_no_increment_is_lost() -> None:
    with Server(auth="off") as server:
        assert asyncio.run(race(server.url)) > 0

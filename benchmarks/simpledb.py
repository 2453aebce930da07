"""SimpleDB's requests: conditional puts signed by version 2, each naming what the last one left, and pages of Select."""

from __future__ import annotations

import hmac
import itertools
from base64 import b64encode
from collections.abc import Iterator
from time import gmtime, strftime
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.load import Requests
from benchmarks.signing import ACCESS_KEY, SECRET_KEY, Signer

if TYPE_CHECKING:
    from benchmarks.scenarios import Client

DOMAIN = "bench"
CHAIN = 4_000
ITEMS = 10_000


def request(signer: Signer, action: str, **parameters: str) -> bytes:
    """A whole POST, as boto3 sends it."""
    sent = {
        "Action": action, "Version": "2009-04-15", "AWSAccessKeyId": ACCESS_KEY, "SignatureVersion": "2",
        "SignatureMethod": "HmacSHA256", "Timestamp": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime()), **parameters,
    }  # fmt: skip
    text = "&".join(f"{quote(name, safe='')}={quote(sent[name], safe='')}" for name in sorted(sent))
    digest = hmac.digest(SECRET_KEY.encode(), f"POST\n{signer.host}\n/\n{text}".encode(), "sha256")
    body = f"{text}&Signature={quote(b64encode(digest).decode(), safe='')}".encode()
    head = f"POST / HTTP/1.1\r\nhost: {signer.host}\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"content-type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\n" + body


def put(signer: Signer, item: str, value: str, **expected: str) -> bytes:
    new = {"Attribute.1.Name": "v", "Attribute.1.Value": value, "Attribute.1.Replace": "true"}
    condition = {f"Expected.{member}": text for member, text in expected.items()}
    return request(signer, "PutAttributes", DomainName=DOMAIN, ItemName=item, **new, **condition)


def put_chain(signer: Signer, client: Client, lot: int, connections: int = 16) -> Requests:
    """Each connection counts up in its own item, each time naming the value before."""
    client.send(request(signer, "CreateDomain", DomainName=DOMAIN))

    def links(chain: int) -> Iterator[bytes]:
        client.send(put(signer, f"chain-{chain}", "0"))
        for number in range(1, CHAIN):
            yield put(signer, f"chain-{chain}", str(number), Name="v", Value=str(number - 1))

    return [list(links(chain)) for chain in range(connections)]


def select_page(signer: Signer, client: Client, lot: int) -> Requests:
    """One hundred of ten thousand items, found by an attribute."""
    client.send(request(signer, "CreateDomain", DomainName="pages"))
    for start in range(0, 0 if lot else ITEMS, 25):
        items: dict[str, str] = {"DomainName": "pages"}
        for number in range(start, start + 25):
            items[f"Item.{number}.ItemName"] = f"item{number:05}"
            for place, (name, value) in enumerate((("n", f"{number % 100:02}"), ("color", "red"), ("size", "M"))):
                items |= {f"Item.{number}.Attribute.{place}.Name": name, f"Item.{number}.Attribute.{place}.Value": value}
        client.send(request(signer, "BatchPutAttributes", **items))
    return itertools.repeat(request(signer, "Select", SelectExpression="select * from pages where n = '07'"))

"""A request that was answered leaves nothing behind that only the garbage collector would find: its body, its headers, its error.

The collector is told to look rarely (`server/memory.py`), so a cycle for each request would hold tens of megabytes.
"""

from __future__ import annotations

import asyncio
import gc

import pytest

from condemu.server.app import build
from condemu.server.config import Config
from tests.server.conftest import SOMEBODY, exchanged

FORM = "application/x-www-form-urlencoded"
JSON = "application/x-amz-json-1.0"


def request(method, target, body=b"", **headers):
    named = {"host": "localhost", "authorization": SOMEBODY, "content-length": len(body)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body


def dynamodb(operation, body):
    return request("POST", "/", body, content_type=JSON, x_amz_target=f"DynamoDB_20120810.{operation}")


def simpledb(text):
    return request("POST", "/", f"{text}&Version=2009-04-15&AWSAccessKeyId=test".encode(), content_type=FORM)


TABLE = (
    b'{"TableName": "table", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",'
    b' "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}'
)
ITEM = b'{"TableName": "table", "Item": {"k": {"S": "x"}}}'
FRESH = b'{"TableName": "table", "Item": {"k": {"S": "x"}}, "ConditionExpression": "attribute_not_exists(k)"}'
PUT = "Action=PutAttributes&DomainName=domain&ItemName=i&Attribute.1.Name=a&Attribute.1.Value=1"
PREPARED = [request("PUT", "/bucket"), dynamodb("CreateTable", TABLE), simpledb("Action=CreateDomain&DomainName=domain")]
CASES = {
    "put": request("PUT", "/bucket/key", b"x" * 100),
    "put refused": request("PUT", "/bucket/key", b"x" * 100, if_none_match="*"),
    "put refused before its body": request("PUT", "/nowhere/key", b"x" * 100),
    "get": request("GET", "/bucket/key"),
    "list": request("GET", "/bucket?list-type=2"),
    "delete several": request(
        "POST", "/bucket?delete", b"<Delete><Object><Key>a</Key></Object></Delete>", content_md5="8RDkJdrlXOYeY0wBbl2rJg=="
    ),
    "put item": dynamodb("PutItem", ITEM),
    "put item refused": dynamodb("PutItem", FRESH),
    "what is no JSON": dynamodb("PutItem", b"{"),
    "put attributes": simpledb(PUT),
    "put attributes refused": simpledb(f"{PUT}&Expected.1.Name=a&Expected.1.Value=2"),
    "select": simpledb("Action=Select&SelectExpression=select%20*%20from%20domain"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_answered_request_leaves_nothing_to_collect(case):
    emulator = build(Config(auth="off"))
    asyncio.run(exchanged(emulator, *PREPARED, *CASES.values()))  # what is made once and kept

    async def left_behind():
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            answers = await exchanged(emulator, *[CASES[case]] * 5)
            gc.collect()
            return answers, [thing for thing in gc.garbage if type(thing).__module__.startswith("condemu.")]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()

    answers, left = asyncio.run(left_behind())
    assert all(answer.startswith(b"HTTP/1.1 ") for answer in answers)
    assert [type(thing).__name__ for thing in left if type(thing).__name__ != "Protocol"] == []
    emulator.close()

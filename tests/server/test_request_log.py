"""The request log: what it says of whom, and what it does not."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from condemu.core.effects import ManualClock
from condemu.core.http import BytesBody
from condemu.server.app import Emulator, build
from condemu.server.config import Config, Unusable, configured
from condemu.server.request_log import RequestLog
from tests.server.conftest import SOMEBODY, serving


def ask(emulator: Emulator, method: str, target: str, body: bytes = b"", **headers: str) -> int:
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"host": "localhost", "content-length": str(len(body)), "authorization": SOMEBODY, **named}
    return asyncio.run(emulator.answer(emulator.received(method, path, query, named, BytesBody(body)))).status


def logged(kind: str, **options: bool) -> tuple[Emulator, io.StringIO]:
    stream = io.StringIO()
    emulator = build(Config(auth="off", buckets=("locks",)), clock=ManualClock())
    emulator.engine.observe(RequestLog(kind, stream, **options))
    return emulator, stream


def test_a_line_says_who_asked_for_what_under_which_condition_and_why_not():
    emulator, stream = logged("requests")
    assert ask(emulator, "PUT", "/locks/leader", b"a", if_none_match="*", x_condemu_actor="alice") == 200
    assert ask(emulator, "PUT", "/locks/leader", b"b", if_none_match="*", x_condemu_actor="bob") == 412
    assert ask(emulator, "GET", "/locks/leader") == 200
    first, second, third = stream.getvalue().splitlines()
    assert first == "00:00:00.000 alice s3 PutObject locks/leader If-None-Match=* 200"
    assert second.startswith("00:00:00.000 bob s3 PutObject locks/leader If-None-Match=* 412 PreconditionFailed because ")
    assert third == "00:00:00.000 test s3 GetObject locks/leader 200"


def test_refusals_are_logged_alone():
    emulator, stream = logged("refusals")
    ask(emulator, "PUT", "/locks/leader", b"a")
    ask(emulator, "PUT", "/locks/leader", b"b", if_match='"other"')
    ask(emulator, "GET", "/nowhere/key")
    assert [line.split()[4:] for line in stream.getvalue().splitlines() if "NoSuchBucket" in line] == [
        ["nowhere/key", "404", "NoSuchBucket"]
    ]
    assert len(stream.getvalue().splitlines()) == 2


def test_json_has_a_document_on_each_line():
    emulator, stream = logged("json")
    table = {
        "TableName": "leases", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    }  # fmt: skip
    item = {"TableName": "leases", "Item": {"k": {"S": "x"}}, "ConditionExpression": "attribute_exists(k)"}
    for operation, document in (("CreateTable", table), ("PutItem", item)):
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
        ask(emulator, "POST", "/", json.dumps(document).encode(), **headers)
    _, refused = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (refused["service"], refused["operation"], refused["status"]) == ("dynamodb", "PutItem", 400)
    assert refused["code"] == "ConditionalCheckFailedException"
    assert refused["conditions"] == {"ConditionExpression": "attribute_exists(k)"}
    assert refused["resources"][0].startswith("dynamodb:leases/")
    assert refused["because"]


def test_a_terminal_gets_colors_and_nothing_else_of_a_clients_that_it_would_obey():
    emulator, stream = logged("requests", color=True)
    ask(emulator, "PUT", "/locks/a%1b%5B2J%0Ab", b"a", x_condemu_actor="x" * 1000)
    [line] = stream.getvalue().splitlines()
    assert line.endswith("locks/a\\x1b[2J\\nb \x1b[32m200\x1b[0m")
    assert line.count("\x1b") == 2
    assert len(line) < 500


def test_probes_are_not_logged_and_a_reset_is():
    emulator, stream = logged("requests")
    ask(emulator, "GET", "/_condemu/health")
    ask(emulator, "POST", "/_condemu/reset")
    assert [line.split()[1:] for line in stream.getvalue().splitlines()] == [["administration", "Reset", "200"]]


def test_a_reader_that_is_gone_keeps_nobody_from_being_answered():
    emulator, stream = logged("requests")
    stream.close()
    assert ask(emulator, "PUT", "/locks/leader", b"a") == 200


def test_nobody_observes_unless_the_log_is_asked_for():
    assert not build(Config()).engine.observed
    assert not build(Config(log="requests")).engine.observed  # the server's, not that of a test's process
    with pytest.raises(Unusable, match="log is 'loud'"):
        configured({"log": "loud"}, {}, {})


def test_what_the_server_refuses_by_itself_is_logged(connect):
    stream = io.StringIO()
    emulator = build(Config(auth="off", buckets=("locks",), request_timeout=0.05), clock=ManualClock())
    emulator.engine.observe(RequestLog("requests", stream))
    with serving(emulator) as address:
        signed = f"authorization: {SOMEBODY}\r\n".encode()
        head = b"PUT /locks/key HTTP/1.1\r\nhost: h\r\n" + signed
        assert b"RequestTimeout" in connect(address).send(head + b"content-length: 5\r\n\r\nhalf").answer()[2]
        assert connect(address).send(head + b"content-length: 0\r\nx-a: " + b"a" * 9000 + b"\r\n\r\n").answer()[0] == 400
    stalled, large = stream.getvalue().splitlines()
    assert stalled.split()[1:3] == ["test", "s3"]
    assert stalled.endswith(" 400 RequestTimeout")
    assert large.endswith("test ? 400 RequestHeaderSectionTooLarge")

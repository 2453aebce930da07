"""Runs the recorded cases against a service in this process: an emulator for each case, its tables, its setup, its request."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.http import BytesBody, Request
from condemu.core.store import MemoryStore
from condemu.dynamodb.service import DynamoDB
from condemu.dynamodb.state.records import CREATING, DELETING, TABLES
from conformance.dynamodb.comparing import reasons_agree, wrong_text
from conformance.dynamodb.observed import DESCRIBED, OTHER_TBL, expand
from conformance.dynamodb.observed import index as _index
from conformance.dynamodb.observed import simple as _simple

CASES = Path(__file__).parents[2] / "conformance" / "cases"
ACCOUNT = "123456789012"


class Answer:
    def __init__(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.status = status
        self.raw = body
        self.headers = {name.lower(): value for name, value in headers}
        self.body: dict[str, Any] = json.loads(body) if body[:1] == b"{" else {}

    @property
    def type(self) -> str:
        return self.body.get("__type", "")

    @property
    def code(self) -> str:
        return self.type.partition("#")[2]

    @property
    def message(self) -> str:
        return self.body.get("message", self.body.get("Message", ""))


class Local:
    """A service over a store of its own."""

    def __init__(self, profile: str = "2026", **options: Any) -> None:
        self.clock = ManualClock()
        self.ids = CountingIds()
        self.store = options.pop("store", None) or MemoryStore(self.clock, self.ids)
        self.engine = Engine(self.store, options.pop("observers", ()))
        self.service = DynamoDB(
            engine=self.engine, clock=self.clock, ids=self.ids, account=ACCOUNT, message_profile=profile, **options
        )

    def request(self, target: str, body: bytes, headers: dict[str, str] | None = None) -> Request:
        named = {"x-amz-target": target, "content-type": "application/x-amz-json-1.0", "host": "localhost"}
        return Request(
            "POST", "/", "", {**named, **(headers or {})}, BytesBody(body), received_at=self.clock.now(),
            received_index=self.store.index, request_id="ABCDEFGHIJKLMNOP",
        )  # fmt: skip

    def send(self, http: Request) -> Answer:
        coroutine = self.service.handle(http)
        try:
            coroutine.send(None)
        except StopIteration as done:
            return Answer(done.value.status, done.value.body, done.value.headers)
        coroutine.close()
        raise AssertionError("the service had to wait")

    def raw(self, operation: str, body: bytes, api: str = "DynamoDB_20120810") -> Answer:
        return self.send(self.request(f"{api}.{operation}", body))

    def call(self, operation: str, members: Any, api: str = "DynamoDB_20120810") -> Answer:
        return self.raw(operation, json.dumps(members).encode(), api)

    def ok(self, operation: str, members: Any = None, api: str = "DynamoDB_20120810") -> dict[str, Any]:
        answer = self.call(operation, members or {}, api)
        assert answer.status == 200, answer.body
        return answer.body

    def state(self) -> Any:
        """All that is stored."""
        return self.store.view(lambda txn: {table: list(txn.scan(table)) for table in txn.tables()})


# --- cases ------------------------------------------------------------------------------------------------------------------


@cache
def load(name: str) -> dict[str, Any]:
    held = json.loads((CASES / name).read_text())
    held["cases"] = [renamed(case) for case in held["cases"]]
    return held


def tables_of(case: dict[str, Any], schemas: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tables that a case mentions anywhere and that can be known."""
    text = json.dumps([case["request"], case.get("setup"), FIRST.get(case.get("id", ""))])
    known = {**DESCRIBED, "Tbl": _simple(**{OTHER_TBL.get(case["id"], "pk"): "S"})}
    names = set(re.findall(r"[\w.-]{1,255}", text))
    found = {name: schemas[name] for name in names if name in schemas}
    found.update((name, known[name]) for name in names if name in known)
    return {**found, **case.get("tables", {})}


def creates_itself(case: dict[str, Any]) -> str | None:
    request = case["request"]
    return request.get("TableName") if case["operation"] == "CreateTable" and isinstance(request, dict) else None


def put_state(local: Local, name: str, **fields: Any) -> None:
    """Put a table into a state that it would only pass through."""
    table = local.store.view(lambda txn: txn.get(TABLES, (ACCOUNT, name, "us-east-1")))
    local.store.transact(lambda txn: txn.put(TABLES, (ACCOUNT, name, "us-east-1"), replace(table, **fields)))


# What the cases' notes say of the state in which they were recorded.
STATES = {"ack-17": CREATING, "ack-18": CREATING, "ack-19": CREATING, "ack-20": DELETING}

_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/moto_pkS"
_STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "dynamodb:GetItem", "Resource": "*"}
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_STATEMENT]})
_TTL = {"Enabled": True, "AttributeName": "ttl"}
_PUT_ONE = {"Put": {"TableName": "Tbl", "Item": {"id": {"S": "1"}}}}


def _new_index(table: str) -> tuple[str, dict[str, Any]]:
    definitions = [{"AttributeName": "x", "AttributeType": "S"}]
    updates = [{"Create": _index("hello", "x")}]
    members = {"TableName": table, "AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": updates}
    return "UpdateTable", members


def _no_index(table: str) -> tuple[str, dict[str, Any]]:
    return "UpdateTable", {"TableName": table, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "gsi"}}]}


# What was done before and is not in the cases' setup.
FIRST: dict[str, tuple[str, dict[str, Any]]] = {
    "doc-03": ("TransactWriteItems", {"TransactItems": [_PUT_ONE], "ClientRequestToken": "tok-1"}),
    "conf-024": ("PutItem", {"TableName": "conf_hash_s", "Item": {"pk": {"S": "put-cond"}}}),
    "conf-095": ("PutItem", {"TableName": "conf_hash_s", "Item": {"pk": {"S": "em-ccf-put"}}}),
    "alt-0489": _new_index("alt_pS"),
    "alt-0490": _new_index("alt_pS"),
    "alt-0486": _no_index("alt_pS_g_39"),
    "alt-0495": _no_index("alt_pS_cS_g_l"),
    **dict.fromkeys(("moto-045", "moto-046", "moto-052"), ("PutResourcePolicy", {"ResourceArn": _ARN, "Policy": _POLICY})),
    **dict.fromkeys(("ack-05", "ack-06"), ("UpdateTimeToLive", {"TableName": "T__", "TimeToLiveSpecification": _TTL})),
}


def stage(local: Local, case: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Create the tables and run the setup, which must succeed."""
    own = creates_itself(case)
    in_use = case["expected"].get("type", "").endswith("ResourceInUseException") if "expected" in case else False
    for name, schema in tables_of(case, schemas).items():
        if name != own or in_use:
            create(local, name, schema)
    for step in case.get("setup") or ():
        answer = local.call(step["operation"], expand(step["request"]))
        assert answer.status == 200, (case["id"], step, answer.body)
    if case.get("id") in FIRST:
        local.ok(*FIRST[case["id"]])
    if case.get("id") in STATES:
        put_state(local, "Tbl", status=STATES[case["id"]])
    for name in re.findall(r"__dynalite_test_T\d+", json.dumps(case["request"])):  # recorded while they were being created
        create(local, name, _simple(a="S"))
        put_state(local, name, status=CREATING)


def create(local: Local, name: str, schema: dict[str, Any]) -> None:
    """A table to run a case on. The cases' tables have names that are too short, and definitions that nothing uses."""
    schema = dict(schema)
    if schema.get("BillingMode") != "PROVISIONED":
        schema["BillingMode"] = "PAY_PER_REQUEST"
        schema.pop("ProvisionedThroughput", None)
        bare = [{**one, "ProvisionedThroughput": None} for one in schema.get("GlobalSecondaryIndexes") or ()]
        schema["GlobalSecondaryIndexes"] = bare or None
    elif "ProvisionedThroughput" not in schema:
        schema["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    indexes = [*(schema.get("LocalSecondaryIndexes") or ()), *(schema.get("GlobalSecondaryIndexes") or ())]
    used = {key["AttributeName"] for one in [schema, *indexes] for key in one.get("KeySchema") or ()}
    definitions = schema.get("AttributeDefinitions") or ()
    schema["AttributeDefinitions"] = [one for one in definitions if one.get("AttributeName") in used]
    made = name if len(name) >= 3 else f"{name}__"
    local.call("CreateTable", {"TableName": made, **schema})
    if made != name:
        table = local.store.view(lambda txn: txn.get(TABLES, (ACCOUNT, made, "us-east-1")))
        local.store.transact(lambda txn: txn.delete(TABLES, (ACCOUNT, made, "us-east-1")))
        local.store.transact(lambda txn: txn.put(TABLES, (ACCOUNT, name, "us-east-1"), replace(table, name=name)))


def run(case: dict[str, Any], schemas: dict[str, Any], profile: str = "2026") -> Answer:
    local = Local(profile)
    stage(local, case, schemas)
    before = local.state()
    answer = ask(local, case)
    if answer.status != 200:
        assert local.state() == before, "a refused call changed the store"
    return answer


def renamed(case: dict[str, Any]) -> dict[str, Any]:
    """With a name for the table that the control plane takes, in the cases that call it T."""
    if case["request"].get("TableName") != "T":
        return case
    expected = json.loads(re.sub(r"TableName: T\b", "TableName: T__", json.dumps(case["expected"])))
    return {**case, "request": {**case["request"], "TableName": "T__"}, "expected": expected}


def ask(local: Local, case: dict[str, Any]) -> Answer:
    request = case["request"]
    if isinstance(request, dict) and "http" in request:
        http = request["http"]
        path, _, query = http["path"].partition("?")
        headers = {name.lower(): value for name, value in http["headers"].items()}
        body = (http["body"] or "").encode()
        return local.send(Request(http["method"], path, query, headers, BytesBody(body), request_id="ABCDEFGHIJKLMNOP"))
    api = "DynamoDBStreams_20120810" if case["operation"] == "DescribeStream" else "DynamoDB_20120810"
    return local.call(case["operation"], expand(request), api)


# --- comparing --------------------------------------------------------------------------------------------------------------


def wrong(answer: Answer, case: dict[str, Any], expected: dict[str, Any]) -> str:
    """What of an answer is not as expected, in a few words; "" if all is well."""
    expected = expand(expected)
    if answer.status != expected.get("status", 400):
        return f"status {answer.status} instead of {expected.get('status', 400)}: {answer.raw[:300]!r}"
    if "type" in expected and answer.type != expected["type"]:
        return f"type {answer.type} ({answer.message}) instead of {expected['type']}"
    for name, value in expected.get("headers", {}).items():
        if name != "content-length" and answer.headers.get(name) != value:
            return f"header {name}: {answer.headers.get(name)} instead of {value}"
    if "body" in expected and answer.raw.decode() != expected["body"]:
        return f"body {answer.raw!r}"
    if "body_json" in expected and answer.body != expected["body_json"]:
        return f"body {answer.body!r}"
    if "cancellation_reasons" in expected and not reasons_agree(answer.body.get("CancellationReasons"), expected):
        return f"reasons {answer.body.get('CancellationReasons')}"
    if expected.get("message") and "message_key" in expected and expected["message_key"] not in answer.body:
        return f"the text is not in {expected['message_key']}"
    return wrong_text(answer.message, case["operation"], expected, answer.code)

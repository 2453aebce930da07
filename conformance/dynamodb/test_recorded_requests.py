"""What AWS was observed to answer to one request: the cases of cases/dynamodb_*_cases.json, each with its own evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from ..expect import UNSUPPORTED, Difference, unchanged
from ..raw import Answer, Raw
from ..resources import PREFIX, Resources
from .comparing import reasons_agree, wrong_text
from .observed import ACCEPTED, REFUSED, SCHEMAS, described, expand, keys_of, names_in, rename

pytestmark = pytest.mark.tier("exact")

ENVELOPE: Final = "1 validation error detected: "  # around most texts since the middle of 2026
_VALID: Final = re.compile(r"[\w.-]{3,255}")


class Tables:
    """The tables of the run, one for each schema, created when a case first needs it."""

    def __init__(self, resources: Resources, raw: Raw) -> None:
        self._resources = resources
        self._raw = raw
        self._created: dict[str, str | Difference] = {}
        self._missing: dict[str, str] = {}

    def name(self, name: str) -> str:
        """The name that a table of a case has in this run, or that nothing has if it has none there; what is no name stays."""
        if name in SCHEMAS:
            if name not in self._created:
                self._created[name] = self._create(described(name))
            found = self._created[name]
            if isinstance(found, Difference):
                raise found
            return found
        if not _VALID.fullmatch(name):
            return name
        return self._missing.setdefault(name, f"{PREFIX}{self._resources.run}-none{len(self._missing)}")

    def _create(self, schema: dict[str, Any]) -> str | Difference:
        """The name of a new table; or what to raise for each case on it, where the target does not take the schema."""
        try:
            return self._resources.table(**schema)
        except ClientError as error:
            return Difference("refused", f"AWS accepts the table {schema}; the target answered {error}")

    def call(self, operation: str, request: Any) -> Answer:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        return self._raw("POST", "/", headers, json.dumps(request).encode(), service="dynamodb")

    def words(self, expected: Any, case: dict[str, Any]) -> Any:
        """What is expected, with the names of this run."""
        text = json.dumps(expected)
        for name in names_in(case):
            if self.name(name) != name and len(name) > 2:
                text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", self.name(name), text)
        return expand(json.loads(text))


@pytest.fixture(scope="session")
def tables(resources: Resources, raw: Raw) -> Tables:
    return Tables(resources, raw)


class Case:
    """One case under way: what it writes is looked at, and taken away again."""

    def __init__(self, tables: Tables, row: dict[str, Any]) -> None:
        self.tables = tables
        self.row = row
        self.steps = [(step["operation"], step["request"]) for step in row.get("setup") or ()]

    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """The table and the key of each item that the case speaks of and that can be addressed."""
        found = {}
        for name, item in written([expand(request) for _, request in [*self.steps, ("", self.row["request"])]]):
            if name in SCHEMAS and isinstance(item, dict) and all(key in item for key in keys_of(name)):
                key = {key: item[key] for key in keys_of(name)}
                if all(isinstance(value, dict) and len(value) == 1 for value in key.values()):
                    found[json.dumps([name, key])] = (self.tables.name(name), key)
        return list(found.values())

    def look(self) -> list[Any]:
        """The items as they are stored."""
        reads = ({"TableName": name, "Key": key, "ConsistentRead": True} for name, key in self.items())
        answers = [self.tables.call("GetItem", read) for read in reads]
        return [json.loads(answer.body).get("Item") if answer.status == 200 else answer.status for answer in answers]

    def prepare(self) -> None:
        for operation, request in self.steps:
            answer = self.ask(operation, request)
            if answer.status != 200:
                raise Difference("refused", f"AWS accepts {operation} {request}; the target answered {answer.text[:500]}")

    def ask(self, operation: str, request: Any) -> Answer:
        return self.tables.call(operation, expand(rename(request, self.tables.name)))

    def clear(self) -> None:
        for name, key in self.items():
            self.tables.call("DeleteItem", {"TableName": name, "Key": key})


def written(value: Any) -> Iterator[tuple[str, Any]]:
    """All that stands beside a table's name as an item or a key, at any depth."""
    if isinstance(value, list):
        for member in value:
            yield from written(member)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("TableName"), str):
        yield from ((value["TableName"], value[member]) for member in ("Item", "Key") if member in value)
    if isinstance(value.get("RequestItems"), dict):
        for name, requests in value["RequestItems"].items():
            for entry in requests if isinstance(requests, list) else ():
                one = entry if isinstance(entry, dict) else {}
                yield from ((name, part[member]) for part in one.values() if isinstance(part, dict)
                            for member in ("Item", "Key") if member in part)  # fmt: skip
        return
    for member in value.values():
        yield from written(member)


def compare(answer: Answer, row: dict[str, Any], wanted: dict[str, Any]) -> str:
    """What of a refusal is not as it was observed, in a few words; "" if all is well."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return "a body that is no JSON"
    kind = body.get("__type", "")
    if answer.status != wanted.get("status", 400):
        return f"status {wanted.get('status', 400)}"
    if "type" in wanted and kind != wanted["type"]:
        return f"type {wanted['type']}"
    if "cancellation_reasons" in wanted and not reasons_agree(body.get("CancellationReasons"), wanted):
        return f"reasons {wanted['cancellation_reasons']}"
    text = body.get("message", body.get("Message", ""))
    code = kind.partition("#")[2]
    wrong = wrong_text(text, row["operation"], wanted, code)
    if wrong and "expected_2026" not in row and text.startswith(ENVELOPE):
        wrong = wrong_text(text.removeprefix(ENVELOPE), row["operation"], wanted, code)
    return wrong


def parameter(case: dict[str, Any]) -> Any:
    """A case as pytest takes it, with what a target must be able to do for it."""
    calls = [case["operation"], *(step["operation"] for step in case.get("setup") or ())]
    transacts = any(call.startswith("Transact") for call in calls)
    return pytest.param(case, id=case["id"], marks=[pytest.mark.needs("dynamodb.transactions")] if transacts else [])


def kind_of(answer: Answer, wanted: dict[str, Any]) -> str:
    """In which way a refusal is not as it was observed. The namespace of its type, which no SDK shows, counts as words."""
    if answer.status == 501 or any(f"#{code}" in answer.text for code in UNSUPPORTED):
        return "unsupported"
    try:
        body = json.loads(answer.body)
    except ValueError:
        return "wrong code"
    agrees = (
        answer.status == wanted.get("status", 400)
        and ("type" not in wanted or code_of(body.get("__type", "")) == code_of(wanted["type"]))
        and ("cancellation_reasons" not in wanted or reasons_agree(body.get("CancellationReasons"), wanted))
    )
    return "wrong words" if agrees else "wrong code"


def code_of(kind: str) -> str:
    """The error's code, as an SDK reads it."""
    return kind.rpartition("#")[2]


@pytest.mark.parametrize("row", [parameter(case) for case in REFUSED])
def test_a_request_is_refused_as_it_was_on_aws(tables: Tables, row: dict[str, Any]) -> None:
    """A request is refused with the status, the type and the text that AWS gave; a refused one changes nothing.

    Source: recordings of AWS, tests verified against AWS, the Developer Guide; each case has its own grade [third-party]
    """
    case = Case(tables, row)
    try:
        case.prepare()
        with unchanged(case.look, "the case's items"):
            answer = case.ask(row["operation"], row["request"])
        wanted = tables.words({**row["expected"], **(row.get("expected_2026") or {})}, row)
        if answer.status == 200:
            raise Difference("ignored", f"AWS refuses this with {wanted}; the target accepted it")
        wrong = compare(answer, row, wanted)
        if wrong:
            kind = kind_of(answer, wanted)
            raise Difference(kind, f"AWS answers {wanted}; the target {answer.status} {answer.text[:500]}: {wrong}")
    finally:
        case.clear()


@pytest.mark.parametrize("row", [parameter(case) for case in ACCEPTED])
def test_a_request_is_accepted_as_it_was_on_aws(tables: Tables, row: dict[str, Any]) -> None:
    """A request that AWS accepts succeeds.

    Source: tests of others that are verified against AWS [third-party]
    """
    case = Case(tables, row)
    try:
        case.prepare()
        answer = case.ask(row["operation"], row["request"])
        if answer.status != 200:
            raise Difference("refused", f"AWS accepts this; the target answered {answer.status} {answer.text[:500]}")
    finally:
        case.clear()

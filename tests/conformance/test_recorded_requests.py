"""The requests that the suite sends as they were recorded: most of them, on few tables, each with its grade."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from conformance.dynamodb.observed import (
    ACCEPTED,
    ERRORS,
    EXCEPTIONS,
    ITEM_CALLS,
    MOST_TABLES,
    REFUSED,
    REWORDED,
    SCHEMAS,
    STAGED,
    SUCCESSES,
    TABLES,
    described,
    names_in,
    rename,
)
from conformance.dynamodb.test_recorded_requests import Tables, compare, kind_of, parameter
from conformance.expect import Difference
from conformance.plugin import GRADES
from conformance.raw import Answer, Raw
from conformance.resources import Resources


def test_nearly_every_call_about_items_is_sent() -> None:
    calls = [case["id"] for case in ERRORS["cases"] if case["operation"] in ITEM_CALLS and case["id"] not in EXCEPTIONS]
    sent = {case["id"] for case in REFUSED}
    assert len(sent) == len(REFUSED)
    assert sent <= set(calls)
    assert len(sent) > 0.97 * len(calls)
    assert len(ACCEPTED) == len(SUCCESSES["cases"])


def test_each_has_a_grade_and_its_tables_are_among_the_few() -> None:
    assert {case["evidence"] for case in (*REFUSED, *ACCEPTED)} <= set(GRADES)
    named = {name for case in (*REFUSED, *ACCEPTED) for name in names_in(case) if name in SCHEMAS}
    assert named == TABLES
    assert len(TABLES) == MOST_TABLES
    assert all(described(name)["BillingMode"] == "PAY_PER_REQUEST" for name in TABLES)


def test_lists_of_cases_name_cases() -> None:
    known = {case["id"] for case in ERRORS["cases"]}
    assert known >= STAGED | EXCEPTIONS.keys()
    assert {case["id"] for case in REFUSED} >= REWORDED


def test_tables_are_renamed_where_they_are_named_and_nowhere_else() -> None:
    request = {"TransactItems": [{"Put": {"TableName": "t", "Item": {"t": {"S": "t"}}}}], "RequestItems": {"t": {"Keys": ["t"]}}}
    assert rename(request, lambda name: f"new-{name}") == {
        "TransactItems": [{"Put": {"TableName": "new-t", "Item": {"t": {"S": "t"}}}}],
        "RequestItems": {"new-t": {"Keys": ["t"]}},
    }


def test_a_refusal_differs_by_its_status_its_type_or_its_text_but_not_by_the_envelope_where_none_was_recorded() -> None:
    wanted = {"status": 400, "type": "a#B", "message": "No."}
    row = {"operation": "PutItem"}

    def found(status: int = 400, kind: str = "a#B", text: str = "No.", row: dict[str, object] = row) -> bool:
        body = json.dumps({"__type": kind, "message": text}).encode()
        return bool(compare(Answer(status, {}, body), row, wanted))

    assert not found()
    assert not found(text="1 validation error detected: No.")
    assert found(text="1 validation error detected: No.", row={**row, "expected_2026": {}})
    assert found(status=500)
    assert found(kind="a#C")
    assert found(text="No")
    assert compare(Answer(400, {}, b"<Error/>"), row, wanted)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"__type":"com.amazon.coral.validate#ValidationException","message":"other"}', "wrong words"),
        (400, '{"__type":"ValidationException","message":"text"}', "wrong words"),  # the namespace is for no SDK
        (400, '{"__type":"x#ResourceNotFoundException","message":"text"}', "wrong code"),
        (500, '{"__type":"com.amazon.coral.validate#ValidationException","message":"text"}', "wrong code"),
        (500, "<html>", "wrong code"),
        (400, '{"__type":"x#UnknownOperationException"}', "unsupported"),
    ],
)
def test_what_an_sdk_reads_is_told_from_words(status: int, body: str, kind: str) -> None:
    wanted = {"status": 400, "type": "com.amazon.coral.validate#ValidationException", "message": "text"}
    assert kind_of(Answer(status, {}, body.encode()), wanted) == kind


def test_reasons_of_a_transaction_are_no_words() -> None:
    kind, failed = "x#TransactionCanceledException", [{"Code": "ConditionalCheckFailed"}]
    wanted = {"status": 400, "type": kind, "cancellation_reasons": failed}
    body = json.dumps({"__type": kind, "CancellationReasons": [{"Code": "None"}]})
    assert kind_of(Answer(400, {}, body.encode()), wanted) == "wrong code"


def test_a_case_with_a_transaction_needs_them() -> None:
    needs = {case["id"]: [mark.args for mark in parameter(case).marks] for case in (*REFUSED, *ACCEPTED)}
    transacting = {case["id"] for case in REFUSED if case["operation"].startswith("Transact")}
    assert transacting
    assert all(needs[name] == [("dynamodb.transactions",)] for name in transacting)
    assert needs[next(case["id"] for case in REFUSED if case["operation"] == "PutItem" and not case.get("setup"))] == []


def test_a_table_that_a_target_does_not_take_is_asked_for_once() -> None:
    asked: list[Any] = []

    class Unwilling:
        def table(self, **schema: Any) -> str:
            asked.append(schema)
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "no"}}, "CreateTable")

    tables = Tables(cast(Resources, Unwilling()), cast(Raw, None))
    for _ in range(2):
        with pytest.raises(Difference, match=r"\[refused\] AWS accepts the table"):
            tables.name(min(TABLES))
    assert len(asked) == 1

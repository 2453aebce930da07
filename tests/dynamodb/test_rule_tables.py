"""The tables in the docstrings of DynamoDB's rules, row by row: what they say is what the functions do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import dynamodb_language as language
import pytest
import recorded

from condemu.core.errors import ServiceError
from condemu.dynamodb.data import values
from condemu.dynamodb.data.values import decode, encode
from condemu.dynamodb.errors import control
from condemu.dynamodb.expressions import conditions, updates
from condemu.dynamodb.legacy import attribute_updates
from condemu.dynamodb.legacy.attribute_updates import decode_attribute_updates
from condemu.dynamodb.state.records import TABLES
from condemu.dynamodb.tables import resource_policies
from condemu.dynamodb.tables.resource_policies import revision_refusal
from conformance.tables import rows_of

VALUES = {":two": {"N": "2"}, ":text": {"S": "a"}, ":set": {"SS": ["a"]}}


def rows(module: Any) -> Any:
    found = rows_of(module.__doc__)
    return pytest.mark.parametrize("row", found, ids=[" / ".join(row.values()) for row in found])


def given(text: str) -> dict[str, Any] | None:
    """The values that an expression mentions."""
    return {name: value for name, value in VALUES.items() if name in text} or None


def item_of(cell: str | None) -> dict[str, Any]:
    """An item whose attribute v is what the cell says."""
    return {"pk": "k"} if cell is None else {"pk": "k", "v": decode(json.loads(cell))}


def shown(item: dict[str, Any] | None) -> str | None:
    """The cell that says what the attribute v is."""
    return None if item is None or "v" not in item else json.dumps(encode(item["v"]))


@rows(conditions)
def test_a_condition_holds_as_its_table_says(row):
    bound = language.condition(row["condition"], given(row["condition"]))
    assert bound.holds(item_of(row.get("v is"))) is (row["holds"] == "true")


@rows(updates)
def test_an_update_makes_what_its_table_says(row):
    bound, before = language.update(row["update"], given(row["update"])), item_of(row.get("v is"))
    if row.get("v becomes") == "refused":
        with pytest.raises(ServiceError):
            bound.apply(before, {"pk": "k"})
    else:
        assert shown(bound.apply(before, {"pk": "k"})) == row.get("v becomes")
    assert shown(before) == row.get("v is")


@rows(attribute_updates)
def test_an_attribute_update_makes_what_its_table_says(row):
    entry = {name: row[name] for name in ("Action",) if name in row}
    if "Value" in row:
        entry["Value"] = json.loads(row["Value"])
    update, before = decode_attribute_updates({"v": entry}), item_of(row.get("there is"))
    update.check()
    if row.get("then there is") == "refused":
        with pytest.raises(ServiceError):
            update.apply(before, {"pk": "k"})
    else:
        assert shown(update.apply(before, {"pk": "k"})) == row.get("then there is")


@rows(values)
def test_a_value_is_held_as_its_table_says(row):
    held = decode(json.loads(row["as sent"]))
    assert repr(held) == row["here"]
    assert repr(decode(encode(held))) == row["here"]


def test_every_type_of_value_has_a_row():
    assert {name for row in rows_of(values.__doc__ or "") for name in json.loads(row["as sent"])} == set(values._DECODERS)


@rows(resource_policies)
def test_a_policy_is_written_as_its_table_says(row):
    local = recorded.Local()
    local.ok("CreateTable", {
        "TableName": "table", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    })  # fmt: skip
    table = local.store.view(lambda txn: txn.get(TABLES, (recorded.ACCOUNT, "table", "us-east-1")))
    revision = row.get("the policy's revision")
    held = replace(table, policy=None if revision is None else "{}", policy_revision=revision)
    refusal = revision_refusal(held, "arn", row.get("ExpectedRevisionId"))
    assert (None if refusal is None else refusal.row) is (None if row["answer"] == "written" else vars(control)[row["answer"]])

"""ConditionExpression: every operator and function, on every type and on nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..expect import accepted, refused, unchanged
from ..tables import truth_table

FAILED = {"status": 400, "code": "ConditionalCheckFailedException", "message": "The conditional request failed"}
CANCELLED = {
    "status": 400,
    "code": "TransactionCanceledException",
    "message": "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed]",
}

# The item that every row is judged on, under the key of the case.
ITEM: dict[str, Any] = {
    "s": {"S": "banana"},
    "n": {"N": "7"},
    "big": {"N": "12345678901234567890123456789012345678"},
    "b": {"B": b"\x01\xff"},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"N": "1"}, {"S": "x"}, {"L": [{"N": "2"}]}]},
    "small": {"M": {"k": {"S": "v"}}},
    "m": {"M": {"k": {"S": "v"}, "set": {"SS": ["q", "p"]}}},
}

TABLE = """
    | expression                        | values                                               | holds | on nothing |
    |-----------------------------------|------------------------------------------------------|-------|------------|
    | attribute_exists(s)               | -                                                    | yes   | no         |
    | attribute_exists(nil)             | -                                                    | yes   | no         |
    | attribute_exists(absent)          | -                                                    | no    | no         |
    | attribute_exists(m.k)             | -                                                    | yes   | no         |
    | attribute_exists(s.k)             | -                                                    | no    | no         |
    | attribute_exists(l[2])            | -                                                    | yes   | no         |
    | attribute_exists(l[3])            | -                                                    | no    | no         |
    | attribute_not_exists(pk)          | -                                                    | no    | yes        |
    | attribute_not_exists(absent)      | -                                                    | yes   | yes        |
    | attribute_not_exists(m.elsewhere) | -                                                    | yes   | yes        |
    | attribute_type(s, :a)             | {"S": "S"}                                           | yes   | no         |
    | attribute_type(ns, :a)            | {"S": "NS"}                                          | yes   | no         |
    | attribute_type(absent, :a)        | {"S": "S"}                                           | no    | no         |
    | begins_with(s, :a)                | {"S": "ban"}                                         | yes   | no         |
    | begins_with(s, :a)                | {"S": "nan"}                                         | no    | no         |
    | begins_with(n, :a)                | {"S": "7"}                                           | no    | no         |
    | contains(s, :a)                   | {"S": "nan"}                                         | yes   | no         |
    | contains(ss, :a)                  | {"S": "b"}                                           | yes   | no         |
    | contains(ss, :a)                  | {"S": "c"}                                           | no    | no         |
    | contains(ns, :a)                  | {"N": "2.0"}                                         | yes   | no         |
    | contains(ns, :a)                  | {"S": "2"}                                           | no    | no         |
    | contains(l, :a)                   | {"L": [{"N": "2"}]}                                  | yes   | no         |
    | contains(m, :a)                   | {"S": "v"}                                           | no    | no         |
    | size(s) = :a                      | {"N": "6"}                                           | yes   | no         |
    | size(ss) < :a                     | {"N": "3"}                                           | yes   | no         |
    | size(n) = :a                      | {"N": "1"}                                           | no    | no         |
    | size(absent) < :a                 | {"N": "9"}                                           | no    | no         |
    | n = :a                            | {"N": "7.0"}                                         | yes   | no         |
    | n = :a                            | {"S": "7"}                                           | no    | no         |
    | n <> :a                           | {"S": "7"}                                           | yes   | yes        |
    | n <> :a                           | {"N": "7"}                                           | no    | yes        |
    | absent = :a                       | {"N": "7"}                                           | no    | no         |
    | absent <> :a                      | {"N": "7"}                                           | yes   | yes        |
    | absent = elsewhere                | -                                                    | no    | no         |
    | absent <> elsewhere               | -                                                    | yes   | yes        |
    | NOT absent = :a                   | {"N": "7"}                                           | yes   | yes        |
    | NOT n < :a                        | {"S": "x"}                                           | yes   | yes        |
    | ss = :a                           | {"SS": ["b", "a"]}                                   | yes   | no         |
    | m = :a                            | {"M": {"set": {"SS": ["p", "q"]}, "k": {"S": "v"}}}  | yes   | no         |
    | l = :a                            | {"L": [{"S": "x"}, {"N": "1"}, {"L": [{"N": "2"}]}]} | no    | no         |
    | yes = :a                          | {"BOOL": true}                                       | yes   | no         |
    | nil = :a                          | {"NULL": true}                                       | yes   | no         |
    | n < :a                            | {"N": "7.000001"}                                    | yes   | no         |
    | n >= :a                           | {"N": "7"}                                           | yes   | no         |
    | n > :a                            | {"N": "70e-1"}                                       | no    | no         |
    | big < :a                          | {"N": "12345678901234567890123456789012345679"}      | yes   | no         |
    | s < :a                            | {"S": "b"}                                           | no    | no         |
    | s < :a                            | {"S": "é"}                                           | yes   | no         |
    | s < :a                            | {"N": "9"}                                           | no    | no         |
    | absent < :a                       | {"N": "9"}                                           | no    | no         |
    | n BETWEEN :a AND :b               | {"N": "7"} {"N": "8"}                                | yes   | no         |
    | n BETWEEN :a AND :b               | {"N": "8"} {"N": "9"}                                | no    | no         |
    | s BETWEEN :a AND :b               | {"S": "a"} {"S": "c"}                                | yes   | no         |
    | n IN (:a, :b)                     | {"S": "7"} {"N": "7"}                                | yes   | no         |
    | ss IN (:a)                        | {"SS": ["b", "a"]}                                   | yes   | no         |
    | absent IN (:a)                    | {"N": "7"}                                           | no    | no         |
    | n = :a OR s = :b AND s = :a       | {"N": "7"} {"S": "x"}                                | yes   | no         |
    | (n = :a OR s = :b) AND s = :a     | {"N": "7"} {"S": "x"}                                | no    | no         |
    | NOT n = :a AND s = :b             | {"N": "7"} {"S": "banana"}                           | no    | no         |
    | NOT (n = :a AND s = :b)           | {"N": "7"} {"S": "x"}                                | yes   | yes        |
    | NOT NOT n = :a                    | {"N": "7"}                                           | yes   | no         |
    | l[1] = :a                         | {"S": "x"}                                           | yes   | no         |
    | m.k = :a                          | {"S": "v"}                                           | yes   | no         |
    | n < :a                            | {"N": "7"}                                           | no    | no         |
    | n <= :a                           | {"N": "7.0"}                                         | yes   | no         |
    | n <= :a                           | {"N": "6.9"}                                         | no    | no         |
    | n BETWEEN :a AND :b               | {"N": "6"} {"N": "7"}                                | yes   | no         |
    | attribute_type(s, :a)             | {"S": "N"}                                           | no    | no         |
    | m = :a                            | {"M": {"k": {"S": "v"}}}                             | no    | no         |
    | l = :a                            | {"L": [{"N": "1"}]}                                  | no    | no         |
    | small = :a                        | {"M": {"k": {"S": "v"}, "j": {"N": "1"}}}            | no    | no         |
    | pk <> :a                          | {"S": "x"}                                           | yes   | yes        |
"""


def expression_of(row: dict[str, str]) -> dict[str, Any]:
    """The row as parameters of a call."""
    parameters: dict[str, Any] = {"ConditionExpression": row["expression"]}
    if "values" in row:
        decoder, text, values = json.JSONDecoder(), row["values"], {}
        for name in (":a", ":b"):
            if text:
                values[name], end = decoder.raw_decode(text)
                text = text[end:].strip()
        parameters["ExpressionAttributeValues"] = values
    return parameters


def stored(dynamodb: Any, table: str, key: str) -> Any:
    return dynamodb.get_item(TableName=table, Key={"pk": {"S": key}}, ConsistentRead=True).get("Item")


CHECK = pytest.param("check", marks=pytest.mark.needs("dynamodb.transactions"))


@pytest.mark.tier("core")
@truth_table(TABLE)
@pytest.mark.parametrize("state", ["holds", "on nothing"])
@pytest.mark.parametrize("write", ["put", "update", "delete", CHECK])
def test_a_condition(dynamodb: Any, table: str, key: str, row: dict[str, str], state: str, write: str) -> None:
    """A condition holds, or refuses the write and changes nothing, by the types and values in the item stored before it.

    Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions" [documented]
    Source: asserted against AWS by Alternator's test suite [third-party]
    """
    if state == "holds":
        accepted(dynamodb.put_item, TableName=table, Item={"pk": {"S": key}, **ITEM})
    where = {"TableName": table, "Key": {"pk": {"S": key}}}
    condition = expression_of(row)
    call, parameters = {
        "put": (dynamodb.put_item, {"TableName": table, "Item": {"pk": {"S": key}, "new": {"N": "1"}}, **condition}),
        "update": (dynamodb.update_item, {**where, **updating(condition)}),
        "delete": (dynamodb.delete_item, {**where, **condition}),
        "check": (dynamodb.transact_write_items, {"TransactItems": [{"ConditionCheck": {**where, **condition}}]}),
    }[write]
    if row[state] == "yes":
        accepted(call, **parameters)
        return
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(call, **parameters, **(CANCELLED if write == "check" else FAILED))


def updating(condition: dict[str, Any]) -> dict[str, Any]:
    """The same condition on an update that would change something."""
    values = {**condition.get("ExpressionAttributeValues", {}), ":new": {"N": "1"}}
    return {**condition, "UpdateExpression": "SET fresh = :new", "ExpressionAttributeValues": values}

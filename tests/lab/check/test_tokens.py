"""Tokens, conditions, what is overwritten, and what of the parameters is kept."""

from __future__ import annotations

import pytest

from condemu.lab.history import ABSENT, CONDITION, PRESENT
from condemu.lab.tokens import attributes_token, expects_of, item_token, object_token, overwrites_of, readable


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"n": {"N": "1"}}, {"n": {"N": "1.00"}}),
        ({"n": {"N": "100"}}, {"n": {"N": "1E2"}}),
        ({"n": {"N": "-0"}}, {"n": {"N": "0"}}),
        ({"b": {"B": b"ab"}}, {"b": {"B": "YWI="}}),
        ({"s": {"NS": ["1", "2.0"]}}, {"s": {"NS": ["2", "1"]}}),
        ({"a": {"S": "x"}, "m": {"M": {"l": {"L": [{"N": "1"}]}}}}, {"m": {"M": {"l": {"L": [{"N": "1.0"}]}}}, "a": {"S": "x"}}),
    ],
)
def test_items_that_are_equal_have_one_token(first, second):
    assert item_token(first) == item_token(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [({"n": {"N": "1"}}, {"n": {"S": "1"}}), ({"l": {"L": [{"S": "a"}, {"S": "b"}]}}, {"l": {"L": [{"S": "b"}, {"S": "a"}]}})],
)
def test_items_that_differ_have_two(first, second):
    assert item_token(first) != item_token(second)


def test_tokens_of_objects_and_of_attributes_are_readable():
    assert object_token('"abc"', "null") == object_token("abc") == "abc"
    assert object_token('"abc"', "v1") == "abc@v1"
    assert attributes_token({"b": ["2", "1"], "a": ("x",)}) == '{"a": ["x"], "b": ["1", "2"]}'
    assert attributes_token({}) == item_token({}) == item_token(None) == ABSENT
    assert len(attributes_token({"a": ["x" * 1000]})) == 16


@pytest.mark.parametrize(
    ("service", "members", "expected"),
    [
        ("s3", {}, ""),
        ("s3", {"IfNoneMatch": "*"}, ABSENT),
        ("s3", {"IfMatch": "*"}, PRESENT),
        ("s3", {"IfMatch": '"abc"'}, "abc"),
        ("s3", {"IfMatch": "abc"}, "abc"),
        ("s3", {"IfMatchSize": "3"}, CONDITION),
        ("s3", {"IfMatch": '"abc"', "IfMatchSize": "3"}, CONDITION),
        ("s3", {"IfMatch": '"abc", "def"'}, CONDITION),
        ("s3", {"CopySourceIfMatch": '"abc"'}, ""),
        ("s3", {"CopySourceIfMatch": '"abc"', "IfNoneMatch": "*"}, CONDITION),
        ("dynamodb", {}, ""),
        ("dynamodb", {"ConditionExpression": "attribute_not_exists(id)"}, ABSENT),
        ("dynamodb", {"ConditionExpression": "( attribute_exists (#k) )", "ExpressionAttributeNames": {"#k": "id"}}, PRESENT),
        ("dynamodb", {"ConditionExpression": "attribute_not_exists(other)"}, CONDITION),
        ("dynamodb", {"ConditionExpression": "attribute_not_exists(id) OR n = :n"}, CONDITION),
        ("dynamodb", {"ConditionExpression": "NOT attribute_not_exists(id)"}, CONDITION),
        ("dynamodb", {"Expected": {"id": {"Exists": False}}}, CONDITION),
        ("simpledb", {"Expected": {"Name": "a", "Exists": False}}, CONDITION),
    ],
)
def test_what_a_condition_demands_of_the_whole(service, members, expected):
    assert expects_of(service, members, ("id",)) == expected


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("PutObject", {}, ("*",)),
        ("DeleteItem", {}, ("*",)),
        ("UpdateItem", {"UpdateExpression": "SET a = :a, #b.c[0] = :b REMOVE d[1], e", "ExpressionAttributeNames": {"#b": "b"}},
         ("a", "b", "d", "e")),
        ("UpdateItem", {"UpdateExpression": "set a = a + :a, b = if_not_exists(b, :b), c = list_append(c, :c)"}, ()),
        ("UpdateItem", {"UpdateExpression": "ADD a :a DELETE s :s"}, ()),
        ("UpdateItem", {"AttributeUpdates": {"a": {"Value": {"N": "1"}}, "b": {"Action": "ADD", "Value": {"N": "1"}}}}, ("a",)),
        ("PutAttributes", {"Attributes": [{"Name": "a", "Value": "1", "Replace": True}, {"Name": "b", "Value": "1"}]}, ("a",)),
        ("DeleteAttributes", {"Attributes": []}, ("*",)),
        ("DeleteAttributes", {"Attributes": [{"Name": "a"}]}, ("a",)),
        ("UploadPart", {}, ()),
    ],
)  # fmt: skip
def test_what_a_write_replaces_without_looking(operation, members, expected):
    assert overwrites_of(operation, members) == expected


def test_parameters_are_kept_readable_and_bounded_and_keys_of_customers_are_not():
    given = {"Body": b"x" * 10, "Text": "y" * 1000, "List": list(range(200)), "SSECustomerKey": "secret", "None": None}
    shown = readable({**given, "Object": object})
    assert shown["Body"]["size"] == 10
    assert len(shown["Text"]) < 260
    assert shown["List"][-1] == "… 150 more"
    assert shown["SSECustomerKey"] == "(not recorded)"
    assert shown["None"] is None
    assert isinstance(shown["Object"], str)

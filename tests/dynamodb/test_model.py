"""A machine of random calls against a naive model of one table, and bytes of all kinds against the service: never a 500."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from recorded import Local

from condemu.dynamodb.operations import OPERATIONS
from condemu.dynamodb.requests.shapes import SHAPES, Shape

# --- the model --------------------------------------------------------------------------------------------------------------

names = st.sampled_from(["v", "w", "x"])
keys = st.tuples(st.sampled_from("ab"), st.integers(0, 2))
numbers = st.one_of(st.integers(-3, 3).map(Decimal), st.sampled_from([Decimal("0.5"), Decimal("1e20")]))


def wire(key: tuple[str, int]) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"N": str(key[1])}}


def number(value: Decimal) -> dict[str, str]:
    return {"N": format(value, "f")}


# A condition: its text, and what it means of a dict from names to numbers (None: no item) and a number.
CONDITIONS = {
    "attribute_exists(pk)": lambda item, name, value: item is not None,
    "attribute_not_exists(pk)": lambda item, name, value: item is None,
    "#n = :v": lambda item, name, value: name in (item or {}) and item[name] == value,
    "#n <> :v": lambda item, name, value: name not in (item or {}) or item[name] != value,
    "#n < :v": lambda item, name, value: name in (item or {}) and item[name] < value,
    "#n >= :v": lambda item, name, value: name in (item or {}) and item[name] >= value,
    "NOT #n >= :v": lambda item, name, value: not (name in (item or {}) and item[name] >= value),
    "attribute_not_exists(#n) OR #n = :v": lambda item, name, value: name not in (item or {}) or item[name] == value,
}
conditions = st.one_of(st.none(), st.sampled_from(sorted(CONDITIONS)))


def conditional(text: str | None, name: str, value: Decimal) -> dict[str, Any]:
    if text is None:
        return {}
    members: dict[str, Any] = {"ConditionExpression": text}
    if "#n" in text:
        members["ExpressionAttributeNames"] = {"#n": name}
    if ":v" in text:
        members["ExpressionAttributeValues"] = {":v": number(value)}
    return members


class OneTable(RuleBasedStateMachine):
    """Puts, updates, deletes and transactions with conditions; the model is a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.local = Local()
        index = {**recorded._index("by-v", "v"), "IndexName": "by-v"}
        schema = recorded._simple(pk="S", sk="N")
        schema["AttributeDefinitions"] = [*schema["AttributeDefinitions"], {"AttributeName": "v", "AttributeType": "N"}]
        self.local.ok("CreateTable", {"TableName": "tab", **schema, "GlobalSecondaryIndexes": [index]})
        self.items: dict[tuple[str, int], dict[str, Decimal]] = {}

    def holds(self, key: tuple[str, int], text: str | None, name: str, value: Decimal) -> bool:
        return text is None or bool(CONDITIONS[text](self.items.get(key), name, value))

    def put_of(self, key: tuple[str, int], item: dict[str, Decimal], more: dict[str, Any]) -> dict[str, Any]:
        return {"TableName": "tab", "Item": {**wire(key), **{name: number(value) for name, value in item.items()}}, **more}

    def settle(self, answer: recorded.Answer, expected: bool) -> None:
        assert (answer.status == 200) is expected, answer.body
        assert expected or answer.code == "ConditionalCheckFailedException"

    @rule(key=keys, item=st.dictionaries(names, numbers, max_size=3), text=conditions, name=names, value=numbers)
    def put(self, key, item, text, name, value):
        expected = self.holds(key, text, name, value)
        self.settle(self.local.call("PutItem", self.put_of(key, item, conditional(text, name, value))), expected)
        if expected:
            self.items[key] = dict(item)

    @rule(key=keys, text=conditions, name=names, value=numbers)
    def delete(self, key, text, name, value):
        expected = self.holds(key, text, name, value)
        members = {"TableName": "tab", "Key": wire(key), **conditional(text, name, value)}
        self.settle(self.local.call("DeleteItem", members), expected)
        if expected:
            self.items.pop(key, None)

    @rule(key=keys, attribute=names, step=st.integers(-2, 2), text=conditions, name=names, value=numbers)
    def add(self, key, attribute, step, text, name, value):
        expected = self.holds(key, text, name, value)
        more = conditional(text, name, value)
        more["ExpressionAttributeValues"] = {**more.get("ExpressionAttributeValues", {}), ":step": {"N": str(step)}}
        more["ExpressionAttributeNames"] = {**more.get("ExpressionAttributeNames", {}), "#t": attribute}
        members = {"TableName": "tab", "Key": wire(key), "UpdateExpression": "ADD #t :step", **more}
        self.settle(self.local.call("UpdateItem", members), expected)
        if expected:
            item = self.items.setdefault(key, {})
            item[attribute] = item.get(attribute, Decimal(0)) + step

    @rule(key=keys, attribute=names, text=conditions, name=names, value=numbers)
    def remove(self, key, attribute, text, name, value):
        expected = self.holds(key, text, name, value)
        more = conditional(text, name, value)
        more["ExpressionAttributeNames"] = {**more.get("ExpressionAttributeNames", {}), "#t": attribute}
        members = {"TableName": "tab", "Key": wire(key), "UpdateExpression": "REMOVE #t", **more}
        self.settle(self.local.call("UpdateItem", members), expected)
        if expected and key in self.items:
            self.items[key].pop(attribute, None)

    @rule(
        chosen=st.lists(keys, min_size=1, max_size=4, unique=True),
        texts=st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=4, max_size=4), name=names, value=numbers,
    )  # fmt: skip
    def transact(self, chosen, texts, name, value):
        holding = [self.holds(key, text, name, value) for key, text in zip(chosen, texts, strict=False)]
        actions = [
            {"Put": self.put_of(key, {name: value}, conditional(text, name, value))}
            for key, text in zip(chosen, texts, strict=False)
        ]
        answer = self.local.call("TransactWriteItems", {"TransactItems": actions})
        assert (answer.status == 200) is all(holding)
        if answer.status == 200:
            self.items.update((key, {name: value}) for key in chosen)
        else:
            found = [reason["Code"] == "None" for reason in answer.body["CancellationReasons"]]
            assert found == holding

    @invariant()
    def the_table_is_the_model(self):
        found = self.local.ok("Scan", {"TableName": "tab"})["Items"]
        held = {(item.pop("pk")["S"], int(item.pop("sk")["N"])): item for item in found}
        assert {key: {name: Decimal(one["N"]) for name, one in item.items()} for key, item in held.items()} == self.items
        indexed = self.local.ok("Scan", {"TableName": "tab", "IndexName": "by-v"})["Items"]
        assert sorted((item["pk"]["S"], int(item["sk"]["N"])) for item in indexed) == sorted(
            key for key, item in self.items.items() if "v" in item
        )


OneTable.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
test_the_table_agrees_with_a_dict = OneTable.TestCase


# --- anything at all --------------------------------------------------------------------------------------------------------

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4), st.just("tab"))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
tags = st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL", "X"])
attribute_values = st.one_of(
    st.sampled_from([{"S": "a"}, {"N": "1"}, {"BOOL": True}, {"M": {"x": {"L": []}}}, {"SS": ["a"]}]),
    st.dictionaries(tags, anything, max_size=2),
)
texts = st.one_of(
    st.sampled_from(["tab", "pk", "pk = :a", "SET v = :a", "#n", "", "attribute_exists(pk)", "v", "ALL_OLD", "by-v"]),
    st.text(max_size=6),
)


def of(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly of the right type, sometimes anything."""
    if depth > 6:
        return anything
    if shape.base == "Structure":
        members = {member.wire: st.deferred(lambda member=member: of(member.shape, depth + 1)) for member in shape.members}
        right: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=members)
    elif shape.base == "List":
        assert shape.element is not None
        right = st.lists(of(shape.element, depth + 1), max_size=3)
    elif shape.base == "Map":
        assert shape.element is not None
        right = st.dictionaries(st.sampled_from(["pk", ":a", "#n", "tab", "v"]), of(shape.element, depth + 1), max_size=3)
    elif shape.base == "Value":
        right = attribute_values
    elif shape.base in ("Integer", "Long"):
        right = st.integers(-2, 30)
    elif shape.base == "Boolean":
        right = st.booleans()
    else:
        right = st.sampled_from(shape.values) | texts if shape.values else texts
    return right if depth == 0 else st.one_of(*[right] * 9, anything)


@settings(deadline=None, max_examples=400)
@given(data=st.data(), operation=st.sampled_from(OPERATIONS))
def test_whatever_is_asked_is_answered_and_a_refusal_changes_nothing(data, operation):
    members = data.draw(of(SHAPES[operation.name]))
    local = Local()
    local.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    local.ok("PutItem", {"TableName": "tab", "Item": {"pk": {"S": "a"}, "v": {"N": "1"}}})
    before = local.state()
    answer = local.call(operation.name, members, operation.api)
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert local.state() == before
        assert answer.type


@settings(deadline=None, max_examples=200)
@given(body=st.one_of(st.binary(max_size=40), anything.map(lambda value: json.dumps(value).encode())))
def test_whatever_the_bytes_are_they_are_answered(body):
    assert Local().raw("PutItem", body).status == 400


def test_json_that_is_nested_too_deeply_or_holds_huge_numbers_is_refused():
    nested = (b'{"Item":' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000)
    for body in (*nested, b'{"Limit":' + b"9" * 5000 + b"}", b'{"Limit":1e999}', b"NaN"):
        for operation in ("PutItem", "Scan"):
            answer = Local().raw(operation, body)
            assert (answer.status, answer.code) == (400, "SerializationException") or answer.code == "ValidationException"
    deep: Any = {"S": "x"}
    for _ in range(300):
        deep = {"M": {"m": deep}}
    local = Local()
    local.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    answer = local.call("PutItem", {"TableName": "tab", "Item": {"pk": {"S": "a"}, "m": deep}})
    assert "Nesting Levels have exceeded supported limits" in answer.message

"""Random puts, updates and deletes under random conditions, against a naive model of all of it.

The service runs in this process. After every call each item is what the model says, and what is refused changed nothing.
"""

from __future__ import annotations

import re
from typing import Any

import invariants
from dynamodb_naive import NAMES, VALUES, Refused, naive, updated
from dynamodb_strategies import conditions, items, sound_updates, words
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from recorded import Local

from condemu.dynamodb.data.values import decode_item, encode, encode_item, equal
from condemu.dynamodb.expressions.nodes import Path, Update

keys = st.sampled_from(["x", "y"])
attributes = items.map(encode_item)
optional = st.none() | st.none() | conditions


def parameters(**nodes: Any) -> dict[str, Any]:
    """The expressions, with the names and values that they use."""
    texts = {member: "".join(words(node)) for member, node in nodes.items() if node is not None}
    every = " ".join(texts.values())
    names = {name: NAMES[name] for name in re.findall(r"#\w+", every)}
    values = {name: encode(VALUES[name]) for name in re.findall(r":\w+", every)}
    maps = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return {**texts, **{member: content for member, content in maps.items() if content}}


class Machine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.local = Local()
        self.model: dict[str, Any] = {}
        self.local.ok("CreateTable", {
            "TableName": "items",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "BillingMode": "PAY_PER_REQUEST",
        })  # fmt: skip

    @rule(key=keys, item=attributes, condition=optional)
    def put(self, key: str, item: Any, condition: Any) -> None:
        new = {"pk": {"S": key}, **item}
        self.write("PutItem", key, {"Item": new}, condition, lambda: new)

    @rule(key=keys, condition=optional)
    def delete(self, key: str, condition: Any) -> None:
        self.write("DeleteItem", key, {"Key": {"pk": {"S": key}}}, condition, lambda: None)

    @rule(key=keys, update=sound_updates, condition=optional)
    def update(self, key: str, update: Update, condition: Any) -> None:
        name = {"pk": {"S": key}}
        self.write("UpdateItem", key, {"Key": name}, condition, lambda: updated(update, self.model.get(key), name), update)

    def write(self, operation: str, key: str, members: Any, condition: Any, becomes: Any, update: Any = None) -> None:
        old = self.model.get(key)
        expressions = parameters(UpdateExpression=update, ConditionExpression=condition)
        answer = self.local.call(operation, {"TableName": "items", **members, **expressions})
        if answer.message.startswith("1 validation error detected: Invalid "):
            return self.check()  # what AWS says of expressions is tested elsewhere
        holds = condition is None or naive(condition, old or {})
        assert (answer.code == "ConditionalCheckFailedException") == (not holds), answer.body
        if holds:
            try:
                new = becomes()
            except Refused:
                assert answer.code == "ValidationException", answer.body
            else:
                assert answer.status == 200, answer.body
                self.model.pop(key, None)
                if new is not None:
                    self.model[key] = new
        return self.check()

    def check(self) -> None:
        invariants.check(self.local.store)
        for key in ("x", "y"):
            found = self.local.ok("GetItem", {"TableName": "items", "Key": {"pk": {"S": key}}, "ConsistentRead": True})
            expected = self.model.get(key)
            assert ("Item" in found) == (expected is not None)
            if expected is not None:
                assert equal(decode_item(found["Item"]), decode_item(expected)), (found, expected)


def test_the_machine_reads_paths_as_the_language_does() -> None:
    assert parameters(ConditionExpression=None, UpdateExpression=None) == {}
    assert "".join(words(Path(("#n", 0)))) == "#n[0]"


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)

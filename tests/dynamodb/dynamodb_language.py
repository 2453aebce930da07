"""Short ways to say what the tests of the expression language say over and over."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import Item
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.placeholders import Placeholders
from condemu.dynamodb.expressions.updates import BoundUpdate

DATA = Path(__file__).parent / "data"

# The expressions of each operation, in the order in which AWS reads them.
EXPRESSIONS = {
    "PutItem": ("ConditionExpression",),
    "DeleteItem": ("ConditionExpression",),
    "UpdateItem": ("UpdateExpression", "ConditionExpression"),
    "GetItem": ("ProjectionExpression",),
    "Query": ("KeyConditionExpression", "FilterExpression", "ProjectionExpression"),
    "Scan": ("FilterExpression", "ProjectionExpression"),
}


def load(name: str) -> list[dict[str, Any]]:
    """Cases from a file; `{{repeat:x:3}}` in them stands for xxx."""

    def expand(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\{\{repeat:([^}]*?):(\d+)\}\}", lambda found: found[1] * int(found[2]), value)
        if isinstance(value, dict):
            return {expand(key): expand(inner) for key, inner in value.items()}
        return [expand(inner) for inner in value] if isinstance(value, list) else value

    return [expand(case) for case in json.loads((DATA / name).read_text())]


def read_all(operation: str, request: dict[str, Any]) -> Placeholders:
    """Read a request's expressions as its operation does."""
    wanted = EXPRESSIONS[operation]
    placeholders = Placeholders.read(
        request.get("ExpressionAttributeNames"),
        request.get("ExpressionAttributeValues"),
        {expression: request.get(expression) for expression in wanted},
    )
    for expression in wanted:
        if expression == "UpdateExpression":
            placeholders.update()
        elif expression == "ProjectionExpression":
            placeholders.projection()
        else:
            placeholders.condition(expression)
    placeholders.check_all_used()
    return placeholders


def condition(text: str, values: dict[str, Any] | None = None, names: dict[str, str] | None = None) -> BoundCondition:
    placeholders = Placeholders.read(names, values, {"ConditionExpression": text})
    bound = placeholders.condition("ConditionExpression")
    placeholders.check_all_used()
    assert bound is not None
    return bound


def update(text: str, values: dict[str, Any] | None = None, names: dict[str, str] | None = None) -> BoundUpdate:
    placeholders = Placeholders.read(names, values, {"UpdateExpression": text})
    bound = placeholders.update()
    placeholders.check_all_used()
    assert bound is not None
    return bound


def apply(text: str, item: Item | None, values: dict[str, Any] | None = None, key: Item | None = None) -> Item | None:
    return update(text, values).apply(item, key if key is not None else {"pk": "k"})


def message(error: ServiceError) -> str:
    return error.message.removeprefix("Invalid ConditionExpression: ").removeprefix("Invalid UpdateExpression: ")

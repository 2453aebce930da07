"""AttributeUpdates, the older way to write an update: an action for each of some top-level attributes.

| Action | Value               | there is            | then there is                   |
|--------|---------------------|---------------------|---------------------------------|
| -      | {"S": "a"}          | {"N": "1"}          | {"S": "a"}                      |
| PUT    | {"S": "a"}          | -                   | {"S": "a"}                      |
| ADD    | {"N": "2"}          | {"N": "1"}          | {"N": "3"}                      |
| ADD    | {"N": "2"}          | -                   | {"N": "2"}                      |
| ADD    | {"N": "2"}          | {"S": "a"}          | refused                         |
| ADD    | {"SS": ["b"]}       | {"SS": ["a"]}       | {"SS": ["a", "b"]}              |
| ADD    | {"L": [{"N": "2"}]} | {"L": [{"N": "1"}]} | {"L": [{"N": "1"}, {"N": "2"}]} |
| DELETE | {"SS": ["a"]}       | {"SS": ["a", "b"]}  | {"SS": ["b"]}                   |
| DELETE | {"SS": ["a"]}       | {"SS": ["a"]}       | -                               |
| DELETE | {"SS": ["a"]}       | -                   | -                               |
| DELETE | -                   | {"S": "a"}          | -                               |
| DELETE | -                   | -                   | -                               |

An update that only deletes creates no item; one without any action does. (AWS API Reference, "UpdateItem: AttributeUpdates";
ADD of lists was recorded on AWS by Alternator's suite.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.numbers import add
from condemu.dynamodb.data.paths import DocumentPath
from condemu.dynamodb.data.values import MISSING, Item, Malformed, Value, decode, kind
from condemu.dynamodb.errors import expressions as errors

_SETS: Final = frozenset(("SS", "NS", "BS"))
_ADDABLE: Final = _SETS | {"N", "L"}


@dataclass(frozen=True, slots=True)
class AttributeUpdate:
    """`value` is MISSING where none is given."""

    attribute: str
    action: str
    value: Value


@dataclass(frozen=True, slots=True)
class AttributeUpdates:
    updates: tuple[AttributeUpdate, ...]

    @property
    def targets(self) -> tuple[DocumentPath, ...]:
        """The attributes that change: none may lie in the primary key."""
        return tuple((update.attribute,) for update in self.updates)

    @property
    def roots(self) -> frozenset[str]:
        return frozenset(update.attribute for update in self.updates)

    def check(self) -> None:
        """Refuse an action without the value that it needs, or with one of a type that it cannot take."""
        for update in self.updates:
            if update.value is MISSING:
                if update.action != "DELETE":
                    raise ServiceError(errors.ONLY_DELETE_WITHOUT_VALUE)
                continue
            given = kind(update.value)
            if update.action == "DELETE" and given not in _SETS:
                raise ServiceError(errors.DELETE_TYPE, {"type": given})
            if update.action == "ADD" and given not in _ADDABLE:
                raise ServiceError(errors.ADD_TYPE, {"type": given})

    def apply(self, item: Item | None, key: Item) -> Item | None:
        """The new item; None where there was none and none comes to be."""
        if item is None and self.updates and all(update.action == "DELETE" for update in self.updates):
            return None
        new = dict(key if item is None else item)
        for update in self.updates:
            value = _updated(update, new.get(update.attribute, MISSING))
            if value is MISSING:
                new.pop(update.attribute, None)
            else:
                new[update.attribute] = value
        return new

    def touched(self, item: Item | None) -> Item:
        """What an item has of the attributes named: UPDATED_OLD of the old item, UPDATED_NEW of the new one."""
        if item is None:
            return {}
        return {update.attribute: item[update.attribute] for update in self.updates if update.attribute in item}


def decode_attribute_updates(wire: Any) -> AttributeUpdates:
    """Refuses the first invalid value, and nothing else yet."""
    if type(wire) is not dict:
        raise Malformed
    updates = []
    for name, entry in wire.items():
        if type(entry) is not dict:
            raise Malformed
        value = entry.get("Value")
        updates.append(AttributeUpdate(name, entry.get("Action") or "PUT", MISSING if value is None else decode(value)))
    return AttributeUpdates(tuple(updates))


def _updated(update: AttributeUpdate, current: Value) -> Value:
    value = update.value
    if update.action == "PUT":
        return value
    if update.action == "DELETE" and (value is MISSING or current is MISSING):
        return MISSING
    if current is MISSING:
        return value
    given = kind(value)
    if kind(current) != given:
        because = f"{ascii(update.attribute)[1:-1]} is of type {kind(current)}, the value to {update.action} of type {given}"
        raise ServiceError(errors.UPDATE_LEGACY_TYPE, because=because)
    if update.action == "DELETE":
        gone = set(value)
        return tuple(member for member in current if member not in gone) or MISSING
    if given == "N":
        return add(current, value)
    return [*current, *value] if given == "L" else tuple(sorted({*current, *value}))

"""What a write of an item is checked for before there is a table: parameters that do not go together, names, Expected.

AWS's order is: parameters of both generations mixed, attribute values, ReturnValues, the item's size, the shape of Expected and
AttributeUpdates, names, values, each expression, names and values left over; then, in the decision, the table, its key, the
condition, the update (recorded on AWS by dynalite's suite and by others since).
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import Item
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import CONDITIONAL_OPERATOR_ALONE
from condemu.dynamodb.legacy.expected import LegacyConditions, RawCondition, decode_conditions, read_expected
from condemu.dynamodb.requests.members import Members, Name, Text

MAX_NAME: Final = 65535  # bytes of an attribute's name (Developer Guide, "Constraints")


def check_mixing(members: Members, old: tuple[Name, ...], new: tuple[Text, ...]) -> bool:
    """Whether there are parameters from before expressions. Refuses them together with expressions."""
    if members.keys().isdisjoint(old):
        return False
    olds = [name for name in old if members.get(name) is not None]
    if not olds:
        return False
    news = [name for name in new if members.get(name) is not None]
    if news:
        raise ServiceError(errors.MIXED_PARAMETERS, {"old": ", ".join(olds), "new": ", ".join(news)})
    return True


def check_attribute_names(item: Item, size: int | None = None) -> None:
    """Refuse names that are empty or too long; an item of a smaller `size` has none of the latter."""
    if size is not None and size <= MAX_NAME and "" not in item:
        return
    for name in item:
        if not name:
            raise ServiceError(errors.ATTRIBUTE_NAME_EMPTY)
        if len(name) > MAX_NAME // 4 and len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
            raise ServiceError(errors.ATTRIBUTE_NAME_TOO_LONG, because=f"it has {len(name)} characters")


def decode_expected(members: Members) -> tuple[RawCondition, ...] | None:
    """The values of Expected; its shape is looked at later."""
    given = members.get("Expected")
    return None if given is None else decode_conditions(given)


def legacy_condition(members: Members, raw: tuple[RawCondition, ...] | None) -> LegacyConditions | None:
    """Expected as a condition, its shape checked."""
    operator = members.get("ConditionalOperator")
    if not raw:  # an empty Expected is none
        if operator is not None:
            raise ServiceError(CONDITIONAL_OPERATOR_ALONE)
        return None
    return read_expected(raw, operator)

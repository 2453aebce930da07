"""What a write of an item is checked for: parameters that do not go together, names, the condition, reservations.

AWS's order is: parameters of both generations mixed, attribute values, ReturnValues, the item's size, the shape of Expected and
AttributeUpdates, names, values, each expression, names and values left over; then, in the decision, the table, its key, the
condition, the update (recorded on AWS by dynalite's suite and by others since).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import Item, encode_item
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import CONDITIONAL_OPERATOR_ALONE
from condemu.dynamodb.expressions import conditions
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.placeholders import of_write
from condemu.dynamodb.legacy import expected
from condemu.dynamodb.legacy.expected import RawCondition, decode_conditions
from condemu.dynamodb.requests.members import Members, Name, Text
from condemu.dynamodb.requests.request import Reservations
from condemu.dynamodb.state.keys import Where
from condemu.dynamodb.state.records import StoredItem, Table, changed_by, item_in

MAX_NAME: Final = 65535  # bytes of an attribute's name (Developer Guide, "Constraints")

Refuse = Callable[[Item | None], ServiceError | None]


# --- without a table --------------------------------------------------------------------------------------------------------


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


def legacy_condition(members: Members, raw: tuple[RawCondition, ...] | None) -> Refuse | None:
    """Expected as a condition, its shape checked."""
    operator = members.get("ConditionalOperator")
    if not raw:  # an empty Expected is none
        if operator is not None:
            raise ServiceError(CONDITIONAL_OPERATOR_ALONE)
        return None
    return partial(expected.refusal, expected.read_expected(raw, operator))


def expression_condition(bound: BoundCondition | None) -> Refuse | None:
    return None if bound is None else partial(conditions.refusal, bound)


@lru_cache(maxsize=1024)
def plain_condition(text: str) -> Refuse:
    """A ConditionExpression without names and values means the same in every request."""
    condition = expression_condition(of_write(None, None, {"ConditionExpression": text}).condition)
    assert condition is not None
    return condition


# --- in a decision ----------------------------------------------------------------------------------------------------------


def check_condition(
    refuse: Refuse | None, old: StoredItem | None, members: Members, before: Item | None = None
) -> None:
    """Refuse if the condition does not hold of what is stored; with the item, if it was asked for and there is one.

    `before` is what is in `old`, if the caller has unpacked it.
    """
    if refuse is None:
        return
    item = before if before is not None or old is None else item_in(old)
    error = refuse(item)
    if error is None:
        return
    if old is None:
        raise error
    because = f"{error.because}; last written by commit {changed_by(old)}"
    asked = members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    raise ServiceError(error.row, {"Item": encode_item(item)} if asked and item is not None else None, because=because)


def check_free(reservations: Reservations, table: Table, where: Where) -> None:
    """Refuse to write an item that a transaction has reserved."""
    if reservations.holders and reservations.by_another(where):
        raise ServiceError(errors.TRANSACTION_CONFLICT, because="a transaction that is not decided yet has reserved the item")

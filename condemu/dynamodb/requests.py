"""What all operations share: the request, its plan, the checks that need no table, and the way to the table.

An operation is a function of a request that refuses what is wrong with the request alone, in AWS's order, and returns a `Plan`:
the decision that is left. AWS's order is: parameters of both generations mixed, attribute values, ReturnValues, the item's
size, the shape of Expected and AttributeUpdates, names, values, each expression, names and values left over; then, in the
decision, the table, its key, the condition, the update (recorded on AWS by dynalite's suite and by others since).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Final

from condemu.core.calls import Plan, Step, Touch
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb import conditions, errors, expected
from condemu.dynamodb.expected import RawCondition, decode_conditions
from condemu.dynamodb.expression_errors import CONDITIONAL_OPERATOR_ALONE
from condemu.dynamodb.expressions.placeholders import Placeholders
from condemu.dynamodb.keys import Place
from condemu.dynamodb.records import ACTIVE, UPDATING, StoredItem, Table, changed_by, item_in
from condemu.dynamodb.states import table_at
from condemu.dynamodb.values import Item, encode_item

MAX_NAME: Final = 65535  # bytes of an attribute's name (Developer Guide, "Constraints")

Result = dict[str, Any]
Refuse = Callable[[Item | None], ServiceError | None]


class Reservations:
    """The items of transactions that were accepted, wait at READY, and were told to reserve their items meanwhile.

    Of two transactions on one item, the one that reserved it first has it.
    """

    __slots__ = ("_next", "_view", "holders")

    def __init__(self, view: Callable[[Callable[[Txn], tuple[Key, ...]]], tuple[Key, ...]] | None = None) -> None:
        self._view = view
        self.holders: dict[Key, list[int]] = {}
        self._next = 0

    def __bool__(self) -> bool:
        return bool(self.holders)

    def reserve(self, request: DynamoRequest, places: Callable[[Txn], tuple[Key, ...]]) -> Callable[[], None]:
        """Reserve the transaction's items; what is returned gives them back."""
        assert self._view is not None
        reserved = self._view(places)
        self._next += 1
        request.number = self._next
        for where in reserved:
            self.holders.setdefault(where, []).append(request.number)
        return partial(self._release, reserved, request.number)

    def _release(self, reserved: Iterable[Key], number: int) -> None:
        for where in reserved:
            holders = self.holders[where]
            holders.remove(number)
            if not holders:
                del self.holders[where]

    def by_another(self, where: Key, number: int = 0) -> bool:
        """Is this reserved by a transaction that came before `number`? Whatever is no transaction comes last."""
        holders = self.holders.get(where)
        return holders is not None and holders[0] != number


class DynamoRequest:
    """One request, as an operation sees it. `members` are AWS's names; `account` is the caller's."""

    __slots__ = ("account", "delay", "members", "number", "operation", "owners", "region", "request_id", "reservations", "seal")

    def __init__(
        self,
        operation: str,
        members: dict[str, Any],
        account: str,
        region: str,
        request_id: str = "",
        reservations: Reservations | None = None,
        delay: float = 0.0,
        seal: bytes = b"",
    ) -> None:
        self.operation = operation
        self.members = members
        self.account = account
        self.region = region
        self.owners: tuple[str, ...] = (account,)  # the caller's account, and those of tables that are named by their ARNs
        self.request_id = request_id
        self.reservations = reservations if reservations is not None else Reservations()
        self.delay = delay  # seconds that a table takes to be created, updated or deleted
        self.seal = seal  # the key of shard iterators
        self.number = 0  # of the transaction that this is, among those that reserve items


Names = Callable[[Txn], tuple[str, ...]]  # of the resources that a step touches: "table/key", or "table" for a part or all of it


def atomic(
    decide: Callable[[Txn], Result],
    touched: Names,
    *,
    consistent: bool = True,
    reads: bool = False,
    reserve: Callable[[], Callable[[], None]] | None = None,
) -> Plan:
    """A plan of one decision. `reads`: it changes nothing. `reserve` is a transaction's."""
    return Plan(step_of(decide, touched, reads=reads, reserve=reserve), consistent=consistent)


def step_of(
    decide: Callable[[Txn], Any],
    touched: Names,
    *,
    reads: bool = False,
    reserve: Callable[[], Callable[[], None]] | None = None,
) -> Step:
    return Step(decide, partial(_touches, touched, not reads), reads=reads, reserve=reserve)


def _touches(touched: Names, written: bool, txn: Txn) -> list[Touch]:
    return [Touch(f"dynamodb:{name}", written) for name in touched(txn)]


def no_resource(txn: Txn) -> tuple[str, ...]:
    """Of a call that touches nothing that anybody could change."""
    return ()


# --- tables -----------------------------------------------------------------------------------------------------------------

_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:([a-z0-9-]+):(\d{12}):table/([^/]+)(?:/.*)?").fullmatch


def address(request: DynamoRequest, name: str) -> Key:
    """The account, name and region that a TableName means: it may be a table's ARN."""
    if not name.startswith("arn:"):
        return request.account, name, request.region
    match = _ARN(name)
    if match is None or match[1] != request.region:
        raise ServiceError(errors.BAD_REGION, {"arn": name})
    if match[2] not in request.owners:
        request.owners += (match[2],)
    return match[2], match[3], request.region


def usable_table(txn: Txn, where: Key) -> Table:
    """A table whose items can be read and written."""
    table = table_at(txn, where)
    if table is None or table.status not in (ACTIVE, UPDATING):
        because = f"there is no table {where[1]}" if table is None else f"{where[1]} is {table.status}"
        raise ServiceError(errors.TABLE_NOT_FOUND, because=because)
    return table


def on_table(where: Key) -> Names:
    """The resources of a step that touches any part of a table."""
    return lambda txn: (str(where[1]),)


def on_item(where: Key, key: Item) -> Names:
    """The resources of a step that touches one item."""
    return lambda txn: (resource_name(table_at(txn, where), where, key),)


def resource_name(table: Table | None, where: Key, item: Item) -> str:
    """ "table/hash" or "table/hash/range", as people read it."""
    if table is None:
        return str(where[1])
    return "/".join([str(where[1]), *(show_key(item.get(name)) for name in table.keys.names)])


def show_key(value: Any) -> str:
    return value.hex() if type(value) is bytes else str(value)


# --- checks that need no table ----------------------------------------------------------------------------------------------


def check_mixing(members: dict[str, Any], old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Refuse parameters from before expressions together with expressions."""
    if members.keys().isdisjoint(old):
        return
    olds = [name for name in old if members.get(name) is not None]
    if not olds:
        return
    news = [name for name in new if members.get(name) is not None]
    if news:
        raise ServiceError(errors.MIXED_PARAMETERS, {"old": ", ".join(olds), "new": ", ".join(news)})


def check_attribute_names(item: Item, size: int | None = None) -> None:
    """Refuse names that are empty or too long; an item of a smaller `size` has none of the latter."""
    if size is not None and size <= MAX_NAME and "" not in item:
        return
    for name in item:
        if not name:
            raise ServiceError(errors.ATTRIBUTE_NAME_EMPTY)
        if len(name) > MAX_NAME // 4 and len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
            raise ServiceError(errors.ATTRIBUTE_NAME_TOO_LONG, because=f"it has {len(name)} characters")


def decode_expected(members: dict[str, Any]) -> tuple[RawCondition, ...] | None:
    """The values of Expected; its shape is looked at later."""
    given = members.get("Expected")
    return None if given is None else decode_conditions(given)


def legacy_condition(members: dict[str, Any], raw: tuple[RawCondition, ...] | None) -> Refuse | None:
    """Expected as a condition, its shape checked."""
    operator = members.get("ConditionalOperator")
    if raw is None:
        if operator is not None:
            raise ServiceError(CONDITIONAL_OPERATOR_ALONE)
        return None
    return partial(expected.refusal, expected.read_expected(raw, operator))


def expression_condition(placeholders: Placeholders) -> Refuse | None:
    bound = placeholders.condition("ConditionExpression")
    return None if bound is None else partial(conditions.refusal, bound)


@lru_cache(maxsize=1024)
def plain_condition(text: str) -> Refuse:
    """A ConditionExpression without names and values means the same in every request."""
    condition = expression_condition(Placeholders.read(None, None, {"ConditionExpression": text}))
    assert condition is not None
    return condition


# --- in a decision ----------------------------------------------------------------------------------------------------------


def check_condition(
    refuse: Refuse | None, old: StoredItem | None, members: dict[str, Any], before: Item | None = None
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


def check_free(reservations: Reservations, table: Table, where: Place) -> None:
    """Refuse to write an item that a transaction has reserved."""
    if reservations.holders and reservations.by_another((table.table_id, *where)):
        raise ServiceError(errors.TRANSACTION_CONFLICT, because="a transaction that is not decided yet has reserved the item")

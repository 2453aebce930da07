"""What all operations share: the request, its plan, and the way to the table.

An operation is a function of a request that refuses what is wrong with the request alone, in AWS's order, and returns what is
left: a `Step`, which is one decision, or a `Plan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from condemu.core.calls import NO_HEADERS, Plan, Step, Touch
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.state.records import ACTIVE, TABLES, UPDATING, Table
from condemu.dynamodb.state.states import settled

Result = dict[str, Any]


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

    __slots__ = (
        "_table", "_txn", "_where", "account", "delay", "headers", "members", "number", "operation", "owners", "region",
        "request_id", "reservations", "seal", "writes",
    )  # fmt: skip

    def __init__(
        self,
        operation: str,
        members: Members,
        account: str,
        region: str,
        request_id: str = "",
        reservations: Reservations | None = None,
        delay: float = 0.0,
        seal: bytes = b"",
        writes: bool = True,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        self.operation = operation
        self.writes = writes  # whether the operation may change something
        self.members = members
        self.account = account
        self.region = region
        self.owners: tuple[str, ...] = (account,)  # the caller's account, and those of tables that are named by their ARNs
        self.request_id = request_id
        self.headers = headers
        self.reservations = reservations if reservations is not None else Reservations()
        self.delay = delay  # seconds that a table takes to be created, updated or deleted
        self.seal = seal  # the key of shard iterators
        self.number = 0  # of the transaction that this is, among those that reserve items
        self._txn: Txn | None = None
        self._where: Key | None = None
        self._table: Table | None = None

    def table_at(self, txn: Txn, where: Key) -> Table | None:
        """The table as it is now; None where there is none. A decision that asks for one twice, first to authorize, reads it
        once."""
        if self._txn is not txn or self._where != where:
            self._txn, self._where, self._table = txn, where, table_at(txn, where)
        return self._table

    def usable_table(self, txn: Txn, where: Key) -> Table:
        """A table whose items can be read and written."""
        table = self.table_at(txn, where)
        if table is None or table.status not in (ACTIVE, UPDATING):
            because = f"there is no table {where[1]}" if table is None else f"{where[1]} is {table.status}"
            raise ServiceError(errors.TABLE_NOT_FOUND, because=because)
        return table


Names = Callable[[Txn], tuple[str, ...]]  # of the resources that a step touches: "table/key", or "table" for a part or all of it


def atomic(
    request: DynamoRequest,
    decide: Callable[[Txn], Result],
    touched: Names,
    *,
    consistent: bool = True,
    reserve: Callable[[], Callable[[], None]] | None = None,
) -> Plan:
    """A plan of one decision. `reserve` is a transaction's."""
    step = Step(decide, partial(_touches, touched, request.writes), reads=not request.writes, reserve=reserve)
    return Plan(step, consistent=consistent)


def on_one_item(request: DynamoRequest, decide: Callable[[Txn, Table], Result], key: Item) -> Step:
    """One decision about one item of the request's table, which is looked up for it."""
    where = address(request, request.members["TableName"])
    return step_of(request, partial(_in_table, request, where, decide), on_item(where, key))


def _in_table(request: DynamoRequest, where: Key, decide: Callable[[Txn, Table], Result], txn: Txn) -> Result:
    return decide(txn, request.usable_table(txn, where))


def step_of(request: DynamoRequest, decide: Callable[[Txn], Any], touched: Names) -> Step:
    return Step(decide, partial(_touches, touched, request.writes), reads=not request.writes)


def _touches(touched: Names, written: bool, txn: Txn) -> list[Touch]:
    return [Touch(f"dynamodb:{name}", written) for name in touched(txn)]


def no_resource(txn: Txn) -> tuple[str, ...]:
    """Of a call that touches nothing that anybody could change."""
    return ()


# --- tables -----------------------------------------------------------------------------------------------------------------

_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:([a-z0-9-]+):(\d{12}):table/([^/]+)(?:/.*)?").fullmatch
TABLE_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:([a-z0-9-]+):(\d{12}):table/([a-zA-Z0-9_.-]{3,255})").fullmatch


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


def table_at(txn: Txn, where: Key) -> Table | None:
    """The table as it is now; None where there is none, or none any more."""
    table: Table | None = txn.get(TABLES, where)
    return table if table is None or table.ready_at is None else settled(table, txn.now)


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

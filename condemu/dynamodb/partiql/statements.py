"""ExecuteStatement and BatchExecuteStatement: what each kind of statement reads and changes.

    INSERT   an item that was not there; refused as a duplicate otherwise
    UPDATE   an item that is there and meets the condition; never creates one, not even where the condition wants it missing
    DELETE   as UPDATE, but a missing item is fine where the key is all that is asked
    SELECT   see `reads.py`

A statement is prepared without the tables, then judged in the decision: `judge` reads and refuses, and what it returns makes the
change. (AWS Developer Guide, "PartiQL"; recorded on AWS, eu-west-2, 2026-10.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from condemu.core.calls import Plan
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item, decode, encode_item, item_size
from condemu.dynamodb.errors import statements as errors
from condemu.dynamodb.errors.expressions import CONDITION_FAILED
from condemu.dynamodb.errors.general import TRANSACTION_CONFLICT
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.updates import BoundUpdate
from condemu.dynamodb.items.capacity import ASKED, Cost, by_table, consumed, write_cost
from condemu.dynamodb.items.items import check_size, check_targets, updated_item
from condemu.dynamodb.items.write_checks import check_attribute_names
from condemu.dynamodb.partiql.binding import Binder
from condemu.dynamodb.partiql.nodes import Delete, Exists, Insert, Select, Source, Update
from condemu.dynamodb.partiql.parser import parse_statement
from condemu.dynamodb.partiql.reads import next_token, place_of_token, read_page, rows, whole_key
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import (
    DynamoRequest,
    Names,
    Result,
    address,
    atomic,
    no_resource,
    on_table,
    resource_name,
    step_of,
)
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.keys import Where, check_index_keys, where_of_item, where_of_key
from condemu.dynamodb.state.records import ITEMS, StoredItem, Table, changed_by, item_in, size_of

OneItem = tuple[Table, Item]


@dataclass(frozen=True, slots=True)
class Performed:
    """`rows` as answered; `page` has NextToken and LastEvaluatedKey of a SELECT that goes on."""

    rows: list[dict[str, Any]]
    cost: Cost
    page: Result


class Prepared:
    """One statement, in order but for the table.

    `judge` refuses, or returns what makes the change and says what came of it. `item` names the one item that the statement
    touches, or None; EXISTS is a `check`: it changes nothing, and is no read either.
    """

    __slots__ = ("check", "item", "judge", "where", "writes")

    def __init__(
        self,
        where: Key,
        judge: Callable[[Txn], Callable[[], Performed]],
        item: Callable[[Txn], OneItem | None],
        *,
        writes: bool,
        check: bool = False,
    ) -> None:
        self.where = where
        self.judge = judge
        self.item = item
        self.writes = writes
        self.check = check


def prepare(request: DynamoRequest, members: Members, *, single: bool = False, transacted: bool = False) -> Prepared:
    """`members` are those of the statement: Statement, Parameters, ReturnValuesOnConditionCheckFailure, and so on.

    `single`: a SELECT must name one item by its whole key, and ask nothing else of it. `transacted`: it is a transaction's.
    """
    text = members["Statement"]
    statement, wanted = parse_statement(text)
    parameters = [decode(parameter) for parameter in members.get("Parameters") or ()]
    if len(parameters) != wanted:
        because = f"the statement has {wanted}, {len(parameters)} were given"
        raise ServiceError(errors.PARAMETER_COUNT, because=because)
    binder = Binder(text, parameters)
    returns = members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    if isinstance(statement, Insert):
        return _insert(request, statement, binder, returns)
    if isinstance(statement, Update | Delete):
        return _change(request, statement, binder, returns)
    if isinstance(statement, Exists):
        return _exists(request, statement.select, binder, returns, transacted)
    return _select(request, statement, binder, members, single, transacted)


# --- INSERT -----------------------------------------------------------------------------------------------------------------


def _insert(request: DynamoRequest, statement: Insert, binder: Binder, returns: bool) -> Prepared:
    item = binder.attributes(statement.value)
    size = item_size(item)
    check_attribute_names(item, size)
    check_size(size)
    whose = _address(request, statement.source)

    def judge(txn: Txn) -> Callable[[], Performed]:
        table = request.usable_table(txn, whose)
        where = where_of_item(table, item)
        check_index_keys(table, item)
        old = txn.get(ITEMS, where)
        check_unreserved(request, where)
        if old is not None:
            raise refused(errors.INSERT_DUPLICATE, old, returns, "there is an item with this key")

        def put() -> Performed:
            new = changes.put(txn, table, where, None, item, size)
            return Performed([], write_cost(table, where, None, new), {})

        return put

    def the_item(txn: Txn) -> OneItem:
        table = request.usable_table(txn, whose)
        where_of_item(table, item)
        return table, item

    return Prepared(whose, judge, the_item, writes=True)


# --- UPDATE and DELETE ------------------------------------------------------------------------------------------------------


def _change(request: DynamoRequest, statement: Update | Delete, binder: Binder, returns: bool) -> Prepared:
    update = binder.update(statement.assignments) if isinstance(statement, Update) else None
    condition = _condition(binder, statement)
    returning = statement.returning
    if update is None and returning not in ("", "ALL OLD"):
        raise ServiceError(errors.RETURNING_UNSUPPORTED, {"returning": f"{returning} *"})
    whose = _address(request, statement.source)

    def the_item(txn: Txn) -> OneItem:
        table = request.usable_table(txn, whose)
        key = whole_key(condition, table)
        if key is None:
            raise ServiceError(errors.KEY_EQUALITY, because=f"the key of {table.name} is {', '.join(table.keys.names)}")
        return table, key

    def judge(txn: Txn) -> Callable[[], Performed]:
        table, key = the_item(txn)
        where = where_of_key(table, key)
        if update is not None:
            check_targets(table, update)
        old = txn.get(ITEMS, where)
        check_unreserved(request, where)
        only_key = update is None and condition is not None and len(condition.paths) == len(key)
        before = None if old is None else item_in(old)
        if old is not None or not only_key:
            check(condition, old, before, returns)
        item, size = (None, 0) if update is None else updated_item(table, update, before, size_of(old) if old else 0, key)

        def apply() -> Performed:
            new: StoredItem | None = None
            if item is not None:
                new = changes.put(txn, table, where, old, item, size)
            elif old is not None:
                changes.delete(txn, table, where, old)
            found = _returned(returning, update, before, item)
            return Performed([encode_item(found)] if found else [], write_cost(table, where, old, new), {})

        return apply

    return Prepared(whose, judge, the_item, writes=True)


def check_unreserved(request: DynamoRequest, where: Where) -> None:
    """Refuse to touch an item that another transaction has reserved."""
    if request.reservations.holders and request.reservations.by_another(where, request.number):
        raise ServiceError(TRANSACTION_CONFLICT, because="another transaction has reserved the item")


def check(condition: BoundCondition | None, old: StoredItem | None, before: Item | None, returns: bool) -> None:
    """Refuse if there is no item, or the condition does not hold of it. `before` is what is in `old`."""
    if old is None:
        raise ServiceError(CONDITION_FAILED, because="there is no such item")
    error = None if condition is None else condition.refusal(before)
    if error is not None:
        raise refused(CONDITION_FAILED, old, returns, error.because)


def refused(row: ErrorRow, old: StoredItem, returns: bool, because: str) -> ServiceError:
    found = {"Item": encode_item(item_in(old))} if returns else None
    return ServiceError(row, found, because=f"{because}; last written by commit {changed_by(old)}")


def _returned(returning: str, update: BoundUpdate | None, before: Item | None, item: Item | None) -> Item:
    shown = before if returning.endswith("OLD") else item if returning else None
    if shown is None:
        return {}
    return update.touched(shown) if update is not None and returning.startswith("MODIFIED") else shown


# --- SELECT and EXISTS ------------------------------------------------------------------------------------------------------


def _select(
    request: DynamoRequest, statement: Select, binder: Binder, members: Members, single: bool, transacted: bool
) -> Prepared:
    condition = _condition(binder, statement)
    whose = _address(request, statement.source)
    consistent = members.get("ConsistentRead") is True or transacted
    token = members.get("NextToken")
    after = None if token is None else place_of_token(token)

    def the_item(txn: Txn) -> OneItem | None:
        table = request.usable_table(txn, whose)
        key = whole_key(condition, table) if statement.source.index is None else None
        if single and (key is None or condition is None or len(condition.paths) != len(key)):
            raise ServiceError(errors.SELECT_WITHOUT_KEY, {"operation": request.operation})
        return None if key is None else (table, key)

    def judge(txn: Txn) -> Callable[[], Performed]:
        table = request.usable_table(txn, whose)
        named = the_item(txn)
        if single and named is not None:
            check_unreserved(request, where_of_key(*named))
        page = read_page(txn, table, statement, condition, consistent=consistent, limit=members.get("Limit"), after=after)
        goes_on: Result = {}
        if page.last is not None and page.last_key is not None and not single:
            goes_on = {"NextToken": next_token(page.last), "LastEvaluatedKey": encode_item(page.last_key)}
        return lambda: Performed(rows(page), page.cost, goes_on)

    return Prepared(whose, judge, the_item, writes=False)


def _exists(request: DynamoRequest, select: Select, binder: Binder, returns: bool, transacted: bool) -> Prepared:
    if not transacted:
        raise ServiceError(errors.EXISTS_OUTSIDE)
    condition = _condition(binder, select)
    whose = _address(request, select.source)

    def the_item(txn: Txn) -> OneItem:
        table = request.usable_table(txn, whose)
        key = whole_key(condition, table)
        if key is None or condition is None or len(condition.paths) == len(key):
            raise ServiceError(errors.EXISTS_ALONE)
        return table, key

    def judge(txn: Txn) -> Callable[[], Performed]:
        table, key = the_item(txn)
        where = where_of_key(table, key)
        old = txn.get(ITEMS, where)
        check_unreserved(request, where)
        check(condition, old, None if old is None else item_in(old), returns)
        return lambda: Performed([], write_cost(table, where, old, old), {})

    return Prepared(whose, judge, the_item, writes=False, check=True)


def _condition(binder: Binder, statement: Select | Update | Delete) -> BoundCondition | None:
    return None if statement.where is None else binder.bound_condition(binder.condition(statement.where))


def _address(request: DynamoRequest, source: Source) -> Key:
    return address(request, source.table)


# --- the operations ---------------------------------------------------------------------------------------------------------


def execute_statement(request: DynamoRequest) -> Plan:
    members = request.members
    prepared = prepare(request, members)
    asked = members.get("ReturnConsumedCapacity")

    def decide(txn: Txn) -> Result:
        outcome = prepared.judge(txn)()
        result: Result = {"Items": outcome.rows, **outcome.page}
        if asked in ASKED:
            result["ConsumedCapacity"] = consumed(outcome.cost, asked)
        return result

    request.writes = prepared.writes
    consistent = prepared.writes or members.get("ConsistentRead") is True
    return atomic(request, decide, resources(prepared), consistent=consistent)


def resources(*prepared: Prepared) -> Callable[[Txn], tuple[str, ...]]:
    """What the statements touch: items where they name them, else tables."""

    def names(txn: Txn) -> tuple[str, ...]:
        return tuple(name for one in prepared for name in _resources(one, txn))

    return names


def _resources(prepared: Prepared, txn: Txn) -> tuple[str, ...]:
    try:
        found = prepared.item(txn)
    except ServiceError:
        found = None
    if found is None:
        return on_table(prepared.where)(txn)
    table, item = found
    return (resource_name(table, prepared.where, item),)


def batch_execute_statement(request: DynamoRequest) -> Plan:
    """Each statement for itself: what one is refused for is its own answer, and the others take effect."""
    members = request.members
    asked = members.get("ReturnConsumedCapacity")
    prepared: list[Prepared | ServiceError] = []
    for statement in members["Statements"]:
        try:
            prepared.append(prepare(request, statement, single=True))
        except ServiceError as error:
            prepared.append(error)
    good = [one for one in prepared if isinstance(one, Prepared)]
    if len({one.writes for one in good}) > 1:
        raise ServiceError(errors.MIXED_BATCH)

    request.writes = any(one.writes for one in good)

    def join(outcomes: list[Performed | ServiceError]) -> Result:
        answers = [_response(one, outcome) for one, outcome in zip(prepared, outcomes, strict=True)]
        result: Result = {"Responses": answers}
        if asked in ASKED:
            costs = by_table(outcome.cost for outcome in outcomes if isinstance(outcome, Performed))
            result["ConsumedCapacity"] = [consumed(cost, asked) for cost in costs]
        return result

    steps = (step_of(request, partial(_outcome, one), _touched(one)) for one in prepared)
    consistent = request.writes or all(statement.get("ConsistentRead") is True for statement in members["Statements"])
    return Plan(*steps, join=join, consistent=consistent)


def _touched(one: Prepared | ServiceError) -> Names:
    return resources(one) if isinstance(one, Prepared) else no_resource


def _outcome(one: Prepared | ServiceError, txn: Txn) -> Performed:
    """What comes of one statement. One that was refused already is a step that is refused."""
    if isinstance(one, ServiceError):
        raise one
    return one.judge(txn)()


def _response(one: Prepared | ServiceError, outcome: Performed | ServiceError) -> Result:
    table = {"TableName": str(one.where[1])} if isinstance(one, Prepared) else {}
    if isinstance(outcome, ServiceError):
        error = error_document(outcome)
        return {"Error": error} if error["Code"] == "ValidationError" else {"Error": error, **table}
    return {**table, "Item": outcome.rows[0]} if outcome.rows else table


def code_of(error: ServiceError) -> str:
    """The code as the reasons of batches and transactions have it: without "Exception"."""
    code = error.row.code
    return "ValidationError" if code == "ValidationException" else code.removesuffix("Exception")


def error_document(error: ServiceError) -> Result:
    return {"Code": code_of(error), "Message": error.message, **dict(error.elements)}

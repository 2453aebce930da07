"""SELECT: the part of a table or index that a condition can lead to, read in order and filtered by all of the condition.

Equality on the hash attributes, or IN of several values, reads those partitions; a condition on the range attribute narrows each.
Any other condition reads everything. A page ends after 1 MB or `Limit` items read, as a Query's does.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.data.paths import DocumentPath, read
from condemu.dynamodb.data.values import MISSING, Item, Value, encode_item, kind, sort_bytes
from condemu.dynamodb.errors import statements as errors
from condemu.dynamodb.errors.general import GSI_CONSISTENT, KEY_MISMATCH
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, Condition, In, Or, Path
from condemu.dynamodb.expressions.semantics import Values, operands_of, value_of
from condemu.dynamodb.items.capacity import Cost, read_cost
from condemu.dynamodb.partiql.nodes import Select
from condemu.dynamodb.queries.key_conditions import KeyCondition
from condemu.dynamodb.state.changes import index_id
from condemu.dynamodb.state.keys import joined, scattered
from condemu.dynamodb.state.records import GLOBAL, INDEXED, ITEMS, Index, KeySchema, StoredItem, Table, item_in, size_of

PAGE: Final = 1024 * 1024  # bytes read (Developer Guide, "Query": 1 MB)
_REVERSED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Page:
    """`last` is the place of the last item read, where the page ended before the end."""

    items: list[Item]
    cost: Cost
    last: Key | None
    last_key: Item | None


def conjuncts(node: Condition) -> Iterator[Condition]:
    if isinstance(node, And):
        for term in node.terms:
            yield from conjuncts(term)
    else:
        yield node


def pinned(condition: BoundCondition | None, names: Sequence[str]) -> Item:
    """The attributes among `names` that the condition makes equal to a constant."""
    found: Item = {}
    for node in () if condition is None else conjuncts(condition.compiled.node):
        if isinstance(node, Comparison) and node.operator == "=" and condition is not None:
            name, value = _name_and_value(node, condition.values)
            if name in names and name not in found and value is not MISSING:
                found[name] = value
    return found


def _name_and_value(node: Comparison, values: Values) -> tuple[str, Value]:
    path, constant = (node.left, node.right) if isinstance(node.left, Path) else (node.right, node.left)
    if not isinstance(path, Path) or len(path.parts) != 1:
        return "", MISSING
    return str(path.parts[0]), value_of(constant, values)


def whole_key(condition: BoundCondition | None, table: Table) -> Item | None:
    """The primary key that the condition names by equality; None if it names less."""
    found = pinned(condition, table.keys.names)
    return {name: found[name] for name in table.keys.names} if len(found) == len(table.keys.names) else None


# --- where to read ----------------------------------------------------------------------------------------------------------


def _hash_values(condition: BoundCondition | None, keys: KeySchema) -> list[Item] | None:
    """The hash attributes of each partition to read; None to read all."""
    if condition is None:
        return None
    names = [name for name, _ in keys.hashes]
    found = pinned(condition, names)
    if len(found) == len(names):
        return [found]
    if len(names) == 1:
        for node in conjuncts(condition.compiled.node):
            if isinstance(node, In) and node.operand == Path((names[0],)):
                listed = [value_of(member, condition.values) for member in node.members]
                if MISSING not in listed:
                    distinct = {_checked(keys, names[0], value): value for value in listed}
                    return [{names[0]: distinct[place]} for place in sorted(distinct)]
    return None


def _checked(keys: KeySchema, name: str, value: Value) -> bytes:
    if kind(value) != dict(keys.attributes)[name]:
        raise ServiceError(KEY_MISMATCH, because=f"{name} is of another type in the key")
    return sort_bytes(value)


def _range_condition(condition: BoundCondition, name: str) -> KeyCondition | None:
    """The first condition on the range attribute that bounds what is to be read."""
    for node in conjuncts(condition.compiled.node):
        operands = operands_of(node)
        constants = tuple(value_of(operand, condition.values) for operand in operands if operand != Path((name,)))
        if len(constants) != len(operands) - 1 or MISSING in constants:
            continue
        if isinstance(node, Comparison) and node.operator in _REVERSED:
            forward = operands[0] == Path((name,))
            return KeyCondition(name, node.operator if forward else _REVERSED[node.operator], constants)
        if operands[0] == Path((name,)) and isinstance(node, Between):
            return KeyCondition(name, "BETWEEN", constants)
        if operands[0] == Path((name,)) and isinstance(node, Call) and node.function == "begins_with":
            return KeyCondition(name, "begins_with", constants)
    return None


def _ranges(source: Key, condition: BoundCondition | None, keys: KeySchema) -> list[tuple[Key, Key]]:
    """The stretches of the store to read, in order."""
    partitions = _hash_values(condition, keys)
    if partitions is None or condition is None:
        return [prefix_range(source)]
    stretches = []
    for values in partitions:
        place = (*source, scattered(joined([_checked(keys, name, values[name]) for name, _ in keys.hashes])))
        start, stop = prefix_range(place)
        bounds = _range_condition(condition, keys.ranges[0][0]) if len(keys.ranges) == 1 else None
        if bounds is not None and all(kind(value) == keys.ranges[0][1] for value in bounds.values):
            low, high = bounds.bounds()
            start = start if low is None else (*place, low)
            stop = stop if high is None else (*place, high)
        if start < stop:
            stretches.append((start, stop))
    return stretches


def _check_alternatives(condition: BoundCondition | None, keys: KeySchema) -> None:
    """Refuse alternatives that read one partition twice, if any of them narrows the range."""
    node = None if condition is None else condition.compiled.node
    if condition is None or not isinstance(node, Or) or not keys.ranges:
        return
    names = [name for name, _ in keys.hashes]
    found = [_alternative(term, condition.values, names, keys.ranges[0][0]) for term in node.terms]
    pins = [pin for pin, _ in found if pin is not None]
    if len(pins) == len(found) and len(set(pins)) < len(pins) and any(narrows for _, narrows in found):
        raise ServiceError(errors.OVERLAPPING)


def _alternative(node: Condition, values: Values, names: Sequence[str], range_name: str) -> tuple[Any, bool]:
    """The hash values that one alternative pins, if it pins all, and whether it mentions the range attribute."""
    found = {}
    narrows = False
    for term in conjuncts(node):
        narrows = narrows or Path((range_name,)) in operands_of(term)
        if isinstance(term, Comparison) and term.operator == "=":
            name, value = _name_and_value(term, values)
            if name in names and value is not MISSING:
                found[name] = sort_bytes(value) if kind(value) in ("S", "N", "B") else b""
    return (tuple(found[name] for name in names) if len(found) == len(names) else None), narrows


def _backwards(select: Select, condition: BoundCondition | None, keys: KeySchema) -> bool:
    """Is the order that ORDER BY asks for the reverse? Refuses one that the key cannot give."""
    if not select.order:
        return False
    if condition is None:
        raise ServiceError(errors.ORDER_WITHOUT_WHERE)
    if _hash_values(condition, keys) is None:
        raise ServiceError(errors.ORDER_WITHOUT_HASH)
    for name, _ in select.order:
        if name not in keys.names:
            raise ServiceError(errors.ORDER_NOT_BY_KEY, {"name": name})
    return select.order[-1][1]


# --- reading ----------------------------------------------------------------------------------------------------------------


def read_page(
    txn: Txn,
    table: Table,
    select: Select,
    condition: BoundCondition | None,
    *,
    consistent: bool,
    limit: float | None = None,
    after: Key | None = None,
) -> Page:
    index = _index(table, select, consistent)
    keys = table.keys if index is None else index.keys
    name, source = (ITEMS, table.table_id) if index is None else (INDEXED, index_id(table, index))
    _check_alternatives(condition, keys)
    backwards = _backwards(select, condition, keys)
    stretches = _ranges((table.account, source), condition, keys)
    if after is not None and not any(start <= after < stop for start, stop in stretches):
        raise ServiceError(errors.NEXT_TOKEN_INVALID, because="it leads to no place that this statement reads")
    items: list[Item] = []
    size = 0
    records = _records(txn, name, stretches[::-1] if backwards else stretches, backwards, after)
    for count, (place, record) in enumerate(records, 1):
        size += size_of(record)
        item = item_in(record)
        if condition is None or condition.holds(item):
            items.append(_columns(select, item))
        if count == limit or size >= PAGE:
            last_key = {part: item[part] for part in dict.fromkeys(keys.names + table.keys.names)}
            return Page(items, read_cost(table, size, consistent, index), place, last_key)
    return Page(items, read_cost(table, size, consistent, index), None, None)


def _index(table: Table, select: Select, consistent: bool) -> Index | None:
    if select.source.index is None:
        return None
    index = table.readable_index(select.source.index)
    if index is None:
        raise ServiceError(errors.NO_SUCH_INDEX, because=f"{table.name} has no index {select.source.index}")
    if consistent and index.scope == GLOBAL:
        raise ServiceError(GSI_CONSISTENT)
    return index


def _records(
    txn: Txn, name: str, stretches: Sequence[tuple[Key, Key]], backwards: bool, after: Key | None
) -> Iterator[tuple[Key, StoredItem]]:
    """From behind the place `after`, which lies in one of the stretches."""
    for start, stop in stretches:
        if after is not None:
            if not start <= after < stop:
                continue
            start, stop = (start, after) if backwards else ((*after[:-1], after[-1] + b"\0"), stop)
            after = None
        yield from txn.scan(name, start, stop, reverse=backwards)


def _columns(select: Select, item: Item) -> Item:
    """The columns asked for, named by the last step of their paths; an element of a list by its column's number."""
    if select.columns is None:
        return item
    row = {}
    for number, column in enumerate(select.columns, 1):
        value = read(item, column.parts)
        if value is not MISSING:
            row[_column_name(column.parts, number)] = value
    return row


def _column_name(path: DocumentPath, number: int) -> str:
    return path[-1] if isinstance(path[-1], str) else f"_{number}"


# --- tokens -----------------------------------------------------------------------------------------------------------------


def next_token(last: Key) -> str:
    parts = [part if isinstance(part, str) else part.hex() for part in last]
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


def place_of_token(token: str) -> Key:
    try:
        account, table, first, *parts = json.loads(urlsafe_b64decode(token))
        return (str(account), str(table), bytes.fromhex(first), *(bytes.fromhex(part) for part in parts))
    except (ValueError, TypeError, RecursionError):
        raise ServiceError(errors.NEXT_TOKEN_INVALID) from None


def rows(page: Page) -> list[dict[str, Any]]:
    return [encode_item(item) for item in page.items]

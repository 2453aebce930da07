"""UpdateExpression: the item that comes of another.

All right-hand sides read the item as it was, so `SET a = b, b = a` swaps; sections do not see what others do. Where there is no
item, its key attributes are all there is to read, and an update that only removes or deletes creates none. Indexes mean the
elements of the old list: what is set beyond its end is appended in the order of the indexes, and what is removed leaves no gap.

What becomes of an item's attribute v, with {"N": "2"} for :two and {"SS": ["a"]} for :set:

| update           | v is               | v becomes                |
|------------------|--------------------|--------------------------|
| SET v = :two     | -                  | {"N": "2"}               |
| SET v = v + :two | {"N": "1"}         | {"N": "3"}               |
| SET v = v + :two | -                  | refused                  |
| SET v.a = :two   | {"M": {}}          | {"M": {"a": {"N": "2"}}} |
| SET v.a = :two   | -                  | refused                  |
| SET v[7] = :two  | {"L": []}          | {"L": [{"N": "2"}]}      |
| SET v[7] = :two  | {"M": {}}          | refused                  |
| REMOVE v         | {"N": "1"}         | -                        |
| REMOVE v         | -                  | -                        |
| REMOVE v.a       | {"M": {}}          | {"M": {}}                |
| REMOVE v.a       | -                  | refused                  |
| ADD v :two       | {"N": "1"}         | {"N": "3"}               |
| ADD v :two       | -                  | {"N": "2"}               |
| ADD v :two       | {"S": "a"}         | refused                  |
| ADD v :set       | {"SS": ["b"]}      | {"SS": ["a", "b"]}       |
| ADD v :set       | -                  | {"SS": ["a"]}            |
| DELETE v :set    | {"SS": ["a", "b"]} | {"SS": ["b"]}            |
| DELETE v :set    | {"SS": ["a"]}      | -                        |
| DELETE v :set    | -                  | -                        |
| DELETE v :set    | {"NS": ["1"]}      | refused                  |

(AWS Developer Guide, "Update expressions"; the edges were recorded on AWS by Alternator's and dynalite's suites.)
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.numbers import add, negate
from condemu.dynamodb.data.paths import DocumentPath, PathTree, read, show_path
from condemu.dynamodb.data.values import MAX_DEPTH, MISSING, Item, Value, depth_of, kind
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.nodes import Call, Clause, Operand, Path, Sum, ValueRef
from condemu.dynamodb.expressions.parser import parse_update
from condemu.dynamodb.expressions.semantics import Names, Refused, Resolver, Values
from condemu.dynamodb.expressions.update_checks import check_update

Getter: TypeAlias = Callable[[Item, Values], Value]


class CompiledUpdate:
    """An update whose names are resolved. `targets` are the paths that it changes, in the order written.

    `roots` are the attributes that these paths begin with. `sets` are names and values of an update that only sets whole
    attributes, as most do; else it is empty.
    """

    __slots__ = (
        "actions", "checks", "clauses", "creates", "further", "names_used", "reads", "roots", "sets", "targets", "tree",
        "values_used",
    )  # fmt: skip

    def __init__(self, resolver: Resolver, clauses: tuple[Clause, ...]) -> None:
        self.checks = tuple(resolver.checks)
        self.further = resolver.further
        self.names_used = frozenset(resolver.names_used)
        self.values_used = frozenset(resolver.values_used)
        self.clauses = clauses
        self.targets: tuple[DocumentPath, ...] = tuple(clause.path.parts for clause in clauses)
        self.reads: tuple[DocumentPath, ...] = tuple(
            operand.parts for clause in clauses for operand in _leaves(clause.value) if isinstance(operand, Path)
        )
        self.creates = any(clause.section in ("SET", "ADD") for clause in clauses)
        self.roots = frozenset(str(path[0]) for path in self.targets)
        self.tree = PathTree(self.targets)
        self.actions = tuple(
            (clause.section, clause.path.parts, None if clause.value is None else _getter(clause.value)) for clause in clauses
        )
        plain = all(section == "SET" and len(path) == 1 for section, path, _ in self.actions)
        self.sets = tuple((str(path[0]), of) for _, path, of in self.actions if plain and of is not None)


class BoundUpdate:
    """An update with the values of one request."""

    __slots__ = ("compiled", "roots", "targets", "values")

    def __init__(self, compiled: CompiledUpdate, values: Values) -> None:
        self.compiled = compiled
        self.values = values
        self.targets = compiled.targets  # the paths that change: none may lie in the primary key
        self.roots = compiled.roots  # the attributes that change, or something in them does

    def apply(self, item: Item | None, key: Item) -> Item | None:
        """The new item; None where there was none and none comes to be. Refuses what cannot be evaluated."""
        compiled = self.compiled
        if item is None:
            if not compiled.creates:
                return None
            base, exists = key, False
        else:
            base, exists = item, True
        values = self.values
        if compiled.sets:
            new = dict(base)
            for name, of in compiled.sets:
                new[name] = value = of(base, values)
                if value is MISSING:
                    _check_set((name,), value)
            return new
        changes: list[tuple[DocumentPath, Change]] = []
        for section, path, getter in compiled.actions:
            value = MISSING if getter is None else getter(base, values)
            if section == "SET":
                _check_set(path, value)
            changes.append((path, Change(section, path, value)))
        return change_item(base, changes, exists=exists)

    def touched(self, item: Item | None) -> Item:
        """What an item has at the paths that this update changes: UPDATED_OLD of the old item, UPDATED_NEW of the new one."""
        return {} if item is None else self.compiled.tree.project(item)


@lru_cache(maxsize=1024)
def compile_update(expression: str, text: str, names: Names) -> CompiledUpdate:
    """Refuses what is wrong with the text alone; its `checks` refuse the rest, given the values."""
    node = parse_update(expression, text)
    resolver = Resolver(expression, names)
    try:
        return CompiledUpdate(resolver, check_update(resolver, node))
    except Refused:
        return CompiledUpdate(resolver, ())


# --- right-hand sides -------------------------------------------------------------------------------------------------------


def _leaves(node: Operand | None) -> tuple[Operand, ...]:
    if isinstance(node, Sum):
        return _leaves(node.left) + _leaves(node.right)
    if isinstance(node, Call):
        return tuple(leaf for argument in node.arguments for leaf in _leaves(argument))
    return () if node is None else (node,)


def _getter(node: Operand) -> Getter:
    """The operand's value as a function of the old item; MISSING where it refers to nothing."""
    if isinstance(node, ValueRef):
        name = node.name
        return lambda item, values: values[name]
    if isinstance(node, Path):
        path = node.parts
        if len(path) == 1:
            attribute: Any = path[0]
            return lambda item, values: item.get(attribute, MISSING)
        return lambda item, values: read(item, path)
    if isinstance(node, Sum):
        left, right, negative = _getter(node.left), _getter(node.right), node.operator == "-"
        return lambda item, values: _sum(left(item, values), right(item, values), negative)
    first, second = (_getter(argument) for argument in node.arguments)
    if node.function == "if_not_exists":

        def if_not_exists(item: Item, values: Values) -> Value:
            value = first(item, values)
            return second(item, values) if value is MISSING else value

        return if_not_exists
    return lambda item, values: _list_append(first(item, values), second(item, values))


def _sum(left: Value, right: Value, negative: bool) -> Value:
    _require(left, right, _NUMBERS)
    return add(left, negate(right) if negative else right)


def _list_append(first: Value, second: Value) -> Value:
    _require(first, second, _LISTS)
    return [*first, *second]


_NUMBERS: Final = (int, Decimal)
_LISTS: Final = (list,)


def _require(left: Value, right: Value, types: tuple[type, ...]) -> None:
    if left is MISSING or right is MISSING:
        raise ServiceError(errors.UPDATE_ATTRIBUTE_MISSING, because="an operand is an attribute that is not there")
    if type(left) not in types or type(right) not in types:
        raise ServiceError(errors.UPDATE_OPERAND_TYPE, because=f"the operands are {kind(left)} and {kind(right)}")


def _check_set(path: DocumentPath, value: Value) -> None:
    if value is MISSING:
        because = f"{show_path(path)} was to be set to an attribute that is not there"
        raise ServiceError(errors.UPDATE_ATTRIBUTE_MISSING, because=because)
    if len(path) > 1 and type(value) in (dict, list) and len(path) - 1 + depth_of(value) > MAX_DEPTH:
        raise ServiceError(errors.TOO_DEEP, because=f"the value of {show_path(path)} is nested too deeply for its place")


# --- the new item -----------------------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """What is to happen at one path. REMOVE has no value."""

    section: str
    path: DocumentPath
    value: Value

    def of(self, current: Value) -> Value:
        """What stands there afterwards; MISSING for nothing."""
        if self.section == "SET":
            return self.value
        if self.section == "REMOVE":
            return MISSING
        if current is MISSING:
            return self.value if self.section == "ADD" else MISSING
        given = kind(self.value)
        if kind(current) != given:
            because = f"{show_path(self.path)} is of type {kind(current)}, the operand of {self.section} is of type {given}"
            raise ServiceError(errors.UPDATE_OPERAND_TYPE, because=because)
        if given == "N":
            return add(current, self.value)
        if self.section == "ADD":
            return tuple(sorted({*current, *self.value}))
        gone = set(self.value)
        return tuple(member for member in current if member not in gone) or MISSING


_Tree: TypeAlias = "dict[str | int, _Tree | Change]"


def change_item(base: Item, changes: list[tuple[DocumentPath, Change]], *, exists: bool) -> Item:
    """A copy with the changes made; what they do not touch is shared. Their paths neither overlap nor conflict."""
    if all(len(path) == 1 for path, _ in changes):
        new: dict[Any, Value] = dict(base)
        for path, change in changes:
            _put(new, path[0], change.of(new.get(path[0], MISSING)))
        return new
    tree: _Tree = {}
    for path, change in changes:
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})  # type: ignore[assignment]
        node[path[-1]] = change
    changed: Item = _changed_map(base, tree, exists)
    return changed


def _put(new: dict[Any, Value], step: str | int, value: Value) -> None:
    if value is MISSING:
        new.pop(step, None)
    else:
        new[step] = value


def _changed(value: Value, below: _Tree | Change, exists: bool) -> Value:
    if isinstance(below, Change):
        return below.of(value)
    is_list = type(next(iter(below))) is int
    if is_list and type(value) is list:
        return _changed_list(value, below, exists)
    if not is_list and type(value) is dict:
        return _changed_map(value, below, exists)
    first = _first_change(below)
    if not exists and value is MISSING and _only_removes(below):
        return MISSING
    found = "missing" if value is MISSING else f"of type {kind(value)}"
    because = f"what {show_path(first.path)} leads through is {found}"
    raise ServiceError(errors.UPDATE_PATH_INVALID, because=because)


def _changed_map(value: dict[str, Value], tree: _Tree, exists: bool) -> dict[str, Value]:
    new: dict[Any, Value] = dict(value)
    for step, below in tree.items():
        _put(new, step, _changed(new.get(step, MISSING), below, exists))
    return new


def _changed_list(value: list[Value], tree: _Tree, exists: bool) -> list[Value]:
    new = list(value)
    beyond: list[Value] = []
    for step in sorted(step for step in tree if type(step) is int):
        if step < len(value):
            new[step] = _changed(value[step], tree[step], exists)
        else:
            beyond.append(_changed(MISSING, tree[step], exists))
    return [element for element in [*new, *beyond] if element is not MISSING]


def _first_change(tree: _Tree | Change) -> Change:
    while not isinstance(tree, Change):
        tree = next(iter(tree.values()))
    return tree


def _only_removes(tree: _Tree | Change) -> bool:
    if isinstance(tree, Change):
        return tree.section in ("REMOVE", "DELETE")
    return all(map(_only_removes, tree.values()))

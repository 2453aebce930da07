"""The checks of an update that need no item, in AWS's order, and its clauses with names resolved.

Reserved words, unknown functions, sections that stand twice, names and then values that are not defined, paths that overlap,
paths that conflict, numbers and types of operands, functions where they cannot stand (recorded on AWS by dynalite's suite; the
order of the last two is inferred).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.paths import DocumentPath, conflicting, overlapping, print_path
from condemu.dynamodb.data.values import kind
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.nodes import Call, Clause, Operand, Path, Sum, Update, ValueRef
from condemu.dynamodb.expressions.semantics import UPDATE_FUNCTIONS, Resolver, Values, operands_in

_NUMBER: Final = frozenset(("N",))
_LIST: Final = frozenset(("L",))
_CLAUSE_TYPES: Final = {"ADD": frozenset(("N", "SS", "NS", "BS")), "DELETE": frozenset(("SS", "NS", "BS"))}

# How the message about ADD and DELETE, alone of all, calls the types. The names of the sets never show: sets are always allowed.
_LONG_NAMES: Final = {
    "S": "STRING", "N": "NUMBER", "B": "BINARY", "NULL": "NULL", "BOOL": "BOOLEAN", "L": "LIST", "M": "MAP",
}  # fmt: skip


def check_update(resolver: Resolver, node: Update) -> tuple[Clause, ...]:
    """The clauses with their paths resolved. Raises Refused at a failure that needs no values to be seen."""
    everything = [operand for clause in node.clauses for operand in _operands(clause)]
    resolver.check_reserved(operand for operand in everything if isinstance(operand, Path))
    resolver.check_functions_known(operand for operand in everything if isinstance(operand, Call))
    for position, section in enumerate(node.sections):
        if section in node.sections[:position]:
            raise resolver.refuse(errors.SECTION_REPEATED, {"section": section})
    clauses = tuple(_resolve(resolver, clause) for clause in node.clauses)
    for operand in everything:
        if isinstance(operand, ValueRef):
            resolver.value(operand)
    _check_targets(resolver, tuple(clause.path.parts for clause in clauses))
    for clause in sorted(clauses, key=lambda one: one.section not in _CLAUSE_TYPES):  # ADD and DELETE before SET
        _check_operands(resolver, clause)
    for clause in clauses:
        _check_function_use(resolver, clause.value, within_append=False)
    return clauses


def _operands(clause: Clause) -> Iterator[Operand]:
    """The path, and all operands on the right, each before what is below it."""
    yield clause.path
    if clause.value is not None:
        yield clause.value
        yield from operands_in(clause.value)


def _resolve(resolver: Resolver, clause: Clause) -> Clause:
    path = Path(resolver.path(clause.path))
    return Clause(clause.section, path, None if clause.value is None else _resolve_operand(resolver, clause.value))


def _resolve_operand(resolver: Resolver, node: Operand) -> Operand:
    if isinstance(node, Path):
        return Path(resolver.path(node))
    if isinstance(node, Call):
        return Call(node.function, tuple(_resolve_operand(resolver, argument) for argument in node.arguments))
    if isinstance(node, Sum):
        return Sum(node.operator, _resolve_operand(resolver, node.left), _resolve_operand(resolver, node.right))
    return node


def _check_targets(resolver: Resolver, targets: tuple[DocumentPath, ...]) -> None:
    for row, find in ((errors.PATHS_OVERLAP, overlapping), (errors.PATHS_CONFLICT, conflicting)):
        pair = find(targets)
        if pair is not None:
            raise resolver.refuse(row, {"one": print_path(pair[0]), "two": print_path(pair[1])})


def _check_operands(resolver: Resolver, clause: Clause) -> None:
    value = clause.value
    if clause.section in _CLAUSE_TYPES:
        assert isinstance(value, ValueRef)
        _check_clause_type(resolver, clause.section, value.name)
    elif value is not None:
        for operand in (value, *operands_in(value)):
            _check_operand(resolver, operand)


def _check_clause_type(resolver: Resolver, section: str, name: str) -> None:
    allowed, expression = _CLAUSE_TYPES[section], resolver.expression

    def check(values: Values) -> None:
        given = kind(values[name])
        if given not in allowed:
            fields = {"expression": expression, "operator": section, "type": _LONG_NAMES[given]}
            raise ServiceError(errors.CLAUSE_OPERAND_TYPE, fields)

    resolver.checks.append(check)


def _check_operand(resolver: Resolver, node: Operand) -> None:
    if isinstance(node, Sum):
        for operand in (node.left, node.right):
            resolver.must_be(operand, node.operator, _NUMBER)
    if not isinstance(node, Call):
        return
    resolver.count_operands(node)
    if node.function == "if_not_exists" and not isinstance(node.arguments[0], Path):
        raise resolver.refuse(errors.PATH_REQUIRED, {"operator": node.function})
    if node.function == "list_append":
        for operand in node.arguments:
            resolver.must_be(operand, node.function, _LIST)


def _check_function_use(resolver: Resolver, node: Operand | None, *, within_append: bool) -> None:
    """Only the functions of updates, and no list_append within another (recorded on AWS by Alternator's suite)."""
    if isinstance(node, Sum):
        _check_function_use(resolver, node.left, within_append=within_append)
        _check_function_use(resolver, node.right, within_append=within_append)
    elif isinstance(node, Call):
        appends = node.function == "list_append"
        if node.function not in UPDATE_FUNCTIONS or (appends and within_append):
            raise resolver.refuse(errors.FUNCTION_MISUSED, {"function": node.function})
        for argument in node.arguments:
            _check_function_use(resolver, argument, within_append=within_append or appends)

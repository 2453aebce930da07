"""A statement with its parameters: constants become values, conditions and assignments become those of the expression language.

So a predicate of PartiQL's means exactly what the same condition means in a ConditionExpression. What AWS refuses with the words
of an expression it refuses here with the same words, but for those that name the expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.numbers import negate, parse_number
from condemu.dynamodb.data.values import MAX_DEPTH, Value, decode, depth_of, encode, kind
from condemu.dynamodb.errors import expressions as expression_errors
from condemu.dynamodb.errors import statements as errors
from condemu.dynamodb.expressions import nodes as language
from condemu.dynamodb.expressions.condition_checks import check_condition
from condemu.dynamodb.expressions.conditions import BoundCondition, CompiledCondition, test_of
from condemu.dynamodb.expressions.nodes import And, Condition, Operand, Or
from condemu.dynamodb.expressions.semantics import CONDITION_FUNCTIONS, FUNCTIONS, Refused, Resolver, paths_in
from condemu.dynamodb.expressions.update_checks import check_update
from condemu.dynamodb.expressions.updates import BoundUpdate, CompiledUpdate
from condemu.dynamodb.partiql.nodes import (
    Assignment,
    Expression,
    Function,
    Infix,
    Literal,
    Membership,
    Parameter,
    Prefix,
    Range,
    Reference,
    Struct,
    TypeTest,
)
from condemu.dynamodb.partiql.nodes import Sequence as SequenceNode

_TYPES: Final = {
    "NULL": "NULL", "BOOL": "BOOL", "BOOLEAN": "BOOL", "STRING": "S", "DECIMAL": "N", "NUMERIC": "N", "BLOB": "B", "LIST": "L",
    "STRUCT": "M", "TUPLE": "M",
}  # fmt: skip
_COMPARATORS: Final = frozenset(("=", "<>", "<", "<=", ">", ">="))
_SET_FUNCTIONS: Final = {"set_add": "ADD", "set_delete": "DELETE"}


class Binder:
    """The constants of one statement, under made-up names, while it is bound."""

    def __init__(self, text: str, parameters: Sequence[Value]) -> None:
        self.text = text
        self.parameters = parameters
        self.values: dict[str, Value] = {}

    # --- constants

    def constant(self, node: Expression, place: str = "root") -> Value:
        """The value of an expression without references. `place` is where it stands in the outermost constant."""
        match node:
            case Parameter(position):
                return self.parameters[position]
            case Literal("number", text):
                try:
                    return parse_number(text)
                except ServiceError as error:
                    raise ServiceError(errors.UNDER, {"reason": error.message, "place": place}) from None
            case Literal("missing"):
                raise _unsupported("Missing")
            case Literal(_, value):
                return value
            case Prefix("-", operand):
                value = self.constant(operand, place)
                if kind(value) != "N":
                    raise _unsupported("Negate")
                return negate(value)
            case SequenceNode(members, is_bag):
                found = [self.constant(member, f"{place}[{position}]") for position, member in enumerate(members)]
                return _bag(found) if is_bag else found
            case Struct(members):
                return {name: self.constant(member, f"{place}.{name}") for name, member in members}
        raise _unsupported(_name_of(node))

    def attributes(self, node: Expression) -> dict[str, Value]:
        """The item that INSERT names: each attribute is an outermost constant of its own."""
        if isinstance(node, Struct):
            item = {name: self.constant(member) for name, member in node.members}
        else:
            item = self.constant(node)
        if type(item) is not dict:
            raise _unsupported("Insert")
        if depth_of(item) - 1 > MAX_DEPTH:
            raise ServiceError(expression_errors.TOO_DEEP)
        return item

    def _name(self, value: Value) -> language.ValueRef:
        name = f":{len(self.values)}"
        self.values[name] = value
        return language.ValueRef(name)

    # --- operands

    def operand(self, node: Expression) -> Operand:
        match node:
            case Reference(parts):
                return language.Path(parts)
            case Function(name, arguments):
                if name not in FUNCTIONS:
                    raise ServiceError(errors.UNKNOWN_FUNCTION, {"function": name, "place": self.place(node)})
                return language.Call(name, tuple(self.operand(argument) for argument in arguments))
            case Infix("+" | "-", left, right):
                return language.Sum(node.operator, self.operand(left), self.operand(right))
        return self._name(self.constant(node))

    def place(self, node: Function) -> str:
        """Line, column and length, from 1."""
        start, length = node.place
        line = self.text.count("\n", 0, start)
        return f"{line + 1}:{start - self.text.rfind(chr(10), 0, start)}:{length}"

    # --- conditions

    def condition(self, node: Expression) -> Condition:
        match node:
            case Infix("AND", _, _):
                return And(tuple(self.condition(term) for term in _chain(node, "AND")))
            case Infix("OR", _, _):
                return Or(tuple(self.condition(term) for term in _chain(node, "OR")))
            case Prefix("NOT", operand):
                return language.Not(1, self.condition(operand))
            case Infix(operator, left, right) if operator in _COMPARATORS:
                return _truth(left, right, operator, self) or language.Comparison(
                    operator, self.operand(left), self.operand(right)
                )
            case Range(operand, lower, upper):
                return language.Between(self.operand(operand), self.operand(lower), self.operand(upper))
            case Membership(operand, members):
                listed = members.members if isinstance(members, SequenceNode) else (members,)
                return language.In(self.operand(operand), tuple(self.operand(member) for member in listed))
            case TypeTest(operand, "MISSING"):
                return language.Call("attribute_not_exists", (self.operand(operand),))
            case TypeTest(operand, name) if name in _TYPES:
                return language.Call("attribute_type", (self.operand(operand), self._name(_TYPES[name])))
            case Function():
                call = self.operand(node)
                assert isinstance(call, language.Call)
                return call
        raise _unsupported(_name_of(node))

    def bound_condition(self, node: Condition) -> BoundCondition:
        """Checked as a ConditionExpression is."""
        resolver = Resolver("Statement", None)
        try:
            resolved = check_condition(resolver, node)
        except Refused:
            resolved = node
        _run_checks(resolver, self.values)
        return BoundCondition(CompiledCondition(resolver, resolved, paths_in(resolved), test_of(resolved)), self.values)

    # --- updates

    def update(self, assignments: Sequence[Assignment]) -> BoundUpdate:
        clauses = tuple(self._clause(assignment) for assignment in assignments)
        resolver = Resolver("UpdateExpression", None)
        try:
            checked = check_update(resolver, language.Update((), clauses))
        except Refused:
            checked = ()
        _run_checks(resolver, self.values)
        return BoundUpdate(CompiledUpdate(resolver, checked), self.values)

    def _clause(self, assignment: Assignment) -> language.Clause:
        path, value = language.Path(assignment.path.parts), assignment.value
        if value is None:
            return language.Clause("REMOVE", path, None)
        if not isinstance(value, Function) or value.name not in _SET_FUNCTIONS:
            return language.Clause("SET", path, self.operand(value))
        fields = {"function": value.name.upper(), "place": self.place(value)}
        if len(value.arguments) != 2:
            raise ServiceError(errors.SET_FUNCTION_ARITY, fields)
        if value.arguments[0] != assignment.path:
            raise ServiceError(errors.SET_FUNCTION_TARGET, fields)
        members = self._name(self.constant(value.arguments[1]))
        return language.Clause(_SET_FUNCTIONS[value.name], path, members)


def _truth(left: Expression, right: Expression, operator: str, binder: Binder) -> Condition | None:
    """`function(…) = true` is the function itself, `= false` its negation (recorded on AWS)."""
    for function, literal in ((left, right), (right, left)):
        is_condition = isinstance(function, Function) and function.name in CONDITION_FUNCTIONS
        if is_condition and isinstance(literal, Literal) and literal.kind == "boolean" and operator in ("=", "<>"):
            condition = binder.condition(function)
            return condition if literal.value is (operator == "=") else language.Not(1, condition)
    return None


def _chain(node: Expression, operator: str) -> Iterator[Expression]:
    """The terms of `a AND b AND c`, however long it is."""
    terms = []
    while isinstance(node, Infix) and node.operator == operator:
        terms.append(node.right)
        node = node.left
    yield node
    yield from reversed(terms)


def _bag(members: list[Value]) -> tuple[Value, ...]:
    """A set: of strings, of numbers, or of binaries. A member that stands twice is refused, as one of a set's in JSON is, before
    any condition is looked at (asserted on AWS by a published suite; the words are those of sets in JSON).
    """
    if not members:
        raise ServiceError(errors.EMPTY_BAG)
    kinds = {kind(member) for member in members}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise _unsupported("Bag")
    found = tuple(sorted(set(members)))
    if len(found) < len(members):
        encoded = [next(iter(encode(member).values())) for member in members]
        decode({f"{kinds.pop()}S": encoded})
    return found


def _run_checks(resolver: Resolver, values: dict[str, Value]) -> None:
    for check in resolver.checks:
        try:
            check(values)
        except ServiceError as error:
            raise expression_errors.bare(error) from None


def _unsupported(operation: str) -> ServiceError:
    return ServiceError(errors.UNSUPPORTED, {"operation": operation})


def _name_of(node: Expression) -> str:
    """How AWS calls an operation that it does not support; only "IsType" is recorded."""
    return {TypeTest: "IsType", Reference: "Variable", Infix: "Infix"}.get(type(node), type(node).__name__)

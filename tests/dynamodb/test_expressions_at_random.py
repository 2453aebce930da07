"""Expressions made at random: what is printed from a tree is read back as that tree, and means what a naive reading says."""

from __future__ import annotations

import contextlib
from typing import Any

from dynamodb_language import read_all
from hypothesis import example, given, settings
from hypothesis import strategies as st

from condemu.core.errors import ServiceError
from condemu.dynamodb.conditions import BoundCondition, compile_condition
from condemu.dynamodb.expressions.nodes import And, Between, Call, Clause, Comparison, In, Not, Or, Path, Sum, Update, ValueRef
from condemu.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update
from condemu.dynamodb.values import encode, encode_item

names = st.sampled_from(["a", "b", "c", "d", "#n", "#_1"])
NAMES = {"#n": "n.n", "#_1": "a"}
VALUES: dict[str, Any] = {
    ":one": 1, ":two": 2, ":s": "a", ":t": "ab", ":bin": b"a", ":set": ("a", "b"), ":l": [1, "a"], ":m": {"a": 1}, ":yes": True,
    ":kind": "S", ":none": None,
}  # fmt: skip
paths = st.builds(
    lambda name, steps: Path((name, *steps)), names, st.lists(names | st.integers(0, 3), max_size=2)
)
value_refs = st.sampled_from(sorted(VALUES)).map(ValueRef)
leaves = paths | value_refs


def calls(function: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.builds(lambda *chosen: Call(function, chosen), *arguments)


operands = leaves | calls("size", leaves)
predicates = st.one_of(
    st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands),
    st.builds(Between, operands, operands, operands),
    st.builds(lambda operand, members: In(operand, tuple(members)), operands, st.lists(operands, min_size=1, max_size=3)),
    calls("attribute_exists", paths), calls("attribute_not_exists", paths), calls("contains", leaves, leaves),
    calls("begins_with", leaves, leaves), calls("attribute_type", leaves, st.just(ValueRef(":kind"))),
)  # fmt: skip
conditions = st.recursive(
    predicates,
    lambda inner: st.one_of(
        st.builds(Not, st.integers(1, 3), inner.filter(lambda node: not isinstance(node, Not))),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: And(tuple(terms))),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: Or(tuple(terms))),
    ),
    max_leaves=8,
)
terms = leaves | calls("if_not_exists", paths, leaves) | calls("list_append", leaves, leaves)
clauses = st.one_of(
    st.builds(Clause, st.just("SET"), paths, terms | st.builds(Sum, st.sampled_from("+-"), terms, terms)),
    st.builds(Clause, st.just("REMOVE"), paths, st.none()),
    st.builds(Clause, st.sampled_from(["ADD", "DELETE"]), paths, value_refs),
)
BLANKS = st.sampled_from(["", " ", "\t", " \r\n "])


def words(node: Any) -> list[str]:
    """The tokens of an expression, with parentheses only where the tree needs them."""
    match node:
        case Path(parts):
            steps = [["[", str(part), "]"] if isinstance(part, int) else [".", part] for part in parts]
            return [word for step in steps for word in step][1:]
        case ValueRef(name):
            return [name]
        case Call(function, arguments):
            return [function, "(", *separated(",", arguments), ")"]
        case Sum(operator, left, right) | Comparison(operator, left, right):
            return [*words(left), operator, *words(right)]
        case Between(operand, lower, upper):
            return [*words(operand), " BETWEEN ", *words(lower), " AND ", *words(upper)]
        case In(operand, members):
            return [*words(operand), " IN ", "(", *separated(",", members), ")"]
        case Not(times, condition):
            return [" NOT "] * times + grouped(condition, Not | And | Or)
        case And(inner):
            return separated(" AND ", inner, And | Or)
        case Or(inner):
            return separated(" OR ", inner, Or)
        case Update(_, found):
            return [word for clause in found for word in words(clause)]
        case Clause(section, path, None):
            return [f" {section} ", *words(path)]
        case Clause(section, path, value):
            return [f" {section} ", *words(path), "=" if section == "SET" else " ", *words(value)]
    raise AssertionError(node)


def grouped(node: Any, kinds: Any) -> list[str]:
    return ["(", *words(node), ")"] if isinstance(node, kinds) else words(node)


def separated(separator: str, nodes: Any, kinds: Any = ()) -> list[str]:
    parts = [grouped(node, kinds) for node in nodes]
    return [word for part in parts for word in (separator, *part)][1:]


def printed(node: Any, data: st.DataObject) -> str:
    return "".join(data.draw(BLANKS) + word for word in words(node))


@settings(max_examples=400, deadline=None)
@given(conditions, st.data())
def test_a_condition_printed_is_read_back(node, data):
    assert parse_condition("ConditionExpression", printed(node, data)) == node


@settings(max_examples=200, deadline=None)
@given(st.lists(clauses, min_size=1, max_size=4), st.data())
def test_an_update_printed_is_read_back(found, data):
    node = Update(tuple(clause.section for clause in found), tuple(found))
    assert parse_update("UpdateExpression", printed(node, data)) == node


@settings(max_examples=100, deadline=None)
@given(st.lists(paths, min_size=1, max_size=4), st.data())
def test_a_projection_printed_is_read_back(found, data):
    text = "".join(data.draw(BLANKS) + word for word in separated(",", found))
    assert parse_projection("ProjectionExpression", text) == tuple(found)


scraps = st.sampled_from([
    "a", "#n", ":s", ":", "#", "_x", "1", "99999999999", "[", "]", "(", ")", ",", ".",
    "=", "<>", "<", "+", "-", "!", '"', " ", "\n",
    "SET ", "remove ", "ADD ", "DELETE ", " AND ", " or ", " NOT ", " BETWEEN ", " IN ", "size(",
    "contains(", "if_not_exists(", "name", "ä", "\x00",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(scraps, max_size=14).map("".join), st.sampled_from(["PutItem", "UpdateItem", "GetItem", "Query"]))
@example("(" * 4096, "PutItem")
@example("a[" + "9" * 4090 + "]", "GetItem")
@example("NOT " * 1024, "PutItem")
@example("SET a = " + "(" * 4000, "UpdateItem")
@example("SET a = " + "list_append(" * 330, "UpdateItem")
def test_no_text_whatever_is_more_than_a_refusal(text, operation):
    expression = {
        "PutItem": "ConditionExpression", "UpdateItem": "UpdateExpression", "GetItem": "ProjectionExpression",
        "Query": "KeyConditionExpression",
    }[operation]  # fmt: skip
    values = {name: encode(value) for name, value in VALUES.items()}
    with contextlib.suppress(ServiceError):
        read_all(operation, {expression: text, "ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": values})


# --- a naive reading of conditions, on the wire's own shapes -------------------------------------------------------------------


def look(item: Any, path: Path) -> Any:
    """The attribute value in the wire's shape, None where there is none."""
    found: Any = {"M": item}
    for part in path.parts:
        step = NAMES.get(part, part) if isinstance(part, str) else part
        if isinstance(step, str) and "M" in found and step in found["M"]:
            found = found["M"][step]
        elif isinstance(step, int) and "L" in found and step < len(found["L"]):
            found = found["L"][step]
        else:
            return None
    return found


def value(node: Any, item: Any) -> Any:
    if isinstance(node, Path):
        return look(item, node)
    if isinstance(node, ValueRef):
        return encode(VALUES[node.name])
    ((kind, content),) = (value(node.arguments[0], item) or {"": None}).items()
    if kind == "B":
        return {"N": str(len(VALUES[":bin"]))}  # every binary here is one byte
    return {"N": str(len(content))} if kind in ("S", "SS", "L", "M") else None


def compare(operator: str, left: Any, right: Any) -> bool:
    if operator in ("=", "<>"):
        return (left is not None and left == right) is (operator == "=")
    if left is None or right is None or left.keys() != right.keys() or not {*left} <= {"S", "N", "B"}:
        return False
    ((kind, low),), ((_, high),) = left.items(), right.items()
    low, high = (float(low), float(high)) if kind == "N" else (low, high)
    return {"<": low < high, "<=": low <= high, ">": low > high, ">=": low >= high}[operator]


def has(container: Any, member: Any) -> bool:
    if container is None or member is None:
        return False
    ((kind, content),), ((inner, sought),) = container.items(), member.items()
    if kind == "L":
        return member in content
    return (kind == inner and kind in "SB" and sought in content) or (kind == inner + "S" and sought in content)


def naive(node: Any, item: Any) -> bool:
    match node:
        case And(inner):
            return all(naive(term, item) for term in inner)
        case Or(inner):
            return any(naive(term, item) for term in inner)
        case Not(times, condition):
            return naive(condition, item) if times % 2 == 0 else not naive(condition, item)
        case Comparison(operator, left, right):
            return compare(operator, value(left, item), value(right, item))
        case Between(operand, lower, upper):
            found = value(operand, item)
            return compare(">=", found, value(lower, item)) and compare("<=", found, value(upper, item))
        case In(operand, members):
            return any(compare("=", value(operand, item), value(member, item)) for member in members)
        case Call("attribute_exists", (path,)):
            return look(item, path) is not None
        case Call("attribute_not_exists", (path,)):
            return look(item, path) is None
        case Call("attribute_type", (operand, _)):
            return "S" in (value(operand, item) or ())
        case Call("contains", (container, member)):
            return has(value(container, item), value(member, item))
        case Call("begins_with", (whole, prefix)):
            left, right = value(whole, item), value(prefix, item)
            if left is None or right is None or left.keys() != right.keys() or not {*left} <= {"S", "B"}:
                return False
            return str(*left.values()).startswith(str(*right.values()))
    raise AssertionError(node)


scalars = st.sampled_from([1, 2, "a", "ab", "", b"a", True, None, ("a", "b"), ("a",), (1, 2)])
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=6
)
items = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "n.n"]), documents, max_size=4)


@settings(max_examples=500, deadline=None)
@given(conditions, items)
def test_a_condition_means_what_a_naive_reading_says(node, item):
    text = "".join(words(node))
    compiled = compile_condition("ConditionExpression", text, tuple(NAMES.items()))
    try:
        compiled.check_values(VALUES)
    except ServiceError as error:
        refused = error
    else:
        assert BoundCondition(compiled, VALUES).holds(item) is naive(node, encode_item(item))
        return
    assert refused.message.startswith(
        ("Invalid ConditionExpression: Incorrect operand type", "Invalid ConditionExpression: The BETWEEN operator requires",
         "Invalid ConditionExpression: The first operand must be distinct"),
    )  # fmt: skip

"""Expressions and documents made at random, and how an expression is printed from its tree."""

from __future__ import annotations

from typing import Any

from dynamodb_naive import NAMES, VALUES
from hypothesis import strategies as st

from condemu.dynamodb.data.paths import conflicting, overlapping
from condemu.dynamodb.expressions.nodes import And, Between, Call, Clause, Comparison, In, Not, Or, Path, Sum, Update, ValueRef
from condemu.dynamodb.expressions.parser import parse_update

names = st.sampled_from(["a", "b", "c", "d", "#n", "#_1"])
paths = st.builds(lambda name, steps: Path((name, *steps)), names, st.lists(names | st.integers(0, 3), max_size=2))
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
# Clauses whose constants have the types that they need, so that the item alone decides what comes of them.
numbers = st.sampled_from([":one", ":two"]).map(ValueRef)
lists = st.just(ValueRef(":l"))
sound_operands = st.one_of(
    value_refs, paths, calls("if_not_exists", paths, leaves), calls("list_append", paths | lists, paths | lists),
    st.builds(Sum, st.sampled_from("+-"), numbers | paths | calls("if_not_exists", paths, numbers), numbers | paths),
)  # fmt: skip
# Clauses that find something to do in most of the items below.
apt_clauses = st.sampled_from([
    parse_update("", text).clauses[0] for text in (
        "SET a[2] = :s", "SET a[3] = :one", "SET a[5] = b.a", "SET a[4] = c", "SET #n[0][1] = a[0]", "SET #n[3] = :m",
        "SET b.a = list_append(b.a, :l)", "SET b.b = list_append(:l, a)", "SET b.x = list_append(a, b.a)", "SET c = c + b.c",
        "SET b.c = b.c - :two", "SET d = if_not_exists(c, :s)", "SET c = if_not_exists(x, :one) + c", "REMOVE a[0]",
        "REMOVE a[1]", "REMOVE a[9]", "REMOVE b.a[0]", "REMOVE #n[0]", "REMOVE b.zz", "REMOVE b.c", "REMOVE d", "ADD c :one",
        "ADD b.c :two", "ADD b.d :set", "ADD d :set", "ADD x :one", "DELETE d :set", "DELETE b.d :set", "DELETE x :set",
    )
])  # fmt: skip
sound_clauses = st.one_of(
    apt_clauses,
    apt_clauses,
    apt_clauses,
    st.builds(Clause, st.just("SET"), paths, sound_operands),
    st.builds(Clause, st.just("REMOVE"), paths, st.none()),
    st.builds(Clause, st.just("ADD"), paths, numbers | st.just(ValueRef(":set"))),
    st.builds(Clause, st.just("DELETE"), paths, st.just(ValueRef(":set"))),
)


def together(found: list[Clause]) -> Update:
    """The clauses as one update, but for those whose paths cannot stand beside the earlier ones."""
    kept: list[Clause] = []
    for clause in found:
        targets = [tuple(NAMES.get(part, part) for part in one.path.parts) for one in (*kept, clause)]
        if overlapping(targets) is None and conflicting(targets) is None:
            kept.append(clause)
    kept.sort(key=lambda clause: clause.section)
    return Update(tuple(dict.fromkeys(clause.section for clause in kept)), tuple(kept))


sound_updates = st.lists(sound_clauses, min_size=1, max_size=5).map(together)
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
        case Update(sections, found) if len(sections) == len(found):
            return [word for clause in found for word in (f" {clause.section} ", *words(clause))]
        case Update(sections, found):
            by_section = [(section, [clause for clause in found if clause.section == section]) for section in sections]
            return [word for section, ones in by_section for word in (f" {section} ", *separated(",", ones))]
        case Clause(_, path, None):
            return words(path)
        case Clause(section, path, value):
            return [*words(path), "=" if section == "SET" else " ", *words(value)]
    raise AssertionError(node)


def grouped(node: Any, kinds: Any) -> list[str]:
    return ["(", *words(node), ")"] if isinstance(node, kinds) else words(node)


def separated(separator: str, nodes: Any, kinds: Any = ()) -> list[str]:
    parts = [grouped(node, kinds) for node in nodes]
    return [word for part in parts for word in (separator, *part)][1:]


def printed(node: Any, data: st.DataObject) -> str:
    return "".join(data.draw(BLANKS) + word for word in words(node))


scalars = st.sampled_from([1, 2, "a", "ab", "", b"a", True, None, ("a", "b"), ("a",), (1, 2)])
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=6
)
sets = st.sampled_from([("a",), ("a", "b"), ("a", "c"), ("c",)])
items = st.one_of(
    st.dictionaries(st.sampled_from(["a", "b", "c", "d", "n.n"]), documents, max_size=4),
    st.fixed_dictionaries({  # with something at most of the paths
        "a": st.lists(documents, min_size=2, max_size=4),
        "b": st.fixed_dictionaries({"a": st.lists(scalars, max_size=3), "c": st.integers(0, 9), "d": sets}),
        "c": st.integers(0, 9),
        "d": sets,
        "n.n": st.lists(st.lists(scalars, max_size=2), min_size=1, max_size=3),
    }),
)  # fmt: skip

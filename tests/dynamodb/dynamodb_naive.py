"""A naive reading of conditions and updates: no cleverness, the wire's own shapes, one sentence of AWS's for each case."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

from condemu.dynamodb.data.values import encode
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, In, Not, Or, Path, Sum, Update, ValueRef

NAMES = {"#n": "n.n", "#_1": "a"}
VALUES: dict[str, Any] = {
    ":one": 1, ":two": 2, ":s": "a", ":t": "ab", ":bin": b"a", ":set": ("a", "b"), ":l": [1, "a"], ":m": {"a": 1}, ":yes": True,
    ":kind": "S", ":none": None,
}  # fmt: skip


# --- conditions -------------------------------------------------------------------------------------------------------------


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


# --- updates ----------------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """The update cannot be evaluated."""


def updated(node: Update, item: Any | None, key: Any) -> Any | None:
    """The new item, or None. Every right-hand side is worked out on the old item before anything changes."""
    old = item if item is not None else key
    if item is None and not any(clause.section in ("SET", "ADD") for clause in node.clauses):
        return None
    given = [None if clause.value is None else right(clause.value, old) for clause in node.clauses]
    new = copy.deepcopy({"M": old})
    gone: list[tuple[Any, Any]] = []
    beyond: list[tuple[int, Any, Any]] = []
    for clause, operand in zip(node.clauses, given, strict=True):
        *steps, last = (NAMES.get(part, part) if isinstance(part, str) else part for part in clause.path.parts)
        parent = new
        for step in steps:
            parent = parent.get("M" if isinstance(step, str) else "L", {})
            parent = parent.get(step) if isinstance(parent, dict) else parent[step] if step < len(parent) else None
            if parent is None:
                break
        inside = None if parent is None else parent.get("M" if isinstance(last, str) else "L")
        if inside is None:
            if item is None and parent is None and clause.section in ("REMOVE", "DELETE"):
                continue
            raise Refused
        there = inside.get(last) if isinstance(inside, dict) else inside[last] if last < len(inside) else None
        after = operand if clause.section == "SET" else combine(clause.section, there, operand)
        if after is None:
            gone.append((inside, last))
        elif isinstance(inside, dict) or last < len(inside):
            inside[last] = after
        else:
            beyond.append((last, inside, after))
    for inside, last in gone:
        if isinstance(inside, dict):
            inside.pop(last, None)
        elif last < len(inside):
            inside[last] = None
    for _, inside, after in sorted(beyond, key=lambda one: one[0]):
        inside.append(after)
    for inside, _ in gone:
        if isinstance(inside, list):
            inside[:] = [element for element in inside if element is not None]
    return new["M"]


def right(node: Any, item: Any) -> Any:
    match node:
        case Sum(operator, left, other):
            pair = right(left, item), right(other, item)
            if any("N" not in operand for operand in pair):
                raise Refused
            first, second = (Fraction(operand["N"]) for operand in pair)
            return {"N": str(first + second if operator == "+" else first - second)}
        case Call("if_not_exists", (path, default)):
            return look(item, path) or right(default, item)
        case Call("list_append", arguments):
            lists = [right(argument, item) for argument in arguments]
            if any("L" not in one for one in lists):
                raise Refused
            return {"L": copy.deepcopy(lists[0]["L"] + lists[1]["L"])}
    found = value(node, item)
    if found is None:
        raise Refused
    return copy.deepcopy(found)


def combine(section: str, there: Any, operand: Any) -> Any:
    """What ADD or DELETE leave; None for nothing."""
    if section == "REMOVE":
        return None
    if there is None:
        return operand if section == "ADD" else None
    if there.keys() != operand.keys():
        raise Refused
    ((kind, old),), ((_, new),) = there.items(), operand.items()
    if kind == "N":
        return {"N": str(int(old) + int(new))}
    left = {*old, *new} if section == "ADD" else {*old} - {*new}
    return {kind: sorted(left)} if left else None

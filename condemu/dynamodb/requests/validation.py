"""What a request's JSON must look like before anybody asks what it means.

Two things are checked in one walk over the members that `shapes.py` lists. A value of the wrong JSON type is a
SerializationException: the first met is answered, before all else. Constraints (required members, lengths, patterns,
enumerations) are collected, up to ten, and answered together in one ValidationException.

On the way of a request that is in order, attribute values are left to those who decode them. Only when something has been refused
does `check_values` go over all of them, because a wrong type anywhere comes before every other refusal.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.requests.shapes import SHAPES, Shape

MAX_PROBLEMS: Final = 10  # so many are reported at most (recorded on AWS by dynalite's suite)
_MAX_DEPTH: Final = 40  # levels of attribute values that are looked at; more than 32 are refused anyway


class Problem(NamedTuple):
    """A constraint that does not hold. `value` is the value as Java prints it, "" for an absent one."""

    path: str
    value: str | None
    constraint: str


class Constraints(ServiceError):
    """The problems of one request together. `wording.py` turns them into the text that the operation answers with."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(errors.CONSTRAINTS, joined([show(problem) for problem in problems]))
        self.problems = problems


def show(problem: Problem) -> str:
    value = "null" if problem.value is None else f"'{problem.value}'"
    return errors.PROBLEM.format(value=value, path=problem.path, constraint=problem.constraint)


def joined(texts: list[str]) -> dict[str, Any]:
    """The fields of the row CONSTRAINTS."""
    return {"count": len(texts), "plural": "" if len(texts) == 1 else "s", "problems": "; ".join(texts)}


def check(shape: Shape, members: dict[str, Any]) -> None:
    """Refuse members of wrong types (attribute values apart), then all that breaks a constraint."""
    problems: list[Problem] = []
    _structure(shape, members, "", problems, False)
    if problems:
        raise Constraints(problems[:MAX_PROBLEMS])


def check_values(shape: Shape, members: dict[str, Any]) -> None:
    """Refuse members of wrong types, attribute values included."""
    _structure(shape, members, "", [], True)


# --- types ------------------------------------------------------------------------------------------------------------------


def wrong_type(reason: str, **fields: Any) -> ServiceError:
    return ServiceError(errors.SERIALIZATION, {"reason": reason.format(**fields)})


def token(value: Any) -> str:
    """How AWS calls a JSON value that is neither an array nor an object."""
    if type(value) is bool:
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}[type(value)]


def not_scalar(value: Any, java: str) -> ServiceError:
    """The refusal of an array or an object where a scalar is expected."""
    if type(value) is dict:
        return wrong_type(errors.STRUCTURE_UNEXPECTED)
    return wrong_type(errors.WRONG_COLLECTION, type=java)


def _structure(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    for member in shape.members:
        held = value.get(member.wire)
        if held is None:
            if member.required:
                problems.append(Problem(path + member.path, None, errors.NOT_NULL))
            continue
        _CHECKS[member.shape.base](member.shape, held, path + member.path, problems, deep)


def _member_structure(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) is not dict:
        raise wrong_type(errors.WRONG_COLLECTION, type=shape.java) if type(value) is list else wrong_type(errors.FIELD_UNEXPECTED)
    _structure(shape, value, path + ".", problems, deep)


def _string(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) is not str:
        if type(value) in (dict, list):
            raise not_scalar(value, shape.java)
        raise wrong_type(errors.NOT_CONVERTIBLE, value=token(value), type="String")
    if shape.values:
        if value not in shape.values:
            problems.append(Problem(path, value, errors.ENUM.format(values=", ".join(shape.values))))
        return
    if shape.low is None or (shape.pattern and value.startswith("arn:")):
        return
    if shape.matches is not None and not shape.matches(value):
        problems.append(Problem(path, value, errors.PATTERN.format(pattern=shape.pattern)))
    _length(shape, len(value), value, path, problems)


def _length(shape: Shape, length: int, echo: str, path: str, problems: list[Problem]) -> None:
    if shape.low is not None and length < shape.low:
        problems.append(Problem(path, echo, errors.LONG_ENOUGH.format(limit=shape.low)))
    elif shape.high is not None and length > shape.high:
        problems.append(Problem(path, echo, errors.SHORT_ENOUGH.format(limit=shape.high)))


def _boolean(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) is bool:
        return
    if type(value) is str:
        if value.lower() not in ("true", "false", "yes", "no", "1", "0"):
            raise wrong_type(errors.TOKEN_UNEXPECTED)
        return
    if type(value) in (dict, list):
        raise not_scalar(value, shape.java)
    raise wrong_type(errors.NOT_CONVERTIBLE, value=token(value), type="Boolean")


def _integer(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) not in (int, float):
        if type(value) in (dict, list):
            raise not_scalar(value, shape.java)
        raise wrong_type(errors.NOT_CONVERTIBLE, value=token(value), type=shape.base)
    if value in (float("inf"), float("-inf")):
        raise wrong_type(errors.NOT_CONVERTIBLE, value="DECIMAL_VALUE", type=shape.base)
    whole = int(value)
    if shape.low is not None and whole < shape.low:
        problems.append(Problem(path, str(whole), errors.LARGE_ENOUGH.format(limit=shape.low)))
    elif shape.high is not None and whole > shape.high:
        problems.append(Problem(path, str(whole), errors.SMALL_ENOUGH.format(limit=shape.high)))


def _list(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    element = shape.element
    assert element is not None
    if type(value) is not list:
        raise wrong_type(errors.STRUCTURE_UNEXPECTED if type(value) is dict else errors.FIELD_UNEXPECTED)
    if shape.low is not None or shape.high is not None:
        size = len(value)
        if size < (shape.low or 0) or (shape.high is not None and size > shape.high):
            _length(shape, size, echo(shape, value), path, problems)
    if element.base == "Value" and not deep:
        return
    for position, held in enumerate(value, 1):
        _element(element, held, f"{path}.{position}.member", problems, deep)


def _map(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    element = shape.element
    assert element is not None
    if type(value) is not dict:
        raise wrong_type(errors.WRONG_COLLECTION, type=shape.java) if type(value) is list else wrong_type(errors.FIELD_UNEXPECTED)
    if shape.low is not None and len(value) < shape.low:
        _length(shape, len(value), "{}", path, problems)
    if element.base == "Value" and not deep:
        return
    if path == "requestItems":
        _table_map(shape, value, path, problems)
    for name, held in value.items():
        _element(element, held, f"{path}.{name}.member", problems, deep)


def _table_map(shape: Shape, value: Any, path: str, problems: list[Problem]) -> None:
    """RequestItems of a batch: its keys are names of tables, and BatchWriteItem's lists have 1 to 25 requests."""
    low, high = 3, 255
    names = SHAPES["TableName"]
    assert names.matches is not None
    if any(len(name) > high or not name or not names.matches(name) for name in value if not name.startswith("arn:")):
        constraints = [
            errors.SHORT_ENOUGH.format(limit=high),
            errors.LONG_ENOUGH.format(limit=low),
            errors.PATTERN.format(pattern=names.pattern),
        ]
        problems.append(Problem(path, echo(shape, value), errors.MAP_KEYS.format(constraints=", ".join(constraints))))
    assert shape.element is not None
    if shape.element.base == "List" and any(type(held) is list and not 1 <= len(held) <= MAX_WRITES for held in value.values()):
        constraints = [errors.SHORT_ENOUGH.format(limit=MAX_WRITES), errors.LONG_ENOUGH.format(limit=1)]
        problems.append(Problem(path, echo(shape, value), errors.MAP_VALUES.format(constraints=", ".join(constraints))))


MAX_WRITES: Final = 25  # of one BatchWriteItem (API Reference)


def _element(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    """A member of a list or map, which may not be null."""
    if shape.base in ("Structure", "Value") and type(value) not in (dict, list):
        raise wrong_type(errors.VALUE_UNEXPECTED)
    if shape.base in ("List", "Map") and type(value) not in (dict, list):
        raise wrong_type(errors.NO_CLASS)
    if value is None:
        raise wrong_type(errors.VALUE_UNEXPECTED)
    _CHECKS[shape.base](shape, value, path, problems, deep)


# --- attribute values -------------------------------------------------------------------------------------------------------


def _value(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) is not dict:
        raise wrong_type(errors.WRONG_COLLECTION, type=shape.java) if type(value) is list else wrong_type(errors.FIELD_UNEXPECTED)
    if deep:
        _tagged(value, 0)


def _tagged(value: dict[str, Any], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    for tag, content in value.items():
        if content is None:
            continue
        if tag == "M":
            _map(_VALUES, content, "", [], False)
            for held in content.values():
                _nested(held, depth)
        elif tag == "L":
            _list(_VALUE_LIST, content, "", [], False)
            for held in content:
                _nested(held, depth)
        elif tag in _CONTENT:
            check, shape = _CONTENT[tag]
            check(shape, content, "", [], True)


def _nested(value: Any, depth: int) -> None:
    if type(value) is not dict:
        _element(SHAPES["Value"], value, "", [], False)
    _tagged(value, depth + 1)


def _blob(shape: Shape, value: Any, path: str, problems: list[Problem], deep: bool) -> None:
    if type(value) in (dict, list):
        raise not_scalar(value, shape.java)
    if type(value) is not str:
        raise wrong_type(errors.NOT_BASE64)
    if len(value) % 4:
        raise wrong_type(errors.BASE64_LENGTH, length=len(value)) if _in_alphabet(value) else wrong_type(errors.NOT_BASE64)
    try:
        data = b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        reason = errors.BASE64_PADDING if _in_alphabet(value) else errors.NOT_BASE64
        raise wrong_type(reason) from None
    if b64encode(data).decode() != value:  # bits under the padding
        raise wrong_type(errors.BASE64_PADDING)


_ALPHABET: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def _in_alphabet(text: str) -> bool:
    return _ALPHABET.issuperset(text)


_Check = Callable[[Shape, Any, str, list[Problem], bool], None]

_CHECKS: Final[dict[str, _Check]] = {
    "String": _string,
    "Boolean": _boolean,
    "Integer": _integer,
    "Long": _integer,
    "Timestamp": _integer,
    "Blob": _blob,
    "List": _list,
    "Map": _map,
    "Structure": _member_structure,
    "Value": _value,
}

_VALUES: Final = next(member.shape for member in SHAPES["PutItem"].members if member.wire == "Item")
_VALUE_LIST: Final = next(member.shape for member in SHAPES["Condition"].members if member.wire == "AttributeValueList")


def _list_of(base: str) -> Shape:
    element = SHAPES[base]
    return Shape("", "List", f"java.util.List<{element.java.removeprefix('class ')}>", element=element)


_CONTENT: Final[dict[str, tuple[_Check, Shape]]] = {
    "S": (_string, SHAPES["String"]),
    "N": (_string, SHAPES["String"]),
    "B": (_blob, SHAPES["Blob"]),
    "BOOL": (_boolean, SHAPES["Boolean"]),
    "NULL": (_boolean, SHAPES["Boolean"]),
    "SS": (_list, _list_of("String")),
    "NS": (_list, _list_of("String")),
    "BS": (_list, _list_of("Blob")),
}


# --- echoes -----------------------------------------------------------------------------------------------------------------

_VALUE_MEMBERS: Final = (
    "S", "N", "B", "INT", "DECIMAL", "DOUBLE", "SS", "NS", "BS", "INTSET", "DECIMALSET", "DOUBLESET", "M", "L", "NULL", "BOOL",
)  # fmt: skip
_JAVA_NAMES: Final = {
    "INT": "iNT", "DECIMAL": "dECIMAL", "DOUBLE": "dOUBLE", "SS": "sS", "NS": "nS", "BS": "bS", "INTSET": "iNTSET",
    "DECIMALSET": "dECIMALSET", "DOUBLESET": "dOUBLESET", "NULL": "nULL", "BOOL": "bOOL",
}  # fmt: skip
_ECHO_ORDER: Final = {
    "WriteRequest": ("PutRequest", "DeleteRequest"),
    "KeySchemaElement": ("AttributeName", "KeyType"),
}
_ECHO_EXTRA: Final = {"PutRequest": ", workloadProfileName=null"}


def echo(shape: Shape, value: Any) -> str:
    """The value as Java's toString prints it (recorded on AWS for KeySchemaElement, WriteRequest and AttributeValue)."""
    if value is None:
        return "null"
    if type(value) is list:
        return "[" + ", ".join(echo(shape.element or shape, held) for held in value) + "]"
    if shape.base == "Map" and type(value) is dict:
        return "{" + ", ".join(f"{name}={echo(shape.element or shape, held)}" for name, held in value.items()) + "}"
    if shape.base == "Value" and type(value) is dict:
        parts = (f"{_JAVA_NAMES.get(tag, tag.lower())}={echo(_echo_content(tag), value.get(tag))}" for tag in _VALUE_MEMBERS)
        return f"AttributeValue({', '.join(parts)})"
    if shape.base == "Structure" and type(value) is dict:
        shapes = {member.wire: member.shape for member in shape.members}
        order = _ECHO_ORDER.get(shape.name, tuple(shapes))
        parts = (f"{name[0].lower()}{name[1:]}={echo(shapes[name], value.get(name))}" for name in order)
        return f"{shape.name}({', '.join(parts)}{_ECHO_EXTRA.get(shape.name, '')})"
    return str(value).lower() if type(value) is bool else str(value)


def _echo_content(tag: str) -> Shape:
    return _VALUES if tag == "M" else SHAPES["Value"] if tag == "L" else SHAPES["String"]

"""Attribute values: what a decision holds, compares and stores.

A value is a plain Python object, decoded once when a request arrives and encoded once when an answer leaves:

| as sent                  | here           |
|--------------------------|----------------|
| {"S": "a"}               | 'a'            |
| {"N": "7.0"}             | 7              |
| {"N": "0.5"}             | Decimal('0.5') |
| {"B": "YQ=="}            | b'a'           |
| {"BOOL": true}           | True           |
| {"NULL": true}           | None           |
| {"L": [{"N": "7"}]}      | [7]            |
| {"M": {"a": {"N": "7"}}} | {'a': 7}       |
| {"SS": ["b", "a"]}       | ('a', 'b')     |
| {"NS": ["2", "1e0"]}     | (1, 2)         |
| {"BS": ["Yg==", "YQ=="]} | (b'a', b'b')   |

A set is a non-empty tuple in ascending order without repetitions: equal sets are equal tuples, and its kind is the kind of its
members. An item is a dict from attribute names to values. **Values are never changed in place**: an update copies along its path,
so that a record, a stream image and an answer may share them.

None is a value, so absence is `MISSING` (`item.get(name, MISSING)`). Python says `True == 1`, so values are compared with
`equal`, and items with it too (an item is a map), never with `==`.

`decode_item` trusts nothing: it raises the ServiceError that AWS answers for an invalid value, or `Malformed` when the JSON
has the wrong shape altogether. What AWS says of that (SerializationException) depends on the place in the request and is the
business of whoever knows the shapes of all requests.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.data.numbers import number_size, parse_number, print_number, sort_number
from condemu.dynamodb.errors import expressions as errors

Value: TypeAlias = Any
Item: TypeAlias = dict[str, Value]
Wire: TypeAlias = dict[str, Any]

MAX_ITEM_SIZE: Final = 409_600  # Developer Guide, "Service quotas": 400 KB, names included
_DIGITS: Final = 18  # so many or fewer are a number in range whatever they are
MAX_DEPTH: Final = 32  # "Nested attribute depth: 32 levels"; the attribute's own value is the first


class Missing:
    """The type of MISSING, the absence of a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


class Malformed(Exception):
    """The JSON is not shaped like an attribute value: AWS answers with a SerializationException."""


# --- types ------------------------------------------------------------------------------------------------------------------

_KIND: Final[dict[type, str]] = {
    str: "S", int: "N", Decimal: "N", bytes: "B", bool: "BOOL", type(None): "NULL", list: "L", dict: "M",
}  # fmt: skip
_SET_KIND: Final[dict[type, str]] = {str: "SS", int: "NS", Decimal: "NS", bytes: "BS"}


def kind(value: Value) -> str:
    """The type's code: "S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS" or "BS"."""
    return _SET_KIND[type(value[0])] if type(value) is tuple else _KIND[type(value)]


def types_of(kinds: Collection[str]) -> frozenset[type]:
    """The types of Python whose values are of these kinds. A set has none of its own: its members tell its kind."""
    return frozenset(which for which, code in _KIND.items() if code in kinds)


# --- from the wire ----------------------------------------------------------------------------------------------------------


def decode_item(wire: Any) -> Item:
    """An Item, a Key, or any other map from names to attribute values. Refuses with the first invalid value as given."""
    if type(wire) is not dict:
        raise Malformed
    item = {}
    for name, value in wire.items():
        if type(value) is dict and len(value) == 1:
            text = value.get("S")
            if type(text) is str and text.isascii():  # most attributes of most items
                item[name] = text
                continue
        item[name] = decode(value)
    return item


def measured_item(wire: Any, depth: int = 1) -> tuple[Item, int]:
    """What `decode_item` and then `item_size` say, in one walk. What is not quite plain is left to `decode`, refusals included.

    The members of a map within an item, which lie as deep as `depth`, are read in the same way.
    """
    if type(wire) is not dict:
        raise Malformed
    names = "".join(wire)
    size = len(names) if names.isascii() else len(names.encode("utf-8", "surrogatepass"))
    item: Item = {}
    for name, tagged in wire.items():
        if type(tagged) is dict and len(tagged) == 1:
            text = tagged.get("S")
            if type(text) is str and text.isascii():  # most attributes of most items
                item[name] = text
                size += len(text)
                continue
            if "M" in tagged and type(content := tagged["M"]) is dict and depth < MAX_DEPTH:
                item[name], below = measured_item(content, depth + 1)
                size += 3 + len(content) + below
                continue
        item[name] = value = decode(tagged, depth)
        size += value_size(value)
    return item, size


def decode(wire: Any, depth: int = 1) -> Value:
    """One attribute value. Members that are no type of DynamoDB's, or are null, count as not there.

    Each type given is checked before their number is, and the first that is invalid refuses.
    """
    if type(wire) is not dict:
        raise Malformed
    if len(wire) == 1:
        ((tag, content),) = wire.items()
        if content is not None and tag in _DECODERS:
            return _DECODERS[tag](content, depth)
    value: Value = MISSING
    ambiguous = False
    for tag, content in wire.items():
        decoder = _DECODERS.get(tag)
        if decoder is None or content is None:
            continue
        ambiguous = value is not MISSING
        value = decoder(content, depth)
    if ambiguous:
        raise ServiceError(errors.VALUE_AMBIGUOUS, because=f"the types {', '.join(wire)} were given together")
    if value is MISSING:
        raise ServiceError(errors.VALUE_EMPTY)
    return value


def _string(content: Any, depth: int = 1) -> str:
    if type(content) is not str:
        raise Malformed
    if not content.isascii():
        try:
            content.encode()
        except UnicodeEncodeError:  # half a surrogate pair, which no UTF-8 can carry; Java writes a question mark
            return content.encode("utf-8", "replace").decode()
    return content


def _number(content: Any, depth: int = 1) -> int | Decimal:
    if type(content) is not str:
        raise Malformed
    if len(content) <= _DIGITS and content.isascii() and content.isdigit():
        return int(content)
    return parse_number(content)


def _binary(content: Any, depth: int = 1) -> bytes:
    if type(content) is not str:
        raise Malformed
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed from None
    if content[-1:] == "=" and base64.b64encode(data).decode() != content:  # bits under the padding
        raise Malformed
    return data


# AWS's JSON reader takes these words for booleans inside attribute values, and no others (recorded on AWS by dynalite's suite).
_BOOLEAN_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _bool(content: Any, depth: int) -> bool:
    truth = _BOOLEAN_WORDS.get(content.lower()) if type(content) is str else content
    if type(truth) is not bool:
        raise Malformed
    return truth


def _null(content: Any, depth: int) -> None:
    if not _bool(content, depth):
        raise ServiceError(errors.NULL_FALSE)


def _list(content: Any, depth: int) -> list[Value]:
    if type(content) is not list:
        raise Malformed
    if content and depth >= MAX_DEPTH:
        raise _too_deep()
    return [decode(member, depth + 1) for member in content]


def _map(content: Any, depth: int) -> dict[str, Value]:
    if type(content) is not dict:
        raise Malformed
    if content and depth >= MAX_DEPTH:
        raise _too_deep()
    return {name: decode(member, depth + 1) for name, member in content.items()}


def _too_deep() -> ServiceError:
    return ServiceError(errors.TOO_DEEP, because=f"more than {MAX_DEPTH} levels are nested")


def _set(
    read: Callable[[Any], Value], empty: ErrorRow, duplicates: ErrorRow, separator: str
) -> Callable[[Any, int], tuple[Value, ...]]:
    """A decoder of one of the three types of set."""

    def decode_set(content: Any, depth: int) -> tuple[Value, ...]:
        if type(content) is not list:
            raise Malformed
        if not content:
            raise ServiceError(empty)
        members = [read(member) for member in content]
        distinct = set(members)
        if len(distinct) != len(members):
            printed = _until_first_repeat(members, content)
            raise ServiceError(
                duplicates,
                {"plain": ", ".join(printed), "quoted": separator.join(f'"{member}"' for member in printed)},
                because=f"{len(content) - len(distinct)} of {len(content)} members repeat another",
            )
        members.sort()
        return tuple(members)

    return decode_set


def _until_first_repeat(members: list[Value], content: list[str]) -> list[str]:
    """The members as AWS prints them: those before the first repetition in order, then the rest as given (recorded 2026-09)."""
    seen: dict[Value, str] = {}
    for position, (member, text) in enumerate(zip(members, content, strict=True)):
        if member in seen:
            return [seen[known] for known in sorted(seen)] + content[position:]
        seen[member] = text
    return content


_DECODERS: Final[dict[str, Callable[[Any, int], Value]]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _bool,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _set(_string, errors.STRING_SET_EMPTY, errors.STRING_SET_DUPLICATES, ", "),
    "NS": _set(_number, errors.NUMBER_SET_EMPTY, errors.NUMBER_SET_DUPLICATES, ", "),
    "BS": _set(_binary, errors.BINARY_SET_EMPTY, errors.BINARY_SET_DUPLICATES, ","),
}


# --- to the wire ------------------------------------------------------------------------------------------------------------


def encode_item(item: Mapping[str, Value]) -> dict[str, Wire]:
    return {name: {"S": value} if type(value) is str else encode(value) for name, value in item.items()}


def encode(value: Value) -> Wire:
    return _ENCODERS[type(value)](value)


def _encode_set(members: tuple[Value, ...]) -> Wire:
    first = type(members[0])
    if first is str:
        return {"SS": list(members)}
    if first is bytes:
        return {"BS": [base64.b64encode(member).decode() for member in members]}
    return {"NS": [print_number(member) for member in members]}


_ENCODERS: Final[dict[type, Callable[[Any], Wire]]] = {
    str: lambda value: {"S": value},
    int: lambda value: {"N": str(value)},
    Decimal: lambda value: {"N": format(value, "f")},
    bytes: lambda value: {"B": base64.b64encode(value).decode()},
    bool: lambda value: {"BOOL": value},
    type(None): lambda value: {"NULL": True},
    list: lambda value: {"L": [encode(member) for member in value]},
    dict: lambda value: {"M": encode_item(value)},
    tuple: _encode_set,
}


# --- comparing --------------------------------------------------------------------------------------------------------------


def equal(left: Value, right: Value) -> bool:
    """Of one type and equal in depth: numbers by value, sets whatever their order, lists in order. MISSING equals nothing."""
    which = type(left)
    if which is not type(right):
        return False
    if which is dict:
        if len(left) != len(right):
            return False
        return all(name in right and equal(value, right[name]) for name, value in left.items())
    if which is list:
        return len(left) == len(right) and all(map(equal, left, right))
    return which is not Missing and bool(left == right)


def orderable(left: Value, right: Value) -> bool:
    """Are both strings, both numbers or both binaries? Nothing else has an order.

    Python orders strings by code point, which is also the order of their UTF-8 bytes, and bytes as unsigned.
    """
    order = _ORDER.get(type(left))
    return order is not None and order is _ORDER.get(type(right))


_ORDER: Final[dict[type, str]] = {str: "S", int: "N", Decimal: "N", bytes: "B"}


def sort_bytes(value: Value) -> bytes:
    """A key attribute's value (S, N or B) as bytes that order as the values of its type do."""
    if type(value) is str:
        return value.encode()
    return value if type(value) is bytes else sort_number(value)


def print_key(value: Value) -> str:
    """A key attribute's value as policies see it: a number in plain digits, a binary in base64."""
    if type(value) is str:
        return value
    return base64.b64encode(value).decode() if type(value) is bytes else print_number(value)


# --- measuring --------------------------------------------------------------------------------------------------------------


def item_size(item: Mapping[str, Value]) -> int:
    """Bytes that the item counts for: names and values (Developer Guide, "Item sizes and formats")."""
    size = 0
    for name, value in item.items():
        size += len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))
        if type(value) is str:
            size += len(value) if value.isascii() else len(value.encode())
        else:
            size += value_size(value)
    return size


def growth(before: Mapping[str, Value], after: Mapping[str, Value], names: Iterable[str]) -> int:
    """How many bytes more the item counts for after attributes of these names have changed; fewer where it is negative."""
    size = 0
    for name in names:
        old, new = before.get(name, MISSING), after.get(name, MISSING)
        if new is not MISSING:
            size += value_size(new)
        if old is not MISSING:
            size -= value_size(old)
        if (old is MISSING) is not (new is MISSING):
            length = len(name.encode("utf-8", "surrogatepass"))
            size += length if old is MISSING else -length
    return size


def depth_of(value: Value) -> int:
    """How many levels are nested: one for a value that contains no other."""
    if type(value) is dict:
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if type(value) is list else 1


def value_size(value: Value) -> int:
    which = type(value)
    if which is str:
        return len(value) if value.isascii() else len(value.encode())
    if which is int:
        return 2 if 0 < value < 100 else number_size(value)
    if which is tuple:
        return _set_size(value)
    if which is Decimal:
        return number_size(value)
    if which is bytes:
        return len(value)
    if which is dict:
        return 3 + len(value) + item_size(value)
    if which is list:
        return 3 + len(value) + sum(map(value_size, value))
    return 1  # BOOL and NULL


def _set_size(members: tuple[Value, ...]) -> int:
    if type(members[0]) is not str:
        return sum(map(value_size, members))
    text = "".join(members)
    return len(text) if text.isascii() else len(text.encode())

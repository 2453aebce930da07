"""What a request must say before anything is looked up: presence, form and lengths, in the order in which they are refused.

The order between different checks is inferred; each check by itself is the Developer Guide's ("Limits", and the pages of the
operations). Lengths count UTF-8 octets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NotRequired, TypedDict

from condemu.core.errors import ErrorRow, ServiceError
from condemu.simpledb.errors import (
    ATTRIBUTE_NAME_MISSING,
    ATTRIBUTE_VALUE_MISSING,
    DUPLICATE_ITEM_NAME,
    EMPTY_ATTRIBUTE_NAME,
    EMPTY_ITEM_NAME,
    FEATURE_DEPRECATED,
    INVALID_CONSISTENT_READ,
    INVALID_DOMAIN_NAME,
    INVALID_REPLACE,
    ITEM_NAME_TOO_LONG,
    MISSING_PARAMETER,
    NO_ATTRIBUTES_FOR_ITEM,
    NUMBER_SUBMITTED_ATTRIBUTES_OF_ITEM_EXCEEDED,
    NUMBER_SUBMITTED_ITEMS_EXCEEDED,
    OUT_OF_RANGE,
    VALUE_TOO_LONG,
    VALUE_WITHOUT_NAME,
)
from condemu.wire.query import Parameters, grouped, number_of, numbered

MAX_LENGTH: Final = 1024  # octets of an item's name, an attribute's name, a value
MAX_ATTRIBUTES: Final = 256  # of one item, in one call and at rest
MAX_ITEMS: Final = 25  # in one batch


class Entry(TypedDict):
    """An attribute to put, or to delete: then Value may be missing. Replace is True or missing."""

    Name: str
    Value: NotRequired[str]
    Replace: NotRequired[bool]


_DOMAIN_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
# The guide's sample of BatchDeleteAttributes spells the members in lower case, its table does not.
_MEMBERS: Final = {"Name": "Name", "Value": "Value", "Replace": "Replace", "name": "Name", "value": "Value", "replace": "Replace"}


def required(parameters: Mapping[str, str], name: str) -> str:
    """The parameter's value, empty or not."""
    value = parameters.get(name)
    if value is None:
        raise ServiceError(MISSING_PARAMETER, {"Parameter": name})
    return value


def domain_name(parameters: Mapping[str, str]) -> str:
    """3 to 255 letters, digits, `_`, `-` and `.`"""
    name = required(parameters, "DomainName")
    if _DOMAIN_NAME.fullmatch(name) is None:
        raise ServiceError(INVALID_DOMAIN_NAME, {"Value": name})
    return name


def item_name(parameters: Mapping[str, str]) -> str:
    name = required(parameters, "ItemName")
    if not name:
        raise ServiceError(EMPTY_ITEM_NAME)
    if octets(name) > MAX_LENGTH:
        raise ServiceError(ITEM_NAME_TOO_LONG, {"Value": name})
    return name


def consistent_read(parameters: Mapping[str, str]) -> bool:
    return flag(parameters, "ConsistentRead", INVALID_CONSISTENT_READ)


def flag(parameters: Mapping[str, str], name: str, row: ErrorRow) -> bool:
    """`true` or `false`, false when absent. That other spellings of a truth value are refused is inferred."""
    value = parameters.get(name)
    if value is None or value == "false":
        return False
    if value != "true":
        raise ServiceError(row, {"Value": value})
    return True


def number_up_to(value: str, parameter: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    number = number_of(value)
    if number is None or not 1 <= number <= most:
        raise ServiceError(OUT_OF_RANGE, {"Value": value, "Parameter": parameter, "Most": most})
    return number


def check_length(parameter: str, value: str) -> None:
    if len(value) > 255 and octets(value) > MAX_LENGTH:
        raise ServiceError(VALUE_TOO_LONG, {"Value": value, "Parameter": parameter})


def octets(text: str) -> int:
    """How many octets of UTF-8 a text is."""
    return len(text) if text.isascii() else len(text.encode())


def entries_to_put(parameters: Mapping[str, str]) -> list[Entry]:
    """The attributes of a put, each with a name, a value, and whether it replaces; perhaps none."""
    entries: list[Entry] = []
    for given in numbered(parameters, "Attribute.", _MEMBERS):
        name, value = given.get("Name"), given.get("Value")
        if name is None:
            if value is None:
                raise ServiceError(MISSING_PARAMETER, {"Parameter": "Name"}, because="an attribute has a Replace and no Name")
            raise ServiceError(ATTRIBUTE_NAME_MISSING, {"Value": value})
        if value is None:
            raise ServiceError(ATTRIBUTE_VALUE_MISSING, {"Name": name})
        _check_name(name)
        check_length("Value", value)
        entry: Entry = {"Name": name, "Value": value}
        if flag(given, "Replace", INVALID_REPLACE):
            entry["Replace"] = True
        entries.append(entry)
    return entries


def entries_to_delete(parameters: Mapping[str, str]) -> list[Entry]:
    """The attributes of a delete: names, or pairs of a name and a value. None means the whole item."""
    entries: list[Entry] = []
    for given in numbered(parameters, "Attribute.", _MEMBERS):
        name, value = given.get("Name"), given.get("Value")
        if name is None:
            if value is None:
                continue
            raise ServiceError(VALUE_WITHOUT_NAME)
        _check_name(name)
        if value is None:
            entries.append({"Name": name})
            continue
        check_length("Value", value)
        entries.append({"Name": name, "Value": value})
    return entries


def _check_name(name: str) -> None:
    if not name:
        raise ServiceError(EMPTY_ATTRIBUTE_NAME)
    check_length("Name", name)


def items_of_batch(parameters: Mapping[str, str], *, put: bool) -> list[tuple[str, list[Entry]]]:
    """The items of a batch with their entries, at most 25, no name twice."""
    items = grouped(parameters, "Item.")
    if not items:
        raise ServiceError(MISSING_PARAMETER, {"Parameter": "ItemName"}, because="the batch has no items")
    if len(items) > MAX_ITEMS:
        raise ServiceError(NUMBER_SUBMITTED_ITEMS_EXCEEDED, because=f"{len(items)} items were submitted")
    found: dict[str, list[Entry]] = {}
    for item in items:
        name, entries = _item_of_batch(item, put)
        if name in found:
            raise ServiceError(DUPLICATE_ITEM_NAME, {"Item": name})
        found[name] = entries
    return list(found.items())


def _item_of_batch(item: Parameters, put: bool) -> tuple[str, list[Entry]]:
    name = item_name(item)
    if put and "Replace" in item:
        raise ServiceError(FEATURE_DEPRECATED)
    entries = entries_to_put(item) if put else entries_to_delete(item)
    if put and not entries:
        raise ServiceError(NO_ATTRIBUTES_FOR_ITEM, {"Item": name})
    if len(entries) > MAX_ATTRIBUTES:
        raise ServiceError(NUMBER_SUBMITTED_ATTRIBUTES_OF_ITEM_EXCEEDED, {"Item": name})
    return name, entries

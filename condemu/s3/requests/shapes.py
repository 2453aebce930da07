"""The shapes of documents, as data, and how a document of a shape is read.

| kind          | in a document                                                | as it is kept and answered again      |
|---------------|--------------------------------------------------------------|---------------------------------------|
| `Text`        | any text, or one of `choices`                                | str                                   |
| `Number`      | digits, at least `least`, at most `most`                     | int                                   |
| `Flag`        | `true` or `false`, in any case                               | bool                                  |
| `Moment`      | ISO 8601                                                     | float, seconds                        |
| `Group`       | its fields in any order, each as often as it says            | dict by tag, in the order of `fields` |

The order of `fields` is AWS's in its answers (the samples of the API reference). What a shape does not name makes the document
400 MalformedXML: nothing is stored that is not understood, and nothing that is understood is left out of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from condemu.s3.requests.documents import malformed
from condemu.wire.rest import parse_iso_8601
from condemu.wire.xml import XSI, Element

MAX_INTEGER: Final = 2**31 - 1
MAX_LONG: Final = 2**63 - 1  # sizes of objects are longs
MAX_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class Text:
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    least: int = 0
    most: int = MAX_INTEGER


@dataclass(frozen=True, slots=True)
class Flag:
    pass


@dataclass(frozen=True, slots=True)
class Moment:
    pass


@dataclass(frozen=True, slots=True)
class Group:
    """`alternatives`: at most one of the fields is there. `types` are the values of xsi:type, an attribute that must be there."""

    fields: tuple[Field, ...]
    alternatives: bool = False
    types: tuple[str, ...] = ()


Kind = Text | Number | Flag | Moment | Group


@dataclass(frozen=True, slots=True)
class Field:
    """`most` is how often the element may be there; where that is more than once, the value is a list."""

    tag: str
    kind: Kind
    needed: bool = False
    most: int = 1


def read(kind: Kind, element: Element) -> Any:
    """What an element of that kind says; 400 MalformedXML."""
    if isinstance(kind, Group):
        return _read_group(kind, element)
    if len(element):
        raise malformed(f"{element.tag} has elements in it")
    text = element.text
    if isinstance(kind, Text):
        if kind.choices and text not in kind.choices:
            raise malformed(f"{element.tag} is {text!r}")
        return text
    text = text.strip()
    if isinstance(kind, Number):
        return _number(element, text, kind)
    if isinstance(kind, Flag):
        if text.lower() not in ("true", "false"):
            raise malformed(f"{element.tag} is {text!r}")
        return text.lower() == "true"
    moment = parse_iso_8601(text)
    if moment is None:
        raise malformed(f"{element.tag} is {text!r}")
    return float(moment)


def _number(element: Element, text: str, kind: Number) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS) or not kind.least <= int(text) <= kind.most:
        raise malformed(f"{element.tag} is {text!r}")
    return int(text)


def _read_group(group: Group, element: Element) -> dict[str, Any]:
    found: dict[str, list[Element]] = {}
    for child in element:
        found.setdefault(child.tag, []).append(child)
    unknown = found.keys() - {field.tag for field in group.fields}
    if unknown:
        raise malformed(f"{element.tag} has no {min(unknown)}")
    if group.alternatives and len(found) > 1:
        raise malformed(f"{element.tag} has {' and '.join(found)}")
    read_in_order: dict[str, Any] = {}
    if group.types:
        kind = element.attributes.get("type")
        if kind not in group.types:
            raise malformed(f"{element.tag} is of type {kind!r}")
        read_in_order["@xmlns:xsi"], read_in_order["@xsi:type"] = XSI, kind
    for field in group.fields:
        value = _read_field(field, element.tag, found.get(field.tag, []))
        if value is not None:
            read_in_order[field.tag] = value
    return read_in_order


def _read_field(field: Field, where: str, elements: list[Element]) -> Any:
    if not elements:
        if field.needed:
            raise malformed(f"{where} has no {field.tag}")
        return None
    if len(elements) > field.most:
        raise malformed(f"{where} has {len(elements)} times {field.tag}")
    values = [read(field.kind, element) for element in elements]
    return values if field.most > 1 else values[0]

"""The AWS Query protocol's way of writing a request: names and values in a query string or a form, lists as numbered names.

`parameters` reads the text, `numbered` a list out of it: `Attribute.3.Name=x` is the member Name of the third entry of the
list Attribute. Numbers may start anywhere and have gaps; entries come in the order of their numbers, never of their text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar
from urllib.parse import unquote_to_bytes

T = TypeVar("T")

MAX_PARAMETERS: Final = 20_000  # BatchPutAttributes may carry 25 × 256 × 3, and nothing else comes near
MAX_DIGITS: Final = 18


class Malformed(Exception):
    """The text is no list of names and values. Says why."""


class Parameters(dict[str, str]):
    """Name -> value, the first of each name, in the order of the text. `repeated` are the names that came more than once.

    `sent` is the text; of several, one behind the other as if they were one.
    """

    __slots__ = ("repeated", "sent")

    def __init__(self, sent: str = "") -> None:
        super().__init__()
        self.repeated: tuple[str, ...] = ()
        self.sent = sent


# What times and Base64 have encoded. None of these characters can be a part of another escape.
_COMMON: Final = (("%3D", "="), ("%3A", ":"), ("%2F", "/"), ("%2B", "+"))


def parameters(*texts: str) -> Parameters:
    """What the texts say, in order. `+` is a blank; percent-encoded octets are UTF-8."""
    found = Parameters("&".join(filter(None, texts)))
    repeated: list[str] = []
    for text in texts:
        if not text:
            continue
        if text.count("&") >= MAX_PARAMETERS:
            raise Malformed(f"there are more than {MAX_PARAMETERS} parameters")
        if "+" in text:
            text = text.replace("+", " ")
        ascii_only = text.isascii()
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            if "%" in pair or not ascii_only:
                value = decode(value)
                if "%" in name or not ascii_only:
                    name = decode(name)
            if name in found:
                repeated.append(name)
            elif name:
                found[name] = value
    found.repeated = tuple(repeated)
    return found


def decode(text: str) -> str:
    """Percent-decoded. Octets that came bare are Latin-1 characters of `text`."""
    for escape, character in _COMMON:
        text = text.replace(escape, character)
    if "%" not in text and text.isascii():
        return text
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeError:
        raise Malformed("a parameter is not UTF-8") from None


def numbered(found: Mapping[str, str], prefix: str, members: Mapping[str, str]) -> list[dict[str, str]]:
    """The entries of a list, each a mapping of those of `members` that it has. `prefix` ends with a dot.

    `members` maps the spellings on the wire to the members' names. Parameters of other shapes are no entries.
    """
    size = len(prefix)
    entries: dict[int, dict[str, str]] = {}
    for name in [name for name in found if prefix in name and name.startswith(prefix)]:  # `in` is the quicker of the two
        number, _, spelled = name[size:].partition(".")
        member = members.get(spelled)
        index = number_of(number)
        if member is not None and index is not None:
            entry = entries.get(index)
            if entry is None:
                entries[index] = {member: found[name]}
            elif member not in entry:
                entry[member] = found[name]
    return in_order(entries)


def grouped(found: Mapping[str, str], prefix: str) -> list[Parameters]:
    """The entries of a list whose members are lists themselves: each with its own parameters, prefix and number gone."""
    size = len(prefix)
    entries: dict[int, Parameters] = {}
    for name in [name for name in found if name.startswith(prefix)]:
        number, _, rest = name[size:].partition(".")
        index = number_of(number)
        if index is not None and rest:
            entry = entries.get(index)
            if entry is None:
                entry = entries[index] = Parameters()
            entry.setdefault(rest, found[name])
    return in_order(entries)


def plain(found: Mapping[str, str], name: str) -> list[str]:
    """A list of values: `name` itself, and `name.1`, `name.2`, …"""
    entries = {index: value for key, value in found.items() if (index := _index_under(key, name)) is not None}
    values = in_order(entries)
    return [found[name], *values] if name in found else values


def _index_under(key: str, name: str) -> int | None:
    return number_of(key[len(name) + 1 :]) if key.startswith(name + ".") else None


def number_of(text: str) -> int | None:
    """A number as people write indices: decimal digits, not too many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def in_order(entries: Mapping[int, T]) -> list[T]:
    """The entries by their numbers; they mostly come so."""
    return [entries[index] for index in sorted(entries)] if len(entries) > 1 else list(entries.values())

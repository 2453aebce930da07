"""simpledb/DOMAIN.json becomes a domain with its items:

    {"Items": {"item": {"attribute": "value", "other": ["one", "two"]}}}

or what `aws sdb select` prints: {"Items": [{"Name": "item", "Attributes": [{"Name": "attribute", "Value": "value"}]}]}.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from condemu.server.state_files import SeedRefused
from condemu.server.state_files.asking import Asker, kind_of, listed, object_of, read_json


def names(root: Path) -> list[str]:
    """The domains that a directory tells of."""
    found = []
    for path in listed(root):
        if path.suffix == ".json":
            found.append(path.stem)
        elif not path.name.startswith("."):
            raise SeedRefused(f"{path}: here are files DOMAIN.json")
    return found


def apply(asker: Asker, root: Path, name: str) -> bool:
    """Create the domain with its items. False: there is such a domain, and it stays as it is."""
    file = root / f"{name}.json"
    where = str(file)
    told = object_of(file, read_json(file), ("DomainName", "Items", "NextToken"), "a domain")
    if told.setdefault("DomainName", name) != name:
        raise SeedRefused(f"{file}: DomainName is {told['DomainName']!r}; the file's name says {name!r}")
    if asker.simpledb(where, "DomainMetadata", {"DomainName": name}, allowed=(400,)) == 200:
        return False
    asker.simpledb(where, "CreateDomain", {"DomainName": name})
    for item, attributes in _items(file, told.get("Items", {})):
        parameters = {"DomainName": name, "ItemName": item}
        for number, (attribute, value) in enumerate(attributes, 1):
            parameters |= {f"Attribute.{number}.Name": attribute, f"Attribute.{number}.Value": value}
        asker.simpledb(f"{where}: {item}", "PutAttributes", parameters)
    return True


def _items(file: Path, items: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Names, and pairs of attributes and values, of either form."""
    if type(items) is dict:
        for name, attributes in items.items():
            if type(attributes) is not dict:
                raise SeedRefused(f"{file}: {name}: an item is an object of attributes, not {kind_of(attributes)}")
            pairs = [(one, value) for one, held in attributes.items() for value in (held if type(held) is list else [held])]
            yield name, _strings(f"{file}: {name}", pairs)
        return
    if type(items) is not list:
        raise SeedRefused(f"{file}: Items is an object or a list, not {kind_of(items)}")
    for number, item in enumerate(items, 1):
        at = f"{file}: item {number}"
        try:
            pairs = [(pair["Name"], pair["Value"]) for pair in item.get("Attributes", [])]
            name = item["Name"]
        except (KeyError, TypeError, AttributeError):
            raise SeedRefused(f"{at}: an item has a Name, and Attributes that are a list of Name and Value") from None
        yield _strings(at, [(name, "")])[0][0], _strings(at, pairs)


def _strings(at: str, pairs: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    for pair in pairs:
        for held in pair:
            if type(held) is not str:
                raise SeedRefused(f"{at}: names and values of SimpleDB are strings, and {kind_of(held)} is none")
    return pairs

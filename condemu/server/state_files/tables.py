"""dynamodb/TABLE.json becomes a table with its items. It is an object of

    CreateTable's members               or Table: what `aws dynamodb describe-table` prints
    TimeToLiveSpecification             UpdateTimeToLive's member
    Items                               the items

More items stand in TABLE.items.json, which may be what `aws dynamodb scan` prints, and in TABLE.items.jsonl, one on each line.

An item is DynamoDB's JSON or plain JSON. A key is a string, a number or bytes, so the first attribute of its key tells which:
with its type beside it, {"S": "a"}, it is an object, and in plain JSON it never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from condemu.dynamodb.requests.shapes import SHAPES
from condemu.server.state_files import SeedRefused
from condemu.server.state_files.asking import Asker, kind_of, listed, object_of, read_json, read_lines

TTL: Final = "TimeToLiveSpecification"
OWN: Final = ("Table", TTL, "Items")
PRINTED: Final = ("Count", "ScannedCount", "ConsumedCapacity")  # beside the items, by `aws dynamodb scan`
CREATION: Final = tuple(member.wire for member in SHAPES["CreateTable"].members)
MEMBERS: Final = (*CREATION, *OWN, *PRINTED)
ITEMS: Final = ".items"


def names(root: Path) -> list[str]:
    """The tables that a directory tells of."""
    found: set[str] = set()
    items: dict[str, Path] = {}
    for path in listed(root):
        if path.suffix in (".json", ".jsonl") and path.stem.endswith(ITEMS):
            items[path.stem.removesuffix(ITEMS)] = path
        elif path.suffix == ".json":
            found.add(path.stem)
        elif not path.name.startswith("."):
            raise SeedRefused(f"{path}: here are TABLE.json, TABLE.items.json and TABLE.items.jsonl")
    for name, path in items.items():
        if name not in found:
            raise SeedRefused(f"{path}: these are items of a table {name}, and there is no {name}.json that says what it is")
    return sorted(found)


def apply(asker: Asker, root: Path, name: str) -> bool:
    """Create the table with its items. False: there is such a table, and it stays as it is."""
    file = root / f"{name}.json"
    where = str(file)
    told = object_of(file, read_json(file), MEMBERS, "a table")
    definition = _definition(file, told)
    if definition.setdefault("TableName", name) != name:
        raise SeedRefused(f"{file}: TableName is {definition['TableName']!r}; the file's name says {name!r}")
    if asker.dynamodb(where, "DescribeTable", {"TableName": name}, allowed=(400,)) == 200:
        return False
    asker.dynamodb(where, "CreateTable", definition)
    if TTL in told:
        asker.dynamodb(f"{where}: {TTL}", "UpdateTimeToLive", {"TableName": name, TTL: told[TTL]})
    key = next((one["AttributeName"] for one in definition["KeySchema"] if one["KeyType"] == "HASH"), "")
    for at, item in _items(root, name, told):
        if type(item) is not dict:
            raise SeedRefused(f"{at}: an item is an object, not {kind_of(item)}")
        typed = item if isinstance(item.get(key, {}), dict) else {attribute: value_of(held) for attribute, held in item.items()}
        asker.dynamodb(at, "PutItem", {"TableName": name, "Item": typed})
    return True


def _definition(file: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    if "Table" not in told:
        return {member: told[member] for member in CREATION if member in told}
    try:
        return described(told["Table"]) | {member: told[member] for member in CREATION if member in told}
    except (AttributeError, KeyError, TypeError):
        raise SeedRefused(f"{file}: Table is not what `aws dynamodb describe-table` prints") from None


def _items(root: Path, name: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Items, and where each of them stands."""
    own, printed, lines = root / f"{name}.json", root / f"{name}{ITEMS}.json", root / f"{name}{ITEMS}.jsonl"
    found: list[tuple[Path, Any]] = [(own, told.get("Items", []))]
    if printed.exists():
        document = read_json(printed)
        if type(document) is dict:
            document = object_of(printed, document, ("Items", *PRINTED, "NextToken"), "what is scanned").get("Items", [])
        found.append((printed, document))
    if lines.exists():
        of_exports = [one["Item"] if type(one) is dict and one.keys() == {"Item"} else one for one in read_lines(lines)]
        found.append((lines, of_exports))
    for path, items in found:
        if type(items) is not list:
            raise SeedRefused(f"{path}: Items is a list of items, not {kind_of(items)}")
        for number, item in enumerate(items, 1):
            yield f"{path}: item {number}", item


def value_of(held: Any) -> dict[str, Any]:
    """A value of plain JSON with its type."""
    if held is None:
        return {"NULL": True}
    kind = type(held)
    if kind is bool:
        return {"BOOL": held}
    if kind in (int, Decimal):
        return {"N": str(held)}
    if kind is list:
        return {"L": [value_of(element) for element in held]}
    if kind is dict:
        return {"M": {name: value_of(element) for name, element in held.items()}}
    return {"S": held}


# --- what describe-table prints ---------------------------------------------------------------------------------------------


def described(table: Any) -> dict[str, Any]:
    """CreateTable's members of a table that is described."""
    as_they_are = ("TableName", "AttributeDefinitions", "KeySchema", "StreamSpecification", "DeletionProtectionEnabled")
    definition = {member: table[member] for member in as_they_are if member in table}
    on_demand = table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    definition["BillingMode"] = "PAY_PER_REQUEST" if on_demand else "PROVISIONED"
    definition |= _capacity(table, on_demand)
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if table.get(member):
            definition[member] = [_index(index, on_demand, member[0] == "G") for index in table[member]]
    if table.get("SSEDescription", {}).get("Status") in ("ENABLED", "ENABLING", "UPDATING"):
        definition["SSESpecification"] = {"Enabled": True, "SSEType": table["SSEDescription"].get("SSEType", "KMS")}
    if "TableClassSummary" in table:
        definition["TableClass"] = table["TableClassSummary"]["TableClass"]
    return definition


def _index(index: Mapping[str, Any], on_demand: bool, is_global: bool) -> dict[str, Any]:
    shown = {member: index[member] for member in ("IndexName", "KeySchema", "Projection") if member in index}
    return {**shown, **_capacity(index, on_demand)} if is_global else shown


def _capacity(described: Mapping[str, Any], on_demand: bool) -> dict[str, Any]:
    if on_demand:
        return {"OnDemandThroughput": described["OnDemandThroughput"]} if "OnDemandThroughput" in described else {}
    units = described.get("ProvisionedThroughput", {})
    return {"ProvisionedThroughput": {name: units[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits") if name in units}}

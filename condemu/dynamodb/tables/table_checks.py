"""What CreateTable's parameters must fit, once each has the right type: definitions, key schemas, indexes, projections, capacity.

The order is AWS's (recorded by dynalite's suite): capacity, the table's key schema, the local indexes one by one, the global
indexes one by one, definitions that nothing uses.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as rows
from condemu.dynamodb.errors.control import NO_GLOBAL_TABLES
from condemu.dynamodb.requests.members import Members, plain
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.requests.validation import Constraints, Problem
from condemu.dynamodb.state.records import GLOBAL, LOCAL, ON_DEMAND, Index, KeySchema, Throughput

MAX_LOCAL: Final = 5  # Developer Guide, "Service quotas"
MAX_GLOBAL: Final = 20
MAX_KEY_PARTS: Final = 4  # HASH attributes of a global index, and RANGE attributes
UNITS: Final = ("MaxReadRequestUnits", "MaxWriteRequestUnits", "ReadUnitsPerSecond", "WriteUnitsPerSecond")
TABLE_CLASSES: Final = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")


def check_table_name(request: DynamoRequest, modern: bool) -> None:
    """Refuse a missing TableName, then one of a wrong length: the control plane looks at this before all constraints."""
    name = request.members.get("TableName")
    if name is None:
        raise ServiceError(errors.TABLE_NAME_REQUIRED)
    if type(name) is str and not name.startswith("arn:"):
        _check_length(name)


def check_new_table_name(request: DynamoRequest, modern: bool) -> None:
    """The same of a table to be created, which no ARN names yet."""
    name = request.members.get("TableName")
    if name is None:
        raise ServiceError(errors.TABLE_NAME_REQUIRED)
    if type(name) is not str:
        return
    if modern and 0 < len(name) < 3:  # recorded 2026-05
        raise Constraints([Problem("tableName", name, errors.LONG_ENOUGH.format(limit=3))])
    _check_length(name)


def _check_length(name: str) -> None:
    if not 3 <= len(name) <= 255:
        raise ServiceError(errors.TABLE_NAME_LENGTH, because=f"it has {len(name)}")


def check_one_region(members: Members, names: tuple[str, ...]) -> None:
    """Refuse members that would make a table a global one: it would have no replicas, and nobody would know."""
    if not members.keys().isdisjoint(names):
        raise ServiceError(NO_GLOBAL_TABLES)


def check_capacity(members: Members) -> str:
    """The billing mode; PROVISIONED without units is refused, and units without it."""
    mode: str = members.get("BillingMode") or "PROVISIONED"
    table_class = members.get("TableClass")
    if table_class is not None and table_class not in TABLE_CLASSES:
        raise ServiceError(rows.TABLE_CLASS)
    throughput = members.get("ProvisionedThroughput")
    indexes = members.get("GlobalSecondaryIndexes") or []
    if mode == ON_DEMAND:
        if throughput is not None:
            raise ServiceError(rows.UNITS_SUPERFLUOUS)
        for index in indexes:
            if index.get("ProvisionedThroughput") is not None:
                raise ServiceError(rows.INDEX_UNITS_SUPERFLUOUS, {"index": index["IndexName"]})
        return mode
    if throughput is None:
        raise ServiceError(rows.UNITS_REQUIRED)
    check_units(throughput)
    for index in indexes:
        if index.get("ProvisionedThroughput") is None:
            raise ServiceError(rows.INDEX_UNITS_REQUIRED, {"index": index["IndexName"]})
        check_units(index["ProvisionedThroughput"], index["IndexName"])
    return mode


def check_units(throughput: Members, index: str = "") -> None:
    for member in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if throughput[member] > rows.MAX_UNITS:
            row = rows.INDEX_UNITS_OUT_OF_BOUNDS if index else rows.UNITS_OUT_OF_BOUNDS
            raise ServiceError(row, {"value": int(throughput[member]), "member": member, "index": index})


def throughput_of(wire: Members | None) -> Throughput:
    return Throughput() if wire is None else Throughput(int(wire["ReadCapacityUnits"]), int(wire["WriteCapacityUnits"]))


def units_of(wire: Members | None) -> dict[str, int]:
    """OnDemandThroughput or WarmThroughput, as they are described afterwards: without what is null or no member of them."""
    given = {} if wire is None else plain(wire)
    return {name: int(units) for name, units in given.items() if name in UNITS and units is not None}


def read_definitions(wire: list[Members] | None) -> dict[str, str]:
    definitions: dict[str, str] = {}
    for definition in wire or []:
        name = definition["AttributeName"]
        if name in definitions:
            raise ServiceError(rows.DEFINITION_REPEATED, {"name": name})
        definitions[name] = definition["AttributeType"]
    return definitions


def read_table_keys(schema: list[Members], definitions: dict[str, str]) -> KeySchema:
    if len(definitions) < len(schema):
        raise ServiceError(rows.KEY_WITHOUT_DEFINITION)
    _check_defined(schema, definitions)
    _check_pair(schema)
    return _keys(schema, definitions)


def read_indexes(members: Members, keys: KeySchema, definitions: dict[str, str]) -> tuple[Index, ...]:
    """All indexes of a table to be created, local ones first."""
    found: list[Index] = []
    local = members.get("LocalSecondaryIndexes")
    if local is not None:
        if not local:
            raise ServiceError(rows.INDEXES_EMPTY, {"kind": "LocalSecondaryIndexes"})
        if not keys.ranges:
            raise ServiceError(rows.LOCAL_WITHOUT_RANGE)
        for wire in local:
            found.append(_check_name(found, _local_index(wire, keys, definitions)))
        if len(local) > MAX_LOCAL:
            raise ServiceError(rows.LOCAL_TOO_MANY, because=f"there are {len(local)}")
    shared = members.get("GlobalSecondaryIndexes")
    if shared is not None:
        if not shared:
            raise ServiceError(rows.INDEXES_EMPTY, {"kind": "GlobalSecondaryIndexes"})
        for wire in shared:
            found.append(_check_name(found, read_global_index(wire, definitions)))
        if len(shared) > MAX_GLOBAL:
            raise ServiceError(rows.GLOBAL_TOO_MANY, because=f"there are {len(shared)}")
    return tuple(found)


def check_definitions_used(definitions: dict[str, str], keys: KeySchema, indexes: tuple[Index, ...]) -> None:
    used = {*keys.names, *(name for index in indexes for name in index.keys.names)}
    if len(used) == len(definitions):
        return
    if not indexes:
        raise ServiceError(rows.DEFINITIONS_MISCOUNTED)
    fields = {"definitions": ", ".join(sorted(definitions)), "keys": ", ".join(sorted(used))}
    raise ServiceError(rows.DEFINITIONS_UNUSED, fields)


# --- key schemas ------------------------------------------------------------------------------------------------------------


def _check_defined(schema: list[Members], definitions: dict[str, str]) -> None:
    names = list(dict.fromkeys(element["AttributeName"] for element in schema))
    if any(name not in definitions for name in names):
        fields = {"keys": ", ".join(sorted(names)), "definitions": ", ".join(sorted(definitions))}
        raise ServiceError(rows.KEYS_NOT_DEFINED, fields)


def _check_pair(schema: list[Members]) -> None:
    """One HASH attribute, and perhaps a RANGE attribute of another name."""
    if len(schema) > 1 and schema[0]["AttributeName"] == schema[1]["AttributeName"]:
        raise ServiceError(rows.KEYS_SAME_NAME)
    if schema[0]["KeyType"] != "HASH":
        raise ServiceError(rows.KEY_FIRST_NOT_HASH)
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise ServiceError(rows.KEY_SECOND_NOT_RANGE)


def _check_parts(schema: list[Members]) -> None:
    """Up to four HASH attributes, then up to four RANGE attributes, all of different names."""
    kinds = [element["KeyType"] for element in schema]
    if kinds[0] != "HASH":
        raise ServiceError(rows.KEY_FIRST_NOT_HASH)
    if kinds != sorted(kinds):
        raise ServiceError(rows.KEYS_HASH_FIRST)
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > MAX_KEY_PARTS:
            raise ServiceError(rows.KEYS_TOO_MANY, {"kind": kind})
    names = [element["AttributeName"] for element in schema]
    if len(set(names)) < len(names):
        raise ServiceError(rows.KEYS_REPEATED)


def _keys(schema: list[Members], definitions: dict[str, str]) -> KeySchema:
    parts = [(element["AttributeName"], definitions[element["AttributeName"]], element["KeyType"]) for element in schema]
    return KeySchema(
        tuple((name, key_type) for name, key_type, role in parts if role == "HASH"),
        tuple((name, key_type) for name, key_type, role in parts if role == "RANGE"),
    )


# --- indexes ----------------------------------------------------------------------------------------------------------------


def _check_name(found: list[Index], index: Index) -> Index:
    if any(other.name == index.name for other in found):
        raise ServiceError(rows.INDEX_NAME_REPEATED, {"index": index.name})
    return index


def _local_index(wire: Members, keys: KeySchema, definitions: dict[str, str]) -> Index:
    name, schema = wire["IndexName"], wire["KeySchema"]
    _check_defined(schema, definitions)
    if len(schema) > 2:
        raise ServiceError(rows.INDEX_KEYS_TOO_MANY)
    _check_pair(schema)
    if len(schema) < 2:
        raise ServiceError(rows.LOCAL_RANGE_MISSING, {"index": name})
    first, expected = schema[0]["AttributeName"], keys.hashes[0][0]
    if first != expected:
        raise ServiceError(rows.LOCAL_OTHER_HASH, {"index": name, "hash": first, "table": expected})
    projection, included = _projection(wire["Projection"])
    return Index(name, LOCAL, _keys(schema, definitions), projection, included)


def read_global_index(wire: Members, definitions: dict[str, str]) -> Index:
    schema = wire["KeySchema"]
    _check_defined(schema, definitions)
    if len(schema) <= 2 and [element["KeyType"] for element in schema] != ["HASH", "HASH"]:
        _check_pair(schema)
    elif len(schema) == 2 and schema[0]["AttributeName"] == schema[1]["AttributeName"]:
        raise ServiceError(rows.KEYS_SAME_NAME)
    _check_parts(schema)
    projection, included = _projection(wire["Projection"])
    throughput = throughput_of(wire.get("ProvisionedThroughput"))
    on_demand = units_of(wire.get("OnDemandThroughput"))
    keys = _keys(schema, definitions)
    return Index(wire["IndexName"], GLOBAL, keys, projection, included, throughput=throughput, on_demand=on_demand)


def _projection(wire: Members) -> tuple[str, tuple[str, ...]]:
    projection, included = wire.get("ProjectionType"), wire.get("NonKeyAttributes")
    if projection is None:
        raise ServiceError(rows.PROJECTION_UNKNOWN)
    if projection != "INCLUDE":
        if included is not None:
            raise ServiceError(rows.PROJECTION_SUPERFLUOUS, {"type": projection})
        return projection, ()
    if included is None:
        raise ServiceError(rows.PROJECTION_WITHOUT)
    for position, name in enumerate(included):
        if name in included[:position]:
            raise ServiceError(rows.PROJECTION_REPEATED, {"name": name})
    return projection, tuple(included)

"""The condition keys that a policy may ask about (Service Authorization Reference; Developer Guide, "Using IAM policy
conditions for fine-grained access control").

Of a table whose partition key is UserId, with an index by Game; what is asked for is Bob's item, or Ann's and Bob's. A Scan that
asks for COUNT, a batch and a transaction that ask for capacity, an update that returns ALL OLD:

| key                             | asked for            | value                    |
|---------------------------------|----------------------|--------------------------|
| dynamodb:LeadingKeys            | GetItem              | Bob                      |
| dynamodb:LeadingKeys            | Query                | Bob                      |
| dynamodb:LeadingKeys            | Query of an index    | chess                    |
| dynamodb:LeadingKeys            | Scan                 | -                        |
| dynamodb:LeadingKeys            | BatchWriteItem       | Ann, Bob                 |
| dynamodb:LeadingKeys            | PartiQLSelect        | Bob                      |
| dynamodb:LeadingKeys            | DescribeTable        | -                        |
| dynamodb:Attributes             | PutItem              | UserId, Score            |
| dynamodb:Attributes             | GetItem              | UserId                   |
| dynamodb:Attributes             | GetItem of Score     | UserId, Score            |
| dynamodb:Attributes             | PartiQLUpdate        | Score, UserId            |
| dynamodb:Attributes             | Scan                 | -                        |
| dynamodb:Select                 | Query                | ALL_ATTRIBUTES           |
| dynamodb:Select                 | Query of an index    | ALL_PROJECTED_ATTRIBUTES |
| dynamodb:Select                 | Scan                 | COUNT                    |
| dynamodb:Select                 | GetItem              | -                        |
| dynamodb:Select                 | GetItem of Score     | SPECIFIC_ATTRIBUTES      |
| dynamodb:Select                 | PartiQLSelect        | ALL_ATTRIBUTES           |
| dynamodb:Select                 | PutItem              | -                        |
| dynamodb:ReturnValues           | PutItem              | NONE                     |
| dynamodb:ReturnValues           | ConditionCheckItem   | NONE                     |
| dynamodb:ReturnValues           | PartiQLUpdate        | ALL_OLD                  |
| dynamodb:ReturnValues           | PartiQLInsert        | -                        |
| dynamodb:ReturnValues           | GetItem              | -                        |
| dynamodb:ReturnConsumedCapacity | GetItem              | -                        |
| dynamodb:ReturnConsumedCapacity | BatchWriteItem       | TOTAL                    |
| dynamodb:ReturnConsumedCapacity | ConditionCheckItem   | INDEXES                  |
| dynamodb:EnclosingOperation     | PutItem              | -                        |
| dynamodb:EnclosingOperation     | ConditionCheckItem   | TransactWriteItems       |
| dynamodb:EnclosingOperation     | PartiQLInsert        | ExecuteTransaction       |
| dynamodb:FullTableScan          | PartiQLSelect        | false                    |
| dynamodb:FullTableScan          | PartiQLSelect of all | true                     |
| dynamodb:FullTableScan          | Query                | -                        |

LeadingKeys are the values of the partition key that a request names, Attributes the top-level attributes that it names anywhere;
FirstPartitionKeyValues is LeadingKeys by another name. A value is computed when a policy asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from condemu.auth.patterns import Value
from condemu.auth.principals import PRINCIPAL_TYPES, USER, Principal
from condemu.dynamodb.access.accesses import PROJECTED, RETURNED, SCANNED, SELECTED, Access
from condemu.dynamodb.data.values import Item, decode, decode_item, print_key
from condemu.dynamodb.expressions.conditions import BoundCondition, compile_condition
from condemu.dynamodb.expressions.projections import compile_projection
from condemu.dynamodb.expressions.updates import compile_update
from condemu.dynamodb.legacy.expected import decode_conditions
from condemu.dynamodb.partiql.nodes import Delete, Exists, Select, Update
from condemu.dynamodb.partiql.permissions import held_to, names_in
from condemu.dynamodb.queries.key_conditions import from_expression, from_legacy
from condemu.dynamodb.requests.members import Document, Members, Text
from condemu.dynamodb.state.records import Table


class ConditionKeys:
    """The condition keys of one access, by their names in lower case."""

    __slots__ = ("_access", "_caller", "_now", "_region", "_table")

    def __init__(self, access: Access, table: Table | None, caller: Principal, region: str, now: float) -> None:
        self._access = access
        self._table = table
        self._caller = caller
        self._region = region
        self._now = now

    def get(self, key: str, /) -> Value | None:
        source = _DYNAMODB.get(key)
        if source is not None:
            return source(self._access, self._table)
        caller = self._caller
        if key.startswith("aws:principaltag/"):
            return {name.lower(): value for name, value in caller.tags.items()}.get(key.partition("/")[2])
        match key:
            case "aws:username":
                return caller.name if caller.kind == USER else None
            case "aws:userid":
                return caller.user_id
            case "aws:principalarn":
                return caller.identity_arn
            case "aws:principalaccount":
                return caller.account
            case "aws:principaltype":
                return PRINCIPAL_TYPES.get(caller.kind)
            case "aws:requestedregion":
                return self._region
            case "aws:epochtime":
                return str(int(self._now))
        return None


def _leading(access: Access, table: Table | None) -> Value | None:
    if table is None or access.shows == SCANNED:
        return None
    index = table.index(access.index_name) if access.index_name else None
    name = (index.keys if index else table.keys).hashes[0][0]
    if access.statement is not None:
        return held_to(access.statement, access.members.get("Parameters") or []).get(name)
    if access.shows == SELECTED:
        return [print_key(value) for value in _query_values(access.members, name)]
    return [print_key(item[name]) for item in _items(access) if name in item] or None


def _query_values(members: Members, name: str) -> list[Any]:
    if members.get("KeyConditions") is not None:
        conditions = from_legacy(decode_conditions(members["KeyConditions"]), index_named=True)
    else:
        values = {key: decode(value) for key, value in (members.get("ExpressionAttributeValues") or {}).items()}
        compiled = compile_condition("KeyConditionExpression", members["KeyConditionExpression"], _names(members))
        conditions = from_expression(BoundCondition(compiled, values), index_named=True)
    return [condition.values[0] for condition in conditions if condition.attribute == name and condition.operator == "="]


_WHOLE: Final[tuple[Document, ...]] = ("Item", "Key")


def _items(access: Access) -> Iterator[Item]:
    """Every item and key that an access names."""
    members = access.members
    for name in _WHOLE:
        if members.get(name) is not None:
            yield decode_item(members[name])
    for key in members.get("Keys") or ():
        yield decode_item(key)
    for write in access.writes:
        put = write.get("PutRequest")
        yield decode_item(write["DeleteRequest"]["Key"] if put is None else put["Item"])


def _names(members: Members) -> tuple[tuple[str, str], ...]:
    return tuple((members.get("ExpressionAttributeNames") or {}).items())


_BY_NAME: Final[tuple[Document, ...]] = ("AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
_CONDITIONS: Final[tuple[Text, ...]] = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")


def _attributes(access: Access, table: Table | None) -> Value | None:
    if access.statement is not None:
        return names_in(access.statement) or None
    members = access.members
    names: dict[str, None] = {}
    for item in _items(access):
        names.update(dict.fromkeys(item))
    names.update(dict.fromkeys(members.get("AttributesToGet") or ()))
    for parameter in _BY_NAME:
        names.update(dict.fromkeys(members.get(parameter) or ()))
    placeholders = _names(members)
    for expression in _CONDITIONS:
        if members.get(expression) is not None:
            paths = compile_condition(expression, members[expression], placeholders).paths
            names.update(dict.fromkeys(str(path[0]) for path in paths))
    if members.get("UpdateExpression") is not None:
        update = compile_update("UpdateExpression", members["UpdateExpression"], placeholders)
        names.update(dict.fromkeys(str(path[0]) for path in (*update.targets, *update.reads)))
    if members.get("ProjectionExpression") is not None:
        projection = compile_projection("ProjectionExpression", members["ProjectionExpression"], placeholders)
        names.update(dict.fromkeys(str(path[0]) for path in projection.paths))
    return list(names) or None


def _select(access: Access, table: Table | None) -> Value | None:
    members = access.members
    projected = members.get("ProjectionExpression") is not None or members.get("AttributesToGet") is not None
    if access.shows == PROJECTED:
        return "SPECIFIC_ATTRIBUTES" if projected else None
    if access.shows not in (SELECTED, SCANNED):
        return None
    if members.get("Select") is not None:
        return str(members["Select"])
    if projected or (isinstance(access.statement, Select) and access.statement.columns is not None):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if access.index_name else "ALL_ATTRIBUTES"


def _return_values(access: Access, table: Table | None) -> Value | None:
    if access.shows != RETURNED:
        return None
    if isinstance(access.statement, Update | Delete):
        return RETURNING[access.statement.returning]
    return str(access.members.get("ReturnValues") or "NONE")


# What a statement's RETURNING asks for, by the value of ReturnValues that asks for the same (inferred).
RETURNING: Final = {
    "": "NONE", "ALL OLD": "ALL_OLD", "ALL NEW": "ALL_NEW", "MODIFIED OLD": "UPDATED_OLD", "MODIFIED NEW": "UPDATED_NEW",
}  # fmt: skip


def _full_scan(access: Access, table: Table | None) -> Value | None:
    """Whether a SELECT leaves the partition open. EXISTS never does: it must name a whole key."""
    if table is None or not isinstance(access.statement, Select | Exists):
        return None
    if isinstance(access.statement, Exists):
        return "false"
    index = table.index(access.index_name) if access.index_name else None
    hashes = {name for name, _ in (index.keys if index else table.keys).hashes}
    held = held_to(access.statement, access.members.get("Parameters") or [])
    return "false" if hashes <= held.keys() else "true"


_DYNAMODB: Final[dict[str, Callable[[Access, Table | None], Value | None]]] = {
    "dynamodb:leadingkeys": _leading,
    "dynamodb:firstpartitionkeyvalues": _leading,
    "dynamodb:attributes": _attributes,
    "dynamodb:select": _select,
    "dynamodb:returnvalues": _return_values,
    "dynamodb:returnconsumedcapacity": lambda access, table: access.members.get("ReturnConsumedCapacity"),
    "dynamodb:enclosingoperation": lambda access, table: access.enclosing or None,
    "dynamodb:fulltablescan": _full_scan,
}

"""What a request asks permission for (Service Authorization Reference, "Actions defined by Amazon DynamoDB").

Elements of transactions are asked about one by one, as the single operations that they are; batches as themselves, table by
table; a Query or Scan of an index as the index; a PartiQL statement as what it does. The row of an operation says which of the
functions of this module tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.core.store import Key
from condemu.dynamodb.partiql.nodes import Delete, Exists, Select, Statement, Update
from condemu.dynamodb.partiql.parser import parse_statement
from condemu.dynamodb.partiql.permissions import action_of, source_of
from condemu.dynamodb.requests.members import Members, Structure, plain
from condemu.dynamodb.requests.request import DynamoRequest, address
from condemu.dynamodb.streams.shard_iterators import stream_of

# What a policy may ask about the items that an access shows.
NOTHING_SHOWN: Final = ""
PROJECTED: Final = "projected"  # one item, or a projection of it: GetItem
SELECTED: Final = "selected"  # as Select says, of a key: Query
SCANNED: Final = "scanned"  # as Select says, of all keys: Scan
RETURNED: Final = "returned"  # as ReturnValues says: writes


class Access(NamedTuple):
    """One thing to be allowed. `members` are of the element alone; `whose` is None for everything ("*").

    A stream and a backup are resources of their own: what a table's policy says does not count for them.
    """

    action: str
    whose: Key | None
    index_name: str | None
    members: Members
    shows: str = NOTHING_SHOWN
    enclosing: str = ""
    statement: Statement | None = None
    stream: str = ""  # the ARN of the stream that is read
    backup: str = ""  # the ARN of the backup
    writes: Sequence[Members] = ()  # the requests of a BatchWriteItem for one table


Accesses = Callable[[DynamoRequest], Iterator[Access]]


def of_everything(request: DynamoRequest) -> Iterator[Access]:
    yield Access(request.operation, None, None, request.members)


def of_table(request: DynamoRequest) -> Iterator[Access]:
    """The table, the index or the resource that the request names."""
    yield _of_table(request, NOTHING_SHOWN)


def of_new_table(request: DynamoRequest) -> Iterator[Access]:
    """The table that an import makes."""
    wanted = request.members["TableCreationParameters"]
    yield Access(request.operation, _address(request, wanted["TableName"]), None, request.members)


def of_item(request: DynamoRequest) -> Iterator[Access]:
    yield _of_table(request, PROJECTED)


def of_selection(request: DynamoRequest) -> Iterator[Access]:
    yield _of_table(request, SELECTED)


def of_scan(request: DynamoRequest) -> Iterator[Access]:
    yield _of_table(request, SCANNED)


def of_write(request: DynamoRequest) -> Iterator[Access]:
    yield _of_table(request, RETURNED)


def _of_table(request: DynamoRequest, shows: str) -> Access:
    members = request.members
    name = members.get("TableName") or members.get("ResourceArn") or members.get("TableArn") or ""
    return Access(request.operation, _address(request, name), members.get("IndexName"), members, shows)


def of_stream(request: DynamoRequest) -> Iterator[Access]:
    yield _of_stream(request, request.members["StreamArn"])


def of_iterated_stream(request: DynamoRequest) -> Iterator[Access]:
    yield _of_stream(request, stream_of(request.members["ShardIterator"]))


def _of_stream(request: DynamoRequest, stream: str) -> Access:
    return Access(request.operation, _address(request, stream), None, request.members, stream=stream)


def of_backup(request: DynamoRequest) -> Iterator[Access]:
    arn = request.members["BackupArn"]
    yield Access(request.operation, _address(request, arn), None, request.members, backup=arn)


# What a restore does to the table that it makes (Developer Guide, "Using IAM with DynamoDB backup and restore").
_RESTORING: Final = ("PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchWriteItem")


def of_restore(request: DynamoRequest) -> Iterator[Access]:
    """The backup, and reading and writing the new table."""
    yield from of_backup(request)
    yield from _of_target(request)


def of_past_table(request: DynamoRequest) -> Iterator[Access]:
    """The table whose past is restored, and reading and writing the new one."""
    members = request.members
    name = members.get("SourceTableName") or members.get("SourceTableArn") or ""
    yield Access(request.operation, _address(request, name), None, members)
    yield from _of_target(request)


def _of_target(request: DynamoRequest) -> Iterator[Access]:
    whose = _address(request, request.members["TargetTableName"])
    for action in _RESTORING:
        yield Access(action, whose, None, request.members)


def of_batched_gets(request: DynamoRequest) -> Iterator[Access]:
    members = request.members
    for name, wire in members["RequestItems"].items():
        yield Access(request.operation, address(request, name), None, _with_common(wire, members), PROJECTED)


def of_batched_writes(request: DynamoRequest) -> Iterator[Access]:
    members = request.members
    for name, wires in members["RequestItems"].items():
        yield Access(request.operation, address(request, name), None, _common(members), writes=wires)


def of_gets(request: DynamoRequest) -> Iterator[Access]:
    members, enclosing = request.members, request.operation
    for wire in members["TransactItems"]:
        get = wire["Get"]
        element = _with_common(get, members)
        yield Access("GetItem", address(request, get["TableName"]), None, element, PROJECTED, enclosing)


_ACTIONS: Final[dict[Structure, str]] = {
    "ConditionCheck": "ConditionCheckItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
}  # fmt: skip


def of_writes(request: DynamoRequest) -> Iterator[Access]:
    members, enclosing = request.members, request.operation
    for wire in members["TransactItems"]:
        kind = next(kind for kind in _ACTIONS if wire.get(kind) is not None)
        element = _with_common(wire[kind], members)
        yield Access(_ACTIONS[kind], address(request, element["TableName"]), None, element, RETURNED, enclosing)


def of_statements(request: DynamoRequest) -> Iterator[Access]:
    return _statements(request, request.members.get("Statements") or [request.members], "")


def of_transacted_statements(request: DynamoRequest) -> Iterator[Access]:
    return _statements(request, request.members["TransactStatements"], request.operation)


def _statements(request: DynamoRequest, wires: list[Members], enclosing: str) -> Iterator[Access]:
    for wire in wires:
        try:
            statement, _ = parse_statement(wire["Statement"])
        except ServiceError:
            continue  # answered in its place
        source = source_of(statement)
        element = _with_common(wire, request.members)
        where, shows = address(request, source.table), _shown_by(statement)
        yield Access(action_of(statement), where, source.index, element, shows, enclosing, statement)


def _shown_by(statement: Statement) -> str:
    if isinstance(statement, Select | Exists):
        return SELECTED
    return RETURNED if isinstance(statement, Update | Delete) else NOTHING_SHOWN


def _address(request: DynamoRequest, name: str) -> Key | None:
    """None for what names no table: whoever looks for it says so."""
    try:
        return address(request, name) if name else None
    except ServiceError:
        return None


def _with_common(element: Members, members: Members) -> Members:
    """An element of a request with what the request asks for all of them."""
    together: dict[str, Any] = {**plain(element), **_common(members)}
    return together


def _common(members: Members) -> dict[str, Any]:
    given = members.get("ReturnConsumedCapacity")
    return {} if given is None else {"ReturnConsumedCapacity": given}


def arn(access: Access) -> str:
    if access.whose is None:
        return "*"
    if access.stream or access.backup:
        return access.stream or access.backup
    account, name, region = access.whose
    index = f"/index/{access.index_name}" if access.index_name else ""
    return f"arn:aws:dynamodb:{region}:{account}:table/{name}{index}"

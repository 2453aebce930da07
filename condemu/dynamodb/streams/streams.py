"""Streams: what a table's items were and became, told in order; ListStreams, DescribeStream, GetShardIterator, GetRecords.

A stream has one shard. Its records (`stream_records.py`) are kept for a day; a stream that was disabled, or whose table is gone,
can be read to its end.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.data.values import encode_item, item_size
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, atomic, no_resource
from condemu.dynamodb.state.records import RECORDS, STREAMS, Stream, StreamRecord, item_in
from condemu.dynamodb.state.stream_records import BASE, RETENTION, WIDTH
from condemu.dynamodb.streams.shard_iterators import SALT, seal, unseal
from condemu.dynamodb.tables.descriptions import describe_keys

ITERATOR_LIFE: Final = 900.0  # seconds (API Reference, GetShardIterator)
PAGE_RECORDS: Final = 1000
PAGE_BYTES: Final = 1024 * 1024
LIST_LIMIT: Final = 100
_STREAM_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table/[a-zA-Z0-9_.-]+/stream/.+").fullmatch


def list_streams(request: DynamoRequest) -> Plan:
    members = request.members
    limit, name = int(members.get("Limit") or LIST_LIMIT), members.get("TableName")
    after = members.get("ExclusiveStartStreamArn") or ""
    if after:
        _check_arn(after)

    def decide(txn: Txn) -> Result:
        found: list[dict[str, str]] = []
        for (_, arn), stream in txn.scan(STREAMS, (request.account, after), prefix_range((request.account,))[1]):
            if arn == after or name not in (None, stream.table) or _is_over(txn, stream):
                continue
            if len(found) == limit:
                return {"Streams": found, "LastEvaluatedStreamArn": found[-1]["StreamArn"]}
            found.append({"StreamArn": arn, "TableName": stream.table, "StreamLabel": stream.label})
        return {"Streams": found}

    return atomic(request, decide, no_resource)


def describe_stream(request: DynamoRequest) -> Plan:
    members = request.members
    _check_arn(members["StreamArn"])
    wanted = members.get("ShardFilter")
    if wanted is not None and (wanted.get("Type") is None or wanted.get("ShardId") is None):
        raise ServiceError(rows.SHARD_FILTER_INCOMPLETE)

    def decide(txn: Txn) -> Result:
        stream = _known(txn, members["StreamArn"])
        bounds = {"StartingSequenceNumber": str(stream.first)}
        if stream.last is not None:
            bounds["EndingSequenceNumber"] = str(stream.last)
        shown = wanted is None and (members.get("ExclusiveStartShardId") or "") < stream.shard
        description: dict[str, Any] = {
            "StreamArn": stream.arn,
            "StreamLabel": stream.label,
            "StreamStatus": "ENABLED" if stream.last is None else "DISABLED",
            "StreamViewType": stream.view,
            "CreationRequestDateTime": round(stream.created, 3),
            "TableName": stream.table,
            "KeySchema": describe_keys(stream.keys),
            "Shards": [{"ShardId": stream.shard, "SequenceNumberRange": bounds}] if shown else [],
        }
        return {"StreamDescription": description}

    return atomic(request, decide, lambda txn: (members["StreamArn"],))


def get_shard_iterator(request: DynamoRequest) -> Plan:
    members = request.members
    how = members["ShardIteratorType"]
    _check_arn(members["StreamArn"])
    if how in ("TRIM_HORIZON", "LATEST") and members.get("SequenceNumber") is not None:
        raise ServiceError(rows.SEQUENCE_SUPERFLUOUS, {"type": how})

    def decide(txn: Txn) -> Result:
        stream = _known(txn, members["StreamArn"])
        if members["ShardId"] != stream.shard:
            raise ServiceError(rows.SHARD_NOT_FOUND)
        start = stream.first
        if how == "LATEST":
            start = BASE + txn.index * WIDTH
        elif how == "AT_TIMESTAMP":
            start = _at_time(txn, stream, members.get("Timestamp"))
        elif how != "TRIM_HORIZON":
            start = _sequence(txn, stream, members.get("SequenceNumber"), how) + (how == "AFTER_SEQUENCE_NUMBER")
        return {"ShardIterator": seal(request.seal, stream.arn, start, txn.now, _salt(request))}

    return atomic(request, decide, lambda txn: (members["StreamArn"],))


def _salt(request: DynamoRequest) -> bytes:
    """The salt of the request's iterator: another one for each request, and the same if the request is decided again."""
    return sha256(request.request_id.encode()).digest()[:SALT]


def _sequence(txn: Txn, stream: Stream, given: str | None, how: str) -> int:
    if given is None:
        raise ServiceError(rows.SEQUENCE_MISSING, {"type": how})
    sequence = int(given) if given.isdecimal() else 0
    oldest = next((key[2] for key, _ in txn.scan(RECORDS, *_all_of(stream))), stream.first)
    if sequence < min(oldest, stream.first):
        raise ServiceError(rows.SEQUENCE_TRIMMED)
    return sequence


def _at_time(txn: Txn, stream: Stream, moment: float | None) -> int:
    """The first record made at that moment or later; what comes next where there is none."""
    if moment is None:
        raise ServiceError(rows.TIMESTAMP_MISSING)
    records = txn.scan(RECORDS, *_all_of(stream))
    return next((key[2] for key, record in records if record.at >= moment), BASE + txn.index * WIDTH)


def get_records(request: DynamoRequest) -> Plan:
    members = request.members
    arn, start, made = unseal(request.seal, members["ShardIterator"])
    limit = int(members.get("Limit") or PAGE_RECORDS)

    def decide(txn: Txn) -> Result:
        stream = _known(txn, arn)
        if made < txn.now - ITERATOR_LIFE:
            raise ServiceError(rows.ITERATOR_EXPIRED, because=f"it was made {txn.now - made:.0f} seconds ago")
        records: list[dict[str, Any]] = []
        after, size = start, 0
        for (*_, sequence), record in txn.scan(RECORDS, (stream.account, arn, start), _all_of(stream)[1]):
            if len(records) == limit or size > PAGE_BYTES:
                break
            after = sequence + 1
            if record.at >= txn.now - RETENTION:
                records.append(shown_record(stream, sequence, record, request.region))
                size += int(records[-1]["dynamodb"]["SizeBytes"])
        result: dict[str, Any] = {"Records": records}
        if stream.last is None or (after <= stream.last and len(records) == limit):
            result["NextShardIterator"] = seal(request.seal, arn, after, txn.now, _salt(request))
        return result

    return atomic(request, decide, lambda txn: (arn,))


def shown_record(stream: Stream, sequence: int, record: StreamRecord, region: str) -> dict[str, Any]:
    """A record as the API gives it, its images as the view type has them."""
    new, old = (None if one is None else item_in(one) for one in (record.new, record.old))
    image = old if new is None else new
    assert image is not None
    data: dict[str, Any] = {
        "ApproximateCreationDateTime": int(record.at),
        "Keys": encode_item({name: image[name] for name in stream.keys.names}),
    }
    size = item_size({name: image[name] for name in stream.keys.names})
    for wanted, member, item in (("NEW", "NewImage", new), ("OLD", "OldImage", old)):
        if item is not None and wanted in stream.view:
            data[member] = encode_item(item)
            size += item_size(item)
    data |= {"SequenceNumber": str(sequence), "SizeBytes": size, "StreamViewType": stream.view}
    event = "INSERT" if record.old is None else "REMOVE" if record.new is None else "MODIFY"
    shown: dict[str, Any] = {
        "awsRegion": region,
        "dynamodb": data,
        "eventID": sha256(f"{stream.arn}/{sequence}".encode()).hexdigest()[:32],
        "eventName": event,
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
    }
    if record.expired:
        shown["userIdentity"] = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    return shown


def _check_arn(arn: str) -> None:
    """Refuse what does not have the form of a stream's ARN. Which one there is, is another question."""
    if not _STREAM_ARN(arn):
        raise ServiceError(rows.STREAM_ARN_INVALID, {"arn": arn})


def _known(txn: Txn, arn: str) -> Stream:
    stream: Stream | None = txn.get(STREAMS, (account_of(arn), arn))
    if stream is None or _is_over(txn, stream):
        raise ServiceError(rows.STREAM_NOT_FOUND, {"arn": arn})
    return stream


def account_of(arn: str) -> str:
    """The account that a stream's ARN names; "" for what is no ARN."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _all_of(stream: Stream) -> tuple[Key, Key]:
    """Where the records of a stream begin and end."""
    return (stream.account, stream.arn, 0), (stream.account, stream.arn, BASE * 10)


def _is_over(txn: Txn, stream: Stream) -> bool:
    """A closed stream goes when its last record does."""
    if stream.last is None:
        return False
    newest = next((record for _, record in txn.scan(RECORDS, *_all_of(stream), reverse=True)), None)
    return (newest.at if newest is not None else stream.created) < txn.now - RETENTION

"""Key conditions and segments as ranges of places.

Each hash attribute is given by equality, so a Query reads within one partition; the conditions on the range attributes bound
the sort bytes. With one range attribute these are the sort bytes of its value; with several, each part is escaped and ended
(`keys.escaped`), so that a range of the last one named is a range of all that begin alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from condemu.core.store import Key
from condemu.dynamodb.data.values import sort_bytes
from condemu.dynamodb.queries.key_conditions import KeyCondition
from condemu.dynamodb.state.keys import escaped, joined, scattered
from condemu.dynamodb.state.records import KeySchema


class Range(NamedTuple):
    """Partitions from `first` up to `last`, or the one `partition`, and in it sort bytes from `low` up to `high`. None: no
    bound.
    """

    partition: bytes | None = None
    low: bytes | None = None
    high: bytes | None = None
    first: bytes | None = None
    last: bytes | None = None

    def keys(self, account: str, name: str) -> tuple[Key, Key]:
        """Start and stop of a scan of the store, in what is called so: a table's id, or an index's."""
        start: Key
        stop: Key
        if self.partition is None:
            start = (account, name) if self.first is None else (account, name, self.first)
            stop = (account, name + "\0") if self.last is None else (account, name, self.last)
            return start, stop
        start = (account, name, self.partition) if self.low is None else (account, name, self.partition, self.low)
        stop = (account, name, self.partition + b"\0") if self.high is None else (account, name, self.partition, self.high)
        return start, stop

    def contains(self, where: Sequence[bytes]) -> bool:
        """Is a partition and sort within these bounds?"""
        partition, sort = where[0], where[1]
        if self.partition is None:
            return (self.first is None or partition >= self.first) and (self.last is None or partition < self.last)
        if partition != self.partition:
            return False
        return (self.low is None or sort >= self.low) and (self.high is None or sort < self.high)


def range_of(keys: KeySchema, hashes: Sequence[KeyCondition], ranges: Sequence[KeyCondition]) -> Range:
    partition = scattered(joined([sort_bytes(condition.values[0]) for condition in hashes]))
    if not ranges:
        return Range(partition)
    low, high = ranges[-1].bounds()
    if len(keys.ranges) == 1:
        return Range(partition, low, high)
    beginning = b"".join(escaped(sort_bytes(condition.values[0])) for condition in ranges[:-1])
    return Range(partition, *_part_bounds(beginning, ranges[-1]))


def _part_bounds(beginning: bytes, condition: KeyCondition) -> tuple[bytes, bytes | None]:
    """The bounds of one of several parts, behind the parts that are fixed."""
    values = [sort_bytes(value) for value in condition.values]
    if condition.operator == "begins_with":
        opened = beginning + values[0].replace(b"\0", b"\0\xff")
        return opened, after(opened)
    first, last = beginning + escaped(values[0]), beginning + escaped(values[-1])
    match condition.operator:
        case "<":
            return beginning, first
        case "<=":
            return beginning, after(first)
        case ">":
            return after(first) or first, after(beginning)
        case ">=":
            return first, after(beginning)
    return first, after(last)


def after(prefix: bytes) -> bytes | None:
    """The least bytes greater than all that begin with `prefix`; None where there are none."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes((stripped[-1] + 1,)) if stripped else None


def segment_range(segment: Any, total: Any) -> Range:
    """The partitions of one segment of a parallel Scan: an equal part of all hashes."""
    segment, total = int(segment), int(total)
    low, high = -(-(segment << 32) // total), -(-((segment + 1) << 32) // total)
    first = low.to_bytes(4, "big")
    return Range(first=first, last=None if high >= 1 << 32 else high.to_bytes(4, "big"))

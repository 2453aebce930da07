"""Lifecycle rules, carried out: before the first request that meets a bucket after a midnight, as commits of cause `sweep`.

A request's decision raises `Due`; the engine commits the sweep, and decides the request behind it. So nobody sees an object that
should be gone, each removal is a commit of its own in every history, and a bucket without lifecycle rules costs one look at a
field of its record. When the clock has leapt over several midnights, each at which something was due is gone through in order:
the delete marker of the third day stands when the noncurrent version's days begin.

A sweep does a bounded number of things in one decision, and says in the bucket's record how far it has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from condemu.core.calls import Decide, Due
from condemu.core.store import Txn, prefix_range
from condemu.s3.objects.lock import removal_refusal
from condemu.s3.requests.bucket import bucket_if_any
from condemu.s3.requests.copy_source import named_source
from condemu.s3.requests.request import S3Request
from condemu.s3.state import lifecycle
from condemu.s3.state.buckets import change
from condemu.s3.state.records import BUCKETS, NEVER, OBJECTS, UPLOADS, VERSIONS, Bucket, Sweep, Version, Where
from condemu.s3.state.versions import found_under, new_id, place, remove, update
from condemu.s3.uploads.parts import close

AT_ONCE: Final = 1000  # keys, or uploads, in one decision

Decided = Callable[[S3Request, Txn], Any]


def sweep_first(request: S3Request, decide: Decided, again: Decide, txn: Txn) -> None:
    """Raises Due while something is due in the bucket of the request, or in the source of its copy."""
    for name in _buckets_of(request):
        bucket = bucket_if_any(txn, request, name)
        if bucket is not None and bucket.sweep is not None and bucket.sweep.at <= txn.now:
            raise Due("Lifecycle", bucket.owner, partial(sweep, bucket.owner, name), again, partial(decide, request))


def _buckets_of(request: S3Request) -> Iterator[str]:
    yield request.bucket
    if request.operation.copies:
        source, _, _ = named_source(request)
        yield source


def sweep(owner: str, name: str, txn: Txn) -> dict[str, Any]:
    """One piece of it. A bucket's first are the uploads, then its keys in order."""
    bucket: Bucket | None = txn.get(BUCKETS, (owner, name))
    if bucket is None or bucket.sweep is None:
        return {}
    rest, done = _abort(txn, bucket) if not bucket.sweep.after else (bucket.sweep, 0)
    if done < AT_ONCE:
        rest = _over_keys(txn, bucket, rest)
    if not rest.after:  # it is through: on to the next moment at which anything is due, or to the next midnight
        rest = Sweep(rest.soonest if rest.soonest <= txn.now else lifecycle.midnight_behind(txn.now))
    now: Bucket | None = txn.get(BUCKETS, (owner, name))
    assert now is not None
    change(txn, now, sweep=rest)
    return {"Bucket": name}


def _abort(txn: Txn, bucket: Bucket) -> tuple[Sweep, int]:
    """Abort uploads whose time is up."""
    assert bucket.sweep is not None
    up = []
    soonest = bucket.sweep.soonest
    for (_, _, key, _), upload in txn.scan(UPLOADS, *prefix_range(bucket.place)):
        when, _ = lifecycle.abortion(bucket, key, upload.initiated)
        if when > bucket.sweep.at:
            soonest = min(soonest, when)
        else:
            up.append((key, upload))
            if len(up) == AT_ONCE:
                break
    for key, upload in up:
        close(txn, bucket, key, upload)
    again = len(up) == AT_ONCE  # at the same moment, once more
    return replace(bucket.sweep, soonest=bucket.sweep.at if again else soonest), len(up)


def _over_keys(txn: Txn, bucket: Bucket, begun: Sweep) -> Sweep:
    """Go over keys until enough are changed; how far it came."""
    rules = lifecycle.rules_of(bucket)
    smallest = bucket.configurations["lifecycle"]["TransitionDefaultMinimumObjectSize"]
    soonest, after, changing = begun.soonest, "", []
    first, stop = prefix_range(bucket.place)
    for where, current in txn.scan(OBJECTS, (*bucket.place, begun.after + "\0") if begun.after else first, stop):
        actions = lifecycle.due(rules, where[2], _stack(txn, bucket, where, current), smallest)
        moments = [action.when for action in actions if _may(txn, action)]
        if moments and min(moments) <= begun.at:
            changing.append(where)
            if len(changing) == AT_ONCE:
                after = where[2]
                break
        else:
            soonest = min([soonest, *moments])
    for where in changing:
        due = partial(lifecycle.due, rules, where[2], smallest=smallest)
        soonest = min(soonest, _over_key(txn, bucket, where, due, begun.at))
    return Sweep(begun.at, after, soonest)


def _over_key(txn: Txn, bucket: Bucket, where: Where, due: Callable[..., list[lifecycle.Due]], moment: float) -> float:
    """Do all that is due to a key at a moment, the first first; when the next thing is due."""
    while True:
        current: Version | None = txn.get(OBJECTS, where)
        if current is None:
            return NEVER
        actions = [action for action in due(stack=_stack(txn, bucket, where, current)) if _may(txn, action)]
        first = min(actions, key=lambda action: action.when, default=None)
        if first is None or first.when > moment:
            return NEVER if first is None else first.when
        if first.action == lifecycle.EXPIRE and bucket.versioning:
            _mark(txn, bucket, where, moment)
        elif first.action == lifecycle.MOVE:
            update(txn, bucket, where[2], first.version, replace(first.version, storage_class=first.storage_class))
        else:
            remove(txn, where, first.version, current)


def _stack(txn: Txn, bucket: Bucket, where: Where, current: Version) -> list[Version]:
    """The versions of a key, newest first."""
    if not bucket.versioning:
        return [current]
    return [current, *(version for _, version in txn.scan(VERSIONS, *prefix_range(where)))]


def _may(txn: Txn, action: lifecycle.Due) -> bool:
    """A lock keeps a version from being removed by a rule, too."""
    return action.action != lifecycle.REMOVE or removal_refusal(action.version, txn.now, False) is None


def _mark(txn: Txn, bucket: Bucket, where: Where, moment: float) -> None:
    """The bucket owner's delete marker, of the moment at which the version expired."""
    marker = Version(new_id(txn, bucket), txn.index, txn.index, moment, bucket.owner, marker=True)
    place(txn, bucket, where, found_under(txn, where), marker)

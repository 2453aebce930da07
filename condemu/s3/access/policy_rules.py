"""What S3 asks of a bucket's policy beyond IAM's grammar.

| of a statement | S3 asks                                                                                | refused by          |
|----------------|----------------------------------------------------------------------------------------|---------------------|
| each action    | to begin with `s3:` or to be `*`, and to match a real action                           | action              |
| each resource  | to be `arn:aws:s3:::` and this bucket, or a pattern that covers it; then perhaps a key | resource            |
| both           | each action matches one whose kind of resource, bucket or object, is there             | action and resource |
| each s3: key   | to be one that S3 knows                                                                | key                 |
| key and action | each action matches one that knows the key                                             | key and action      |

A policy is compiled once per text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Final

from condemu.auth.patterns import glob
from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem, Rules
from condemu.s3.access.policy_actions import ALL_ACTIONS, BUCKET_ACTIONS, OBJECT_ACTIONS
from condemu.s3.access.policy_keys import is_key_of, is_known

ARN: Final = "arn:aws:s3:::"
MAX_NORMAL_FORM: Final = 20480  # bytes (S3 User Guide, "Bucket policies")


@lru_cache(maxsize=512)
def compiled(text: str, bucket: str) -> Policy:
    """The policy of a text that a bucket holds: requests want it compiled."""
    policy = parse(text, rules_of(bucket))
    if isinstance(policy, Problem):
        raise ValueError(f"{bucket} holds a text that is no policy: {policy.kind}")
    return policy


@lru_cache(maxsize=512)
def rules_of(bucket: str) -> Rules:
    return Rules(
        principals=True,
        limit=MAX_NORMAL_FORM,
        action=_is_action,
        resource=partial(_is_resource, bucket),
        applies=_apply,
        key=is_known,
        key_applies=_is_key_of_all,
    )


@lru_cache(maxsize=1024)
def _matched(pattern: str) -> frozenset[str]:
    """The actions that a pattern means, in lower case and without their prefix."""
    lower = pattern.lower()
    if lower == "*":
        return ALL_ACTIONS
    if not lower.startswith("s3:"):
        return frozenset()
    matches = glob(lower[3:])
    return frozenset(action for action in ALL_ACTIONS if matches(action))


def _is_action(pattern: str) -> bool:
    return bool(_matched(pattern))


def _is_resource(bucket: str, pattern: str) -> bool:
    if not pattern.startswith(ARN):
        return False
    name, _, _ = pattern[len(ARN) :].partition("/")
    return bool(name) and ("${" in name or bool(glob(name)(bucket)))


def _apply(actions: Iterable[str], resources: Iterable[str]) -> bool:
    """A resource without a slash is the bucket; one with a star instead may be both."""
    places = [resource[len(ARN) :] for resource in resources]
    buckets = any("/" not in place for place in places)
    objects = any("/" in place or "*" in place for place in places)
    return all(
        (buckets and not _matched(action).isdisjoint(BUCKET_ACTIONS))
        or (objects and not _matched(action).isdisjoint(OBJECT_ACTIONS))
        for action in actions
    )


def _is_key_of_all(key: str, actions: Iterable[str]) -> bool:
    return all(any(is_key_of(key, action) for action in _matched(pattern)) for pattern in actions)

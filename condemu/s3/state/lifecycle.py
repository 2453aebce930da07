"""When a bucket's lifecycle rules do what to what it holds.

| action of a rule               | on                              | is due                                                 |
|--------------------------------|---------------------------------|--------------------------------------------------------|
| Expiration, Days               | the current version             | at the midnight (UTC) behind its time and so many days |
| Expiration, Date               | the current version             | on that date, and from then on                         |
| the same                       | a delete marker over nothing    | as if it were an object                                |
| ExpiredObjectDeleteMarker      | a delete marker over nothing    | at once                                                |
| NoncurrentVersionExpiration    | versions that are not current   | so many days behind the time of the version above      |
| Transition, …Transition        | the same as its expiration      | the same                                               |
| AbortIncompleteMultipartUpload | uploads that were not completed | so many days behind their beginning                    |

"At the midnight behind": 10:30 on the 15th and 3 days are 00:00 on the 19th (S3 User Guide, "Lifecycle configuration elements").
Where several rules apply the earliest one does. S3 goes over a bucket once a day, at its leisure; condemu does at each midnight
of the state's clock, before the first request that meets the bucket then (sweep.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from condemu.s3.state.records import NEVER, Bucket, Version
from condemu.wire.rest import http_date

Rule = dict[str, Any]  # a Rule of the document

DAY: Final = 86400.0
LAST_MIDNIGHT: Final = 253402214400.0  # of 9999-12-31: what is due later is due then, for no header tells a later date (inferred)
EXPIRE: Final = "expire"  # the current version: removed, or a delete marker is put above it
REMOVE: Final = "remove"  # this version, for good
MOVE: Final = "move"  # this version, to another storage class
# Objects go down these stairs, never up (S3 User Guide, "Supported transitions").
CLASSES: Final = (
    "STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE",
)  # fmt: skip
SMALL: Final = 128 * 1024  # bytes: what is smaller is not moved by default (S3 API Reference, PutBucketLifecycleConfiguration)
VARIES: Final = "varies_by_storage_class"


class Due(NamedTuple):
    """What is to be done to one version of a key, and when."""

    when: float
    action: str
    version: Version
    storage_class: str = ""


def rules_of(bucket: Bucket) -> list[Rule]:
    """Those that are enabled."""
    return [rule for rule in bucket.configurations["lifecycle"]["Rule"] if rule["Status"] == "Enabled"]


def midnight_behind(moment: float, days: float = 0) -> float:
    """The first midnight behind the moment and so many days."""
    return min((moment + days * DAY) // DAY * DAY + DAY, LAST_MIDNIGHT)


def prefix_of(rule: Rule) -> str:
    conditions = rule.get("Filter", {})
    prefix: str = rule.get("Prefix") or conditions.get("Prefix") or conditions.get("And", {}).get("Prefix") or ""
    return prefix


def applies(rule: Rule, key: str, version: Version) -> bool:
    """Whether the rule is for the version. Delete markers have neither tags nor a size."""
    if not key.startswith(prefix_of(rule)):
        return False
    conditions = rule.get("Filter", {})
    conditions = conditions.get("And", conditions)
    tags = conditions.get("Tag", [])
    wanted = [tags] if isinstance(tags, dict) else tags
    more, less = conditions.get("ObjectSizeGreaterThan"), conditions.get("ObjectSizeLessThan")
    if version.marker:
        return not wanted and more is None and less is None
    if (more is not None and version.size <= more) or (less is not None and version.size >= less):
        return False
    return all((tag["Key"], tag["Value"]) in version.tags for tag in wanted)


def _when(action: dict[str, Any], since: float, days: str = "Days") -> float | None:
    """When an action is due; None when it names no time."""
    if days in action:
        return midnight_behind(since, action[days])
    return action.get("Date")


def expiry(rules: Sequence[Rule], key: str, version: Version) -> tuple[float, str]:
    """When the current version expires, and by which rule; NEVER if by none."""
    times = [
        (when, rule["ID"])
        for rule in rules
        if "Expiration" in rule and applies(rule, key, version)
        if (when := _when(rule["Expiration"], version.modified)) is not None
    ]
    return min(times, key=lambda time: time[0], default=(NEVER, ""))


def expiration(bucket: Bucket, key: str, version: Version) -> str | None:
    """x-amz-expiration: the date, and the id of the rule, as it was given (third-party recordings); the reference says that it is
    percent-coded, which here is what no header can carry."""
    when, rule_id = expiry(rules_of(bucket), key, version)
    if when == NEVER:
        return None
    printable = rule_id if rule_id.isascii() and rule_id.isprintable() and '"' not in rule_id else quote(rule_id, safe="")
    return f'expiry-date="{http_date(when)}", rule-id="{printable}"'


def abortion(bucket: Bucket, key: str, initiated: float) -> tuple[float, str]:
    """When an upload is aborted, and by which rule; NEVER if by none."""
    times = [
        (midnight_behind(initiated, rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]), rule["ID"])
        for rule in rules_of(bucket)
        if "AbortIncompleteMultipartUpload" in rule and key.startswith(prefix_of(rule))
    ]
    return min(times, key=lambda time: time[0], default=(NEVER, ""))


def abort_members(bucket: Bucket, key: str, initiated: float) -> dict[str, Any]:
    """What CreateMultipartUpload and ListParts tell of that."""
    when, rule_id = abortion(bucket, key, initiated)
    return {} if when == NEVER else {"AbortDate": when, "AbortRuleId": rule_id}


def due(rules: Sequence[Rule], key: str, stack: Sequence[Version], smallest: str) -> list[Due]:
    """All that is to be done to the versions of a key, newest first, as they are. `smallest` is the configuration's
    TransitionDefaultMinimumObjectSize."""
    current = stack[0]
    found = []
    if not current.marker:
        found.append(Due(expiry(rules, key, current)[0], EXPIRE, current))
        found += _moves(rules, key, current, current.modified, 0, smallest, "Transition")
    elif len(stack) == 1:
        found += _marker_alone(rules, key, current)
    newer = 0
    for above, version in pairwise(stack):
        found += _noncurrent(rules, key, version, above.modified, newer)
        found += _moves(rules, key, version, above.modified, newer, smallest, "NoncurrentVersionTransition")
        newer += not version.marker
    return found


def _marker_alone(rules: Sequence[Rule], key: str, marker: Version) -> Iterator[Due]:
    for rule in rules:
        action = rule.get("Expiration")
        if action is None or not applies(rule, key, marker):
            continue
        when = marker.modified if action.get("ExpiredObjectDeleteMarker") else _when(action, marker.modified)
        if when is not None:
            yield Due(when, REMOVE, marker)


def _noncurrent(rules: Sequence[Rule], key: str, version: Version, since: float, newer: int) -> Iterator[Due]:
    """Those that a rule keeps are the newest that are no delete markers."""
    for rule in rules:
        action = rule.get("NoncurrentVersionExpiration")
        if action is not None and newer >= action.get("NewerNoncurrentVersions", 0) and applies(rule, key, version):
            yield Due(midnight_behind(since, action["NoncurrentDays"]), REMOVE, version)


def _moves(
    rules: Sequence[Rule], key: str, version: Version, since: float, newer: int, smallest: str, element: str
) -> Iterator[Due]:
    """Transitions to a class further down."""
    if version.marker or version.storage_class not in CLASSES:
        return
    step = CLASSES.index(version.storage_class)
    for rule in rules:
        for action in rule.get(element, ()):
            storage_class = action["StorageClass"]
            when = _when(action, since, "Days" if element == "Transition" else "NoncurrentDays")
            if (
                when is not None
                and CLASSES.index(storage_class) > step
                and newer >= action.get("NewerNoncurrentVersions", 0)
                and applies(rule, key, version)
                and (version.size >= SMALL or _small_too(rule, storage_class, smallest))
            ):
                yield Due(when, MOVE, version, storage_class)


def _small_too(rule: Rule, storage_class: str, smallest: str) -> bool:
    """Whether objects below 128 KB are moved: a rule that speaks of sizes decides for itself."""
    conditions = rule.get("Filter", {})
    conditions = conditions.get("And", conditions)
    if "ObjectSizeGreaterThan" in conditions or "ObjectSizeLessThan" in conditions:
        return True
    return smallest == VARIES and storage_class in ("GLACIER", "DEEP_ARCHIVE")

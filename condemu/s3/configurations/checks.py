"""What a configuration's shape cannot say: other buckets that it names, ARNs, and rules that contradict each other."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors import configurations as errors
from condemu.s3.requests.bucket import bucket_if_any
from condemu.s3.requests.documents import malformed, refused
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Bucket

Result = dict[str, Any]

HOME: Final = "us-east-1"  # its buckets are not told where they are (recorded)
BUCKET_ARN: Final = re.compile(r"arn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
_EVENTS: Final = {  # family -> its events; that of all, `*`, too, where there is a family
    "s3:ObjectCreated": ("*", "Put", "Post", "Copy", "CompleteMultipartUpload"),
    "s3:ObjectRemoved": ("*", "Delete", "DeleteMarkerCreated"),
    "s3:ObjectRestore": ("*", "Post", "Completed", "Delete"),
    "s3:ObjectTagging": ("*", "Put", "Delete"),
    "s3:ObjectAnnotation": ("*", "Put", "Delete"),
    "s3:ObjectAcl": ("Put",),
    "s3:ObjectRetention": ("Put",),
    "s3:LifecycleExpiration": ("*", "Delete", "DeleteMarkerCreated"),
    "s3:Replication": (
        "*", "OperationFailedReplication", "OperationNotTracked", "OperationMissedThreshold",
        "OperationReplicatedAfterThreshold",
    ),
}  # fmt: skip
EVENTS: Final = frozenset(f"{family}:{event}" for family, events in _EVENTS.items() for event in events) | {
    "s3:ReducedRedundancyLostObject", "s3:LifecycleTransition", "s3:IntelligentTiering",
}  # fmt: skip
# element -> (its destination's element, what an ARN of that is)
DESTINATIONS: Final = {
    "TopicConfiguration": ("Topic", re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:\S+")),
    "QueueConfiguration": ("Queue", re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:\S+")),
    "CloudFunctionConfiguration": ("CloudFunction", re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:\S+")),
}
MOST_DESTINATIONS: Final = 100  # S3 User Guide, "Amazon S3 Event Notifications": of one bucket
ARCHIVE_DAYS: Final = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}  # API Reference, Tiering: the fewest of each tier
MOST_ARCHIVE_DAYS: Final = 730
_ID_BYTES: Final = 27


def generated_id(txn: Txn) -> str:
    """For a rule that came without one: S3 gives it an id (documented; its form is not)."""
    return b64encode(txn.ids.token(_ID_BYTES)).decode("ascii")


def check_accelerate(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    if "." in bucket.name:
        raise ServiceError(errors.ACCELERATED_PERIODS)
    return document


def check_logging(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """The target is a bucket of the same owner in the same region."""
    enabled = document.get("LoggingEnabled")
    if enabled is None:
        return document
    target = bucket_if_any(txn, request, enabled["TargetBucket"])
    if target is None or target.owner != bucket.owner:
        because = "there is no such bucket" if target is None else "the bucket belongs to another account"
        raise ServiceError(errors.NO_LOGGING_TARGET, {"TargetBucket": enabled["TargetBucket"]}, because=because)
    if target.region != bucket.region:
        source = None if bucket.region == HOME else bucket.region
        raise ServiceError(errors.LOGGING_ELSEWHERE, {"SourceBucketLocation": source, "TargetBucketLocation": target.region})
    return document


def check_inventory(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """The destination need not be there, but its ARN must be one."""
    if BUCKET_ARN.fullmatch(document["Destination"]["S3BucketDestination"]["Bucket"]) is None:
        raise ServiceError(errors.INVALID_DESTINATION)
    return document


def check_analytics(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """As an inventory's destination (inferred)."""
    export = document["StorageClassAnalysis"].get("DataExport")
    if export is not None and BUCKET_ARN.fullmatch(export["Destination"]["S3BucketDestination"]["Bucket"]) is None:
        raise ServiceError(errors.INVALID_DESTINATION)
    return document


def check_intelligent_tiering(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """Each tier has its days, from 90 or 180 to 730 (API Reference, Tiering; the code is one of the operation's errors)."""
    for tiering in document["Tiering"]:
        if not ARCHIVE_DAYS[tiering["AccessTier"]] <= tiering["Days"] <= MOST_ARCHIVE_DAYS:
            raise ServiceError(errors.TIERING_DAYS, because=f"{tiering['AccessTier']} has {tiering['Days']} days")
    return document


def check_replication(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """Order of checks: versioning here, what a rule with a Filter needs, each destination, its versioning (inferred)."""
    if bucket.versioning != "Enabled":
        raise ServiceError(errors.REPLICATION_NEEDS_VERSIONING)
    for rule in document["Rule"]:
        for element in ("Priority", "DeleteMarkerReplication"):
            if "Filter" in rule and element not in rule:
                raise ServiceError(errors.REPLICATION_SCHEMA, {"Element": element})
        arn = BUCKET_ARN.fullmatch(rule["Destination"]["Bucket"])
        destination = bucket_if_any(txn, request, arn[1]) if arn is not None else None
        if destination is None:
            raise ServiceError(errors.NO_REPLICA_BUCKET)
        if destination.versioning != "Enabled":
            raise ServiceError(errors.REPLICA_NEEDS_VERSIONING)
    rules = [{"ID": generated_id(txn), **rule} for rule in document["Rule"]]
    return {**document, "Rule": rules}


def check_notification(txn: Txn, request: S3Request, bucket: Bucket, document: Result) -> Result:
    """Order of checks: how many there are, each one's ARN, events and filter; then whether two would tell of the same event.

    That a destination is there, and lets S3 publish to it, is not looked at: nothing is delivered.
    """
    count = sum(len(document.get(element, ())) for element in DESTINATIONS)
    if count > MOST_DESTINATIONS:
        raise malformed(f"there are {count} destinations")
    told: list[tuple[str, str, str]] = []
    kept: Result = {}
    for element, held in document.items():
        if element not in DESTINATIONS:
            kept[element] = held
            continue
        for one in held:
            _check_destination(element, one)
            told += _told_by(one)
        kept[element] = [{"Id": generated_id(txn), **one} for one in held]
    for first, second in combinations(told, 2):
        _check_overlap(first, second)
    return kept


def _check_destination(element: str, one: Result) -> None:
    tag, arn = DESTINATIONS[element]
    if arn.fullmatch(one[tag]) is None:
        raise refused(errors.INVALID_DESTINATION_ARN, tag, one[tag])
    for event in one["Event"]:
        if event not in EVENTS:
            raise refused(errors.UNKNOWN_EVENT, "Event", event)
    names = set()
    for rule in one.get("Filter", {}).get("S3Key", {}).get("FilterRule", ()):
        name = rule["Name"].lower()
        if name not in ("prefix", "suffix"):
            raise refused(errors.FILTER_RULE_NAME, "FilterRule.Name", rule["Name"])
        if name in names:
            fields = {"Name": name, "ArgumentName": "FilterRule.Name", "ArgumentValue": name}
            raise ServiceError(errors.FILTER_RULE_TWICE, fields)
        names.add(name)


def _told_by(one: Result) -> Iterator[tuple[str, str, str]]:
    """(event, prefix, suffix) of each event that a destination is told of."""
    rules = {rule["Name"].lower(): rule["Value"] for rule in one.get("Filter", {}).get("S3Key", {}).get("FilterRule", ())}
    for event in one["Event"]:
        yield event, rules.get("prefix", ""), rules.get("suffix", "")


def _check_overlap(first: tuple[str, str, str], second: tuple[str, str, str]) -> None:
    (event, prefix, suffix), (other_event, other_prefix, other_suffix) = first, second
    same = event == other_event or _covers(event, other_event) or _covers(other_event, event)
    prefixes = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
    if not (same and prefixes and (suffix.endswith(other_suffix) or other_suffix.endswith(suffix))):
        return
    if prefix or suffix or other_prefix or other_suffix:
        raise ServiceError(errors.FILTERS_OVERLAP)
    raise refused(errors.EVENTS_OVERLAP, "Event", f"{event}, {other_event}")


def _covers(event: str, other: str) -> bool:
    return event.endswith("*") and other.startswith(event[:-1])

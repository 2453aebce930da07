"""GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration, DeleteBucketLifecycle, and what a rule may not say.

What the rules do is in state/lifecycle.py; sweep.py does it.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.configurations.checks import generated_id
from condemu.s3.configurations.shapes import LIFECYCLE
from condemu.s3.errors import configurations as errors
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, malformed, refused
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.shapes import read
from condemu.s3.state.buckets import change, configure
from condemu.s3.state.lifecycle import DAY, VARIES, prefix_of
from condemu.s3.state.records import Sweep
from condemu.wire.rest import iso_8601

Rule = dict[str, Any]

MINIMUM: Final = "TransitionDefaultMinimumObjectSize"
ALL_128K: Final = "all_storage_classes_128K"
MOST_ID: Final = 255  # characters (Amazon S3 API Reference, LifecycleRule)
INFREQUENT: Final = ("STANDARD_IA", "ONEZONE_IA")
INFREQUENT_DAYS: Final = 30
ACTIONS: Final = (
    "Transition", "Expiration", "NoncurrentVersionTransition", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload",
)  # fmt: skip


def get_bucket_lifecycle_configuration(txn: Txn, request: S3Request) -> dict[str, Any]:
    held = bucket_of(txn, request).configurations.get("lifecycle")
    if held is None:
        raise ServiceError(errors.NO_LIFECYCLE, {"BucketName": request.bucket})
    return dict(held)


def put_bucket_lifecycle_configuration(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks (inferred): bucket, minimum size, shape, each rule, the rules together. What is due already is done before
    the next request that meets the bucket."""
    bucket = bucket_of(txn, request)
    minimum = request["TransitionDefaultMinimumObjectSize"] or ALL_128K
    if minimum not in (ALL_128K, VARIES):
        raise ServiceError(errors.MINIMUM_SIZE, {"Value": minimum})
    rules: list[Rule] = read(LIFECYCLE, document_of(request, "LifecycleConfiguration"))["Rule"]
    for rule in rules:
        _check_rule(rule)
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(set(ids)) < len(ids):
        raise ServiceError(errors.RULE_ID_TWICE)
    kept = [{**rule, "ID": rule["ID"]} if rule.get("ID") else {"ID": generated_id(txn), **_without_id(rule)} for rule in rules]
    configured = configure(txn, bucket, "lifecycle", {"Rule": kept, MINIMUM: minimum})
    change(txn, configured, sweep=Sweep(txn.now))
    return {MINIMUM: minimum}


def delete_bucket_lifecycle(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    if bucket.sweep is not None:
        change(txn, configure(txn, bucket, "lifecycle", None), sweep=None)
    return {}


def _without_id(rule: Rule) -> Rule:
    return {name: value for name, value in rule.items() if name != "ID"}


def _check_rule(rule: Rule) -> None:
    """Order of checks (inferred): what the rule is for, whether it does anything, each action, the actions together."""
    if len(rule.get("ID", "")) > MOST_ID:
        raise ServiceError(errors.RULE_ID_TOO_LONG)
    if ("Filter" in rule) == ("Prefix" in rule):
        raise malformed("a Rule has a Filter or a Prefix")
    conditions = rule.get("Filter", {})
    both = conditions.get("And")
    if both is not None:
        _check_and(both)
    if not any(action in rule for action in ACTIONS):
        raise ServiceError(errors.NO_ACTION)
    tagged = "Tag" in conditions or "Tag" in (both or {})
    _check_expiration(rule, tagged)
    _check_noncurrent(rule)
    for action in rule.get("Transition", ()):
        _check_transition(action)
    abort = rule.get("AbortIncompleteMultipartUpload")
    if abort is not None:
        _positive(abort, "DaysAfterInitiation", "AbortIncompleteMultipartUpload")
        if tagged:
            raise ServiceError(errors.NOT_WITH_TAGS, {"Action": "AbortIncompleteMultipartUpload"})
    _check_together(rule)


def _check_and(both: dict[str, Any]) -> None:
    keys = [tag["Key"] for tag in both.get("Tag", ())]
    if len(set(keys)) < len(keys):
        raise ServiceError(errors.DUPLICATE_TAG_KEYS)
    more, less = both.get("ObjectSizeGreaterThan"), both.get("ObjectSizeLessThan")
    if more is not None and less is not None and less <= more:
        raise ServiceError(errors.SIZES_CROSSED)
    if len(both.keys() - {"Tag"}) + len(keys) < 2:
        raise malformed("an And joins two conditions at least")


def _check_expiration(rule: Rule, tagged: bool) -> None:
    action = rule.get("Expiration")
    if action is None:
        return
    if len(action) != 1:
        raise malformed("an Expiration has Days, a Date or ExpiredObjectDeleteMarker")
    if "Days" in action:
        _positive(action, "Days", "Expiration")
    _check_date(action)
    if "ExpiredObjectDeleteMarker" in action and tagged:
        raise ServiceError(errors.NOT_WITH_TAGS, {"Action": "ExpiredObjectDeleteMarker"})


def _check_noncurrent(rule: Rule) -> None:
    action = rule.get("NoncurrentVersionExpiration")
    if action is not None:
        _positive(action, "NoncurrentDays", "NoncurrentVersionExpiration")
    for one in [*([action] if action else []), *rule.get("NoncurrentVersionTransition", ())]:
        if "NoncurrentDays" not in one:
            raise malformed("an action on noncurrent versions has NoncurrentDays")
        if "NewerNoncurrentVersions" in one and not 1 <= one["NewerNoncurrentVersions"] <= 100:
            raise malformed("NewerNoncurrentVersions is 1 to 100")


def _check_transition(action: dict[str, Any]) -> None:
    if ("Days" in action) == ("Date" in action):
        raise malformed("a Transition has Days or a Date")
    _check_date(action)
    if action["StorageClass"] in INFREQUENT and action.get("Days", INFREQUENT_DAYS) < INFREQUENT_DAYS:
        raise ServiceError(errors.TOO_EARLY_FOR_CLASS, {"StorageClass": action["StorageClass"]})


def _check_together(rule: Rule) -> None:
    """An object expires after its transitions, and all of them count in days, or all in dates."""
    expiration = rule.get("Expiration", {})
    for element, other in (("Days", "Date"), ("Date", "Days")):
        if element not in expiration:
            continue
        for action in rule.get("Transition", ()):
            fields = {"Element": element, "Prefix": prefix_of(rule)}
            if other in action:
                raise ServiceError(errors.DAYS_AND_DATES, fields)
            if expiration[element] <= action[element]:
                raise ServiceError(errors.EXPIRES_TOO_EARLY, fields)


def _check_date(action: dict[str, Any]) -> None:
    date = action.get("Date")
    if date is not None and date % DAY:
        raise refused(errors.NOT_MIDNIGHT, "Date", iso_8601(date))


def _positive(action: dict[str, Any], element: str, name: str) -> None:
    if element not in action:
        raise malformed(f"{name} has no {element}")
    if action[element] < 1:
        raise ServiceError(errors.NOT_POSITIVE, {"Element": element, "Action": name})

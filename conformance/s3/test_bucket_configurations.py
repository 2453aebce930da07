"""Configurations of buckets: what is answered while there is none, what is refused, and that what is put comes back whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ..expect import Refusal, accepted, attempt, refused, same, true, unchanged
from ..tables import truth_table
from .steps import put

Calls = tuple[str, str, dict[str, Any]]  # the operation that puts, the one that reads, what is put

QUEUE = "arn:aws:sqs:us-east-1:111122223333:queue"
FILTER = {"And": {"Prefix": "p/", "Tags": [{"Key": "k", "Value": "v"}]}}
INDEX = {"IndexDocument": {"Suffix": "index.html"}}
RULE = {"ID": "rule", "Status": "Enabled", "Filter": {"Prefix": ""}}

# What can be put on any bucket, without other buckets and without services beside S3.
WHOLE: dict[str, Calls] = {
    "abac": ("put_bucket_abac", "get_bucket_abac", {"AbacStatus": {"Status": "Enabled"}}),
    "accelerate": (
        "put_bucket_accelerate_configuration", "get_bucket_accelerate_configuration",
        {"AccelerateConfiguration": {"Status": "Suspended"}},
    ),
    "notification": (
        "put_bucket_notification_configuration", "get_bucket_notification_configuration",
        {"NotificationConfiguration": {"EventBridgeConfiguration": {}}},
    ),
    "request payment": (
        "put_bucket_request_payment", "get_bucket_request_payment", {"RequestPaymentConfiguration": {"Payer": "Requester"}},
    ),
    "website": (
        "put_bucket_website", "get_bucket_website",
        {"WebsiteConfiguration": {
            **INDEX, "ErrorDocument": {"Key": "error.html"},
            "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}],
        }},
    ),
    "lifecycle": (
        "put_bucket_lifecycle_configuration", "get_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": [
            {**RULE, "Filter": FILTER, "Expiration": {"Days": 90}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]},
            {**RULE, "ID": "uploads", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
            {**RULE, "ID": "date", "Status": "Disabled", "Expiration": {"Date": datetime(2040, 1, 1, tzinfo=UTC)},
             "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}},
        ]}},
    ),
    "metrics": (
        "put_bucket_metrics_configuration", "get_bucket_metrics_configuration",
        {"Id": "one", "MetricsConfiguration": {"Id": "one", "Filter": FILTER}},
    ),
    "analytics": (
        "put_bucket_analytics_configuration", "get_bucket_analytics_configuration",
        {"Id": "one", "AnalyticsConfiguration": {"Id": "one", "Filter": {"Prefix": "p/"}, "StorageClassAnalysis": {}}},
    ),
    "intelligent tiering": (
        "put_bucket_intelligent_tiering_configuration", "get_bucket_intelligent_tiering_configuration",
        {"Id": "one", "IntelligentTieringConfiguration": {
            "Id": "one", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
        }},
    ),
    "inventory": (
        "put_bucket_inventory_configuration", "get_bucket_inventory_configuration",
        {"Id": "one", "InventoryConfiguration": {
            "Id": "one", "IsEnabled": False, "IncludedObjectVersions": "Current", "Schedule": {"Frequency": "Weekly"},
            "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::condemu-conf-inventory", "Format": "CSV"}},
        }},
    ),
}  # fmt: skip


def called(s3: Any, name: str) -> Callable[..., Any]:
    call: Callable[..., Any] = vars(type(s3))[name].__get__(s3)
    return call


def look(s3: Any, bucket: str, name: str, **parameters: Any) -> Any:
    """What a configuration is, or how it is refused."""
    answer = attempt(called(s3, name), Bucket=bucket, **parameters)
    return (answer.status, answer.code) if isinstance(answer, Refusal) else without_metadata(answer)


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@truth_table("""
    | read                                         | code                                  | message                                                    | evidence    |
    |----------------------------------------------|---------------------------------------|------------------------------------------------------------|-------------|
    | get_bucket_lifecycle_configuration           | NoSuchLifecycleConfiguration          | The lifecycle configuration does not exist                 | recorded    |
    | get_bucket_website                           | NoSuchWebsiteConfiguration            | The specified bucket does not have a website configuration | recorded    |
    | get_bucket_replication                       | ReplicationConfigurationNotFoundError | The replication configuration was not found                | recorded    |
    | get_bucket_metrics_configuration             | NoSuchConfiguration                   | The specified configuration does not exist.                | recorded    |
    | get_bucket_analytics_configuration           | NoSuchConfiguration                   | The specified configuration does not exist.                | recorded    |
    | get_bucket_intelligent_tiering_configuration | NoSuchConfiguration                   | The specified configuration does not exist.                | inferred    |
    | get_bucket_inventory_configuration           | NoSuchConfiguration                   | The specified configuration does not exist.                | inferred    |
    | get_bucket_metadata_configuration            | MetadataConfigurationNotFound         | -                                                          | third-party |
""")  # noqa: E501
def test_a_configuration_that_was_never_put_is_404(s3: Any, own_bucket: str, row: dict[str, str]) -> None:
    """A configuration that a bucket does not have is refused with 404 and a code of its own.

    Source: recorded on AWS 2026-02 [recorded]
    """
    given = {"Id": "one"} if row["code"] == "NoSuchConfiguration" else {}
    elements = {"BucketName": own_bucket} if row.get("evidence") == "recorded" and not given else {}
    refused(
        called(s3, row["read"]), Bucket=own_bucket, **given, status=404, code=row["code"], message=row.get("message"),
        elements=elements,
    )  # fmt: skip


@truth_table("""
    | read                                           | answer                            | evidence   |
    |------------------------------------------------|-----------------------------------|------------|
    | get_bucket_accelerate_configuration            | {}                                | documented |
    | get_bucket_logging                             | {}                                | documented |
    | get_bucket_notification_configuration          | {}                                | documented |
    | get_bucket_request_payment                     | {'Payer': 'BucketOwner'}          | documented |
    | get_bucket_abac                                | {'AbacStatus': {'Status': 'Disabled'}} | documented |
    | list_bucket_metrics_configurations             | {'IsTruncated': False}            | documented |
    | list_bucket_analytics_configurations           | {'IsTruncated': False}            | documented |
    | list_bucket_intelligent_tiering_configurations | {'IsTruncated': False}            | documented |
    | list_bucket_inventory_configurations           | {'IsTruncated': False}            | documented |
""")
def test_a_configuration_that_was_never_put_has_a_default(s3: Any, own_bucket: str, row: dict[str, str]) -> None:
    """A configuration that means something by default is answered without having been put.

    Source: Amazon S3 API Reference, the page of each operation [documented]
    """
    same(str(without_metadata(accepted(called(s3, row["read"]), Bucket=own_bucket))), row["answer"], "the answer")


@pytest.mark.parametrize("name", WHOLE)
def test_a_configuration_comes_back_as_it_was_put(s3: Any, own_bucket: str, name: str) -> None:
    """What is put as a bucket's configuration is read again with every element; a second one replaces it.

    Source: Amazon S3 API Reference, the page of each operation [documented]
    """
    puts, reads, content = WHOLE[name]
    accepted(called(s3, puts), Bucket=own_bucket, **content)
    given = {"Id": "one"} if "Id" in content else {}
    found = without_metadata(accepted(called(s3, reads), Bucket=own_bucket, **given))
    found.pop("TransitionDefaultMinimumObjectSize", None)
    member, expected = list(content.items())[-1]
    same(found.get(member, found), expected, "the configuration")


@pytest.mark.parametrize("name", WHOLE)
def test_a_bucket_that_is_not_there_is_refused_before_its_configuration(s3: Any, name: str) -> None:
    """To put or read a configuration of a bucket that does not exist is 404 NoSuchBucket.

    Source: the error of every bucket operation; that it comes first is not recorded [inferred]
    """
    puts, reads, content = WHOLE[name]
    nowhere = f"condemu-conf-{uuid4().hex}"
    given = {"Id": "one"} if "Id" in content else {}
    refused(called(s3, puts), Bucket=nowhere, **content, status=404, code="NoSuchBucket")
    refused(called(s3, reads), Bucket=nowhere, **given, status=404, code="NoSuchBucket")


@pytest.mark.parametrize(
    ("puts", "content", "code", "message", "elements"),
    [
        ("website", {}, "InvalidArgument", "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
         {"ArgumentName": "IndexDocument", "ArgumentValue": "null"}),
        ("website", {"IndexDocument": {"Suffix": "/index.html"}}, "InvalidArgument",
         "The IndexDocument Suffix is not well formed", {"ArgumentName": "IndexDocument", "ArgumentValue": "/index.html"}),
        ("website", {**INDEX, "RedirectAllRequestsTo": {"HostName": "example.com"}}, "InvalidArgument",
         "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
         {"ArgumentName": "RedirectAllRequestsTo", "ArgumentValue": "not null"}),
        ("website", {**INDEX, "RoutingRules": [{"Redirect": {"Protocol": "protocol"}}]}, "InvalidRequest",
         "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.", {}),
        ("website", {**INDEX, "RoutingRules": [{"Condition": {}, "Redirect": {"HostName": "example.com"}}]}, "InvalidRequest",
         "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
         {}),
        ("website", {**INDEX, "RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]},
         "InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.", {}),
        ("lifecycle", {"Rules": [{**RULE, "Expiration": {"Date": datetime(2040, 1, 1, 1, tzinfo=UTC)}}]}, "InvalidArgument",
         "'Date' must be at midnight GMT", {"ArgumentName": "Date"}),
        ("lifecycle", {"Rules": [{**RULE, "Expiration": {"Days": 1}, "Filter": {"And": {
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}}}]},
         "InvalidRequest", "Duplicate Tag Keys are not allowed.", {}),
        ("notification", {"QueueConfigurations": [{"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"], "Filter": {
            "Key": {"FilterRules": [{"Name": "INVALID", "Value": "a"}]}}}]},
         "InvalidArgument", "filter rule name must be either prefix or suffix",
         {"ArgumentName": "FilterRule.Name", "ArgumentValue": "INVALID"}),
        ("metrics", {"Id": "two"}, "IdMismatch", "Document ID does not match the specified configuration ID.", {}),
        ("accelerate", {"Status": "Disabled"}, "MalformedXML", None, {}),
    ],
)  # fmt: skip
def test_a_configuration_that_contradicts_itself_is_refused(
    s3: Any, own_bucket: str, puts: str, content: dict[str, Any], code: str, message: str | None, elements: dict[str, str]
) -> None:
    """A configuration that says what cannot be is refused with 400, and nothing is stored.

    Source: recorded on AWS 2026-02 [recorded]
    """
    call, reads, whole = WHOLE[puts]
    given = {"Id": "one"} if "Id" in whole else {}
    with unchanged(lambda: look(s3, own_bucket, reads, **given), "the configuration"):
        refused(
            called(s3, call), Bucket=own_bucket, **given, **{list(whole)[-1]: content}, status=400, code=code, message=message,
            elements=elements,
        )  # fmt: skip


@truth_table("""
    | element                     | value | message                                                                              |
    |-----------------------------|-------|--------------------------------------------------------------------------------------|
    | HttpRedirectCode            | 200   | The provided HTTP redirect code (200) is not valid. Valid codes are 3XX except 300.  |
    | HttpRedirectCode            | 300   | The provided HTTP redirect code (300) is not valid. Valid codes are 3XX except 300.  |
    | HttpErrorCodeReturnedEquals | 302   | The provided HTTP error code (302) is not valid. Valid codes are 4XX or 5XX.         |
""")
def test_codes_in_the_rules_of_a_website(s3: Any, own_bucket: str, row: dict[str, str]) -> None:
    """A rule redirects with a code of 3XX but 300, and is for errors of 4XX or 5XX.

    Source: texts that several third parties have from AWS [third-party]
    """
    redirect = {"HostName": "example.com"}
    given = {row["element"]: row["value"]}
    rule = {"Redirect": {**redirect, **given}} if "Redirect" in row["element"] else {"Condition": given, "Redirect": redirect}
    with unchanged(lambda: look(s3, own_bucket, "get_bucket_website"), "the website"):
        refused(
            s3.put_bucket_website, Bucket=own_bucket, WebsiteConfiguration={**INDEX, "RoutingRules": [rule]}, status=400,
            code="InvalidRequest", message=row["message"],
        )  # fmt: skip


@pytest.mark.parametrize(("tier", "fewest"), [("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 180)])
def test_days_of_a_tier(s3: Any, own_bucket: str, tier: str, fewest: int) -> None:
    """A tier of intelligent tiering begins after 90 or 180 days, and within 730.

    Source: Amazon S3 API Reference, "Tiering"; the code is one of the operation's errors [documented]
    """
    reads = "get_bucket_intelligent_tiering_configuration"
    for days in (fewest - 1, 731):
        held = {"Id": "one", "Status": "Enabled", "Tierings": [{"Days": days, "AccessTier": tier}]}
        with unchanged(lambda: look(s3, own_bucket, reads, Id="one"), "the configuration"):
            refused(
                s3.put_bucket_intelligent_tiering_configuration, Bucket=own_bucket, Id="one",
                IntelligentTieringConfiguration=held, status=400, code="InvalidArgument",
            )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ({"Expiration": {"Days": 0}}, "InvalidArgument", "'Days' for Expiration action must be a positive integer"),
        ({"Expiration": {"Days": 30}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}, "InvalidArgument",
         "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action"),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}, "Filter": {"Tag": {"Key": "k", "Value": "v"}}},
         "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags."),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}, "Filter": {"Tag": {"Key": "k", "Value": "v"}}},
         "InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags."),
        ({}, "InvalidRequest", "At least one action needs to be specified in a rule"),
        ({"Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument",
         "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'"),
    ],
)  # fmt: skip
def test_a_lifecycle_rule_that_cannot_be_is_refused(
    s3: Any, own_bucket: str, rule: dict[str, Any], code: str, message: str
) -> None:
    """A lifecycle rule that contradicts itself is refused with 400, and nothing is stored.

    Source: answers of AWS that users of CloudFormation, Terraform and the SDKs have published [third-party]
    """
    with unchanged(lambda: look(s3, own_bucket, "get_bucket_lifecycle_configuration"), "the configuration"):
        refused(
            s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration={"Rules": [{**RULE, **rule}]},
            status=400, code=code, message=message,
        )  # fmt: skip


def test_two_rules_have_two_ids(s3: Any, own_bucket: str) -> None:
    """Two lifecycle rules of one id are refused; a rule without one is given one.

    Source: answers of AWS that users have published [third-party]
    """
    rule = {**RULE, "Expiration": {"Days": 1}}
    with unchanged(lambda: look(s3, own_bucket, "get_bucket_lifecycle_configuration"), "the configuration"):
        refused(
            s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration={"Rules": [rule, rule]},
            status=400, code="InvalidArgument", message="Rule ID must be unique. Found same ID for more than one rule",
        )  # fmt: skip
    unnamed = {name: value for name, value in rule.items() if name != "ID"}
    accepted(s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration={"Rules": [unnamed, rule]})
    found = accepted(s3.get_bucket_lifecycle_configuration, Bucket=own_bucket)["Rules"]
    true(all(one.get("ID") for one in found) and found[0]["ID"] != "rule", "every rule has an id of its own")


def test_the_default_minimum_size_of_transitions(s3: Any, own_bucket: str) -> None:
    """Objects below 128 KB are not moved by default; another default is kept, an unknown one refused.

    Source: recorded on AWS 2026-02 [recorded]
    Source: Amazon S3 API Reference, PutBucketLifecycleConfiguration [documented]
    """
    rules = {"Rules": [{**RULE, "Expiration": {"Days": 1}}]}
    first = accepted(s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration=rules)
    same(first.get("TransitionDefaultMinimumObjectSize"), "all_storage_classes_128K", "the default")
    varies = "varies_by_storage_class"
    accepted(
        s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration=rules,
        TransitionDefaultMinimumObjectSize=varies,
    )  # fmt: skip
    found = accepted(s3.get_bucket_lifecycle_configuration, Bucket=own_bucket)
    same(found.get("TransitionDefaultMinimumObjectSize"), varies, "what was put")
    with unchanged(lambda: look(s3, own_bucket, "get_bucket_lifecycle_configuration"), "the configuration"):
        refused(
            s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration=rules,
            TransitionDefaultMinimumObjectSize="value", status=400, code="InvalidRequest",
            message="Invalid TransitionDefaultMinimumObjectSize found: value",
        )  # fmt: skip


def test_an_object_tells_when_it_expires(s3: Any, own_bucket: str, key: str) -> None:
    """x-amz-expiration names the midnight (UTC) behind the rule's days, and the rule; an object that no rule is for has none.

    Source: S3 User Guide, "Lifecycle configuration elements"; published answers of AWS [documented]
    """
    rules = {"Rules": [{**RULE, "ID": "Rule for logs", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}}]}
    accepted(s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration=rules)
    put(s3, own_bucket, f"logs/{key}", b"a")
    put(s3, own_bucket, key, b"a")
    head = accepted(s3.head_object, Bucket=own_bucket, Key=f"logs/{key}")
    days = head["LastModified"].timestamp() // 86400 + 4
    expires = datetime.fromtimestamp(days * 86400, UTC).strftime("%a, %d %b %Y 00:00:00 GMT")
    same(head.get("Expiration"), f'expiry-date="{expires}", rule-id="Rule for logs"', "x-amz-expiration")
    same(accepted(s3.head_object, Bucket=own_bucket, Key=key).get("Expiration"), None, "x-amz-expiration of another key")


def test_an_upload_tells_when_it_is_aborted(s3: Any, own_bucket: str, key: str) -> None:
    """CreateMultipartUpload and ListParts tell the date at which a rule aborts the upload; no rule, no date.

    Source: Amazon S3 API Reference, CreateMultipartUpload and ListParts [documented]
    """
    rule = {**RULE, "Filter": {"Prefix": "a/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}
    accepted(s3.put_bucket_lifecycle_configuration, Bucket=own_bucket, LifecycleConfiguration={"Rules": [rule]})
    begun = accepted(s3.create_multipart_upload, Bucket=own_bucket, Key=f"a/{key}")
    same(begun.get("AbortRuleId"), "rule", "the rule")
    listed = accepted(s3.list_parts, Bucket=own_bucket, Key=f"a/{key}", UploadId=begun["UploadId"])
    same(listed.get("AbortDate"), begun["AbortDate"], "the date")
    other = accepted(s3.create_multipart_upload, Bucket=own_bucket, Key=key)
    same(other.get("AbortDate"), None, "the date for a key of no rule")
    for name, upload in ((f"a/{key}", begun), (key, other)):
        accepted(s3.abort_multipart_upload, Bucket=own_bucket, Key=name, UploadId=upload["UploadId"])


@pytest.mark.needs("s3.versioning")
def test_replication_needs_versions(s3: Any, own_bucket: str, resources: Any) -> None:
    """A replication configuration needs versioning on the bucket, and on the destination.

    Source: recorded on AWS 2026-02 [recorded]
    """
    destination = resources.bucket()
    rule = {
        "ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
    }  # fmt: skip
    content = {"Role": "arn:aws:iam::111122223333:role/condemu-conf", "Rules": [rule]}

    def refuse(message: str) -> None:
        with unchanged(lambda: look(s3, own_bucket, "get_bucket_replication"), "the configuration"):
            refused(
                s3.put_bucket_replication, Bucket=own_bucket, ReplicationConfiguration=content, status=400,
                code="InvalidRequest", message=message,
            )  # fmt: skip

    refuse("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    accepted(s3.put_bucket_versioning, Bucket=own_bucket, VersioningConfiguration={"Status": "Enabled"})
    refuse("Destination bucket must have versioning enabled.")


def test_logs_need_a_bucket_that_is_there(s3: Any, own_bucket: str) -> None:
    """The target of logging must exist; an empty status switches logging off.

    Source: recorded on AWS 2026-02 [recorded]
    """
    nowhere = f"condemu-conf-{uuid4().hex}"
    with unchanged(lambda: look(s3, own_bucket, "get_bucket_logging"), "the configuration"):
        refused(
            s3.put_bucket_logging, Bucket=own_bucket,
            BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": nowhere, "TargetPrefix": ""}},
            status=400, code="InvalidTargetBucketForLogging", message="The target bucket for logging does not exist",
            elements={"TargetBucket": nowhere},
        )  # fmt: skip
    accepted(
        s3.put_bucket_logging, Bucket=own_bucket,
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": own_bucket, "TargetPrefix": "log/"}},
    )  # fmt: skip
    same(accepted(s3.get_bucket_logging, Bucket=own_bucket)["LoggingEnabled"]["TargetPrefix"], "log/", "the prefix")
    accepted(s3.put_bucket_logging, Bucket=own_bucket, BucketLoggingStatus={})
    same(look(s3, own_bucket, "get_bucket_logging"), {}, "what is left")


def test_a_configuration_with_an_id_is_deleted_once(s3: Any, own_bucket: str) -> None:
    """To delete a configuration with an id twice is 404 the second time.

    Source: recorded on AWS 2026-02 for metrics [recorded]
    """
    accepted(s3.put_bucket_metrics_configuration, Bucket=own_bucket, Id="one", MetricsConfiguration={"Id": "one"})
    found = accepted(s3.list_bucket_metrics_configurations, Bucket=own_bucket)
    same([one["Id"] for one in found["MetricsConfigurationList"]], ["one"], "the list")
    accepted(s3.delete_bucket_metrics_configuration, Bucket=own_bucket, Id="one")
    refused(s3.delete_bucket_metrics_configuration, Bucket=own_bucket, Id="one", status=404, code="NoSuchConfiguration")


def test_a_configuration_without_an_id_is_deleted_as_often_as_one_likes(s3: Any, own_bucket: str) -> None:
    """To delete a website, a replication or a lifecycle configuration that is not there is no error.

    Source: Amazon S3 API Reference, DeleteBucketWebsite, DeleteBucketReplication and DeleteBucketLifecycle [documented]
    """
    accepted(s3.put_bucket_website, Bucket=own_bucket, WebsiteConfiguration=INDEX)
    for _ in range(2):
        accepted(s3.delete_bucket_website, Bucket=own_bucket)
        accepted(s3.delete_bucket_replication, Bucket=own_bucket)
        accepted(s3.delete_bucket_lifecycle, Bucket=own_bucket)
    same(look(s3, own_bucket, "get_bucket_website"), (404, "NoSuchWebsiteConfiguration"), "the website")

"""The documents of a bucket's configurations. Their language is told in requests/shapes.py; a test holds them against botocore.

The order of fields is that of the sample responses in the API reference. Where there is no sample, it is the model's (inferred).
"""

from __future__ import annotations

from typing import Final

from condemu.s3.requests.shapes import MAX_LONG, Field, Flag, Group, Moment, Number, Text

RULES: Final = 1000  # Amazon S3 User Guide: of one lifecycle or replication configuration
SEVERAL: Final = 1000  # what has no limit of its own in AWS's text

TEXT: Final = Text()
ON_OR_OFF: Final = Text(("Enabled", "Disabled"))
STATUS: Final = Group((Field("Status", ON_OR_OFF, needed=True),))

TAG: Final = Group((Field("Key", TEXT, needed=True), Field("Value", TEXT, needed=True)))
PREFIX: Final = Field("Prefix", TEXT)
TAGS: Final = Field("Tag", TAG, most=SEVERAL)
ONE_TAG: Final = Field("Tag", TAG)
FILTER: Final = Group((PREFIX, ONE_TAG, Field("And", Group((PREFIX, TAGS)))), alternatives=True)

ACCELERATE: Final = Group((Field("Status", Text(("Enabled", "Suspended")), needed=True),))
ABAC: Final = Group((Field("Status", ON_OR_OFF, needed=True),))
REQUEST_PAYMENT: Final = Group((Field("Payer", Text(("Requester", "BucketOwner")), needed=True),))

# --- logging ---

GRANTEE: Final = Group(
    (Field("DisplayName", TEXT), Field("EmailAddress", TEXT), Field("ID", TEXT), Field("URI", TEXT)),
    types=("CanonicalUser", "AmazonCustomerByEmail", "Group"),
)
GRANT: Final = Group(
    (
        Field("Grantee", GRANTEE, needed=True),
        Field("Permission", Text(("FULL_CONTROL", "READ", "WRITE")), needed=True),
    )
)
KEY_FORMAT: Final = Group(
    (
        Field("SimplePrefix", Group(())),
        Field("PartitionedPrefix", Group((Field("PartitionDateSource", Text(("EventTime", "DeliveryTime"))),))),
    ),
    alternatives=True,
)
LOGGING: Final = Group((
    Field("LoggingEnabled", Group((
        Field("TargetBucket", TEXT, needed=True),
        Field("TargetPrefix", TEXT, needed=True),
        Field("TargetGrants", Group((Field("Grant", GRANT, most=SEVERAL),))),
        Field("TargetObjectKeyFormat", KEY_FORMAT),
    ))),
))  # fmt: skip

# --- notification ---

FILTER_RULE: Final = Group((Field("Name", TEXT, needed=True), Field("Value", TEXT, needed=True)))
KEY_FILTER: Final = Group((Field("S3Key", Group((Field("FilterRule", FILTER_RULE, most=SEVERAL),))),))


def _destination(tag: str) -> Group:
    return Group(
        (
            Field("Id", TEXT),
            Field(tag, TEXT, needed=True),
            Field("Event", TEXT, needed=True, most=SEVERAL),
            Field("Filter", KEY_FILTER),
        )
    )


NOTIFICATION: Final = Group(
    (
        Field("TopicConfiguration", _destination("Topic"), most=SEVERAL),
        Field("QueueConfiguration", _destination("Queue"), most=SEVERAL),
        Field("CloudFunctionConfiguration", _destination("CloudFunction"), most=SEVERAL),
        Field("EventBridgeConfiguration", Group(())),
    )
)

# --- replication ---

MINUTES: Final = Group((Field("Minutes", Number()),))
REPLICA: Final = Group((
    Field("Bucket", TEXT, needed=True),
    Field("Account", TEXT),
    Field("StorageClass", Text((
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
        "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP",
    ))),
    Field("AccessControlTranslation", Group((Field("Owner", Text(("Destination",)), needed=True),))),
    Field("EncryptionConfiguration", Group((Field("ReplicaKmsKeyID", TEXT),))),
    Field("ReplicationTime", Group((Field("Status", ON_OR_OFF, needed=True), Field("Time", MINUTES, needed=True)))),
    Field("Metrics", Group((Field("Status", ON_OR_OFF, needed=True), Field("EventThreshold", MINUTES)))),
))  # fmt: skip
REPLICATION: Final = Group((
    Field("Role", TEXT, needed=True),
    Field("Rule", Group((
        Field("ID", TEXT),
        Field("Status", ON_OR_OFF, needed=True),
        Field("Priority", Number()),
        Field("DeleteMarkerReplication", Group((Field("Status", ON_OR_OFF),))),
        Field("Filter", FILTER),
        Field("Prefix", TEXT),
        Field("SourceSelectionCriteria", Group((
            Field("SseKmsEncryptedObjects", STATUS),
            Field("ReplicaModifications", STATUS),
        ))),
        Field("ExistingObjectReplication", STATUS),
        Field("Destination", REPLICA, needed=True),
    )), needed=True, most=RULES),
))  # fmt: skip

# --- those that have an id ---

INVENTORY: Final = Group((
    Field("Id", TEXT, needed=True),
    Field("IsEnabled", Flag(), needed=True),
    Field("Destination", Group((
        Field("S3BucketDestination", Group((
            Field("Format", Text(("CSV", "ORC", "Parquet")), needed=True),
            Field("AccountId", TEXT),
            Field("Bucket", TEXT, needed=True),
            Field("Prefix", TEXT),
            Field("Encryption", Group(
                (Field("SSE-S3", Group(())), Field("SSE-KMS", Group((Field("KeyId", TEXT, needed=True),)))),
                alternatives=True,
            )),
        )), needed=True),
    )), needed=True),
    Field("Schedule", Group((Field("Frequency", Text(("Daily", "Weekly")), needed=True),)), needed=True),
    Field("Filter", Group((Field("Prefix", TEXT, needed=True),))),
    Field("IncludedObjectVersions", Text(("All", "Current")), needed=True),
    Field("OptionalFields", Group((
        Field("Field", Text((
            "Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded", "ReplicationStatus", "EncryptionStatus",
            "ObjectLockRetainUntilDate", "ObjectLockMode", "ObjectLockLegalHoldStatus", "ObjectLockEventHoldStatus",
            "ObjectLockEventHoldDuration", "IntelligentTieringAccessTier", "BucketKeyStatus", "ChecksumAlgorithm",
            "ObjectAccessControlList", "ObjectOwner", "LifecycleExpirationDate", "IntelligentTieringReferenceDate",
        )), most=SEVERAL),
    ))),
))  # fmt: skip
ACCESS_POINT: Final = Field("AccessPointArn", TEXT)
METRICS: Final = Group((
    Field("Id", TEXT, needed=True),
    Field("Filter", Group(
        (PREFIX, ONE_TAG, ACCESS_POINT, Field("And", Group((PREFIX, TAGS, ACCESS_POINT)))), alternatives=True,
    )),
))  # fmt: skip
ANALYTICS: Final = Group((
    Field("Id", TEXT, needed=True),
    Field("Filter", FILTER),
    Field("StorageClassAnalysis", Group((
        Field("DataExport", Group((
            Field("OutputSchemaVersion", Text(("V_1",)), needed=True),
            Field("Destination", Group((
                Field("S3BucketDestination", Group((
                    Field("Format", Text(("CSV",)), needed=True),
                    Field("BucketAccountId", TEXT),
                    Field("Bucket", TEXT, needed=True),
                    Field("Prefix", TEXT),
                )), needed=True),
            )), needed=True),
        ))),
    )), needed=True),
))  # fmt: skip
INTELLIGENT_TIERING: Final = Group((
    Field("Id", TEXT, needed=True),
    Field("Filter", FILTER),
    Field("Status", ON_OR_OFF, needed=True),
    Field("Tiering", Group((
        Field("Days", Number(), needed=True),
        Field("AccessTier", Text(("ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS")), needed=True),
    )), needed=True, most=SEVERAL),
))  # fmt: skip

# --- lifecycle ---

SIZE: Final = Number(most=MAX_LONG)
SIZES: Final = (Field("ObjectSizeGreaterThan", SIZE), Field("ObjectSizeLessThan", SIZE))
STORAGE_CLASS: Final = Field(
    "StorageClass",
    Text(("GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR")),
    needed=True,
)
LIFECYCLE: Final = Group((
    Field("Rule", Group((
        Field("ID", TEXT),
        Field("Filter", Group(
            (PREFIX, ONE_TAG, *SIZES, Field("And", Group((PREFIX, TAGS, *SIZES)))), alternatives=True,
        )),
        Field("Prefix", TEXT),
        Field("Status", ON_OR_OFF, needed=True),
        Field("Transition", Group((Field("Days", Number()), Field("Date", Moment()), STORAGE_CLASS)), most=SEVERAL),
        Field("Expiration", Group(
            (Field("Days", Number()), Field("Date", Moment()), Field("ExpiredObjectDeleteMarker", Flag())),
        )),
        Field("NoncurrentVersionTransition", Group((
            Field("NoncurrentDays", Number()), Field("NewerNoncurrentVersions", Number()), STORAGE_CLASS,
        )), most=SEVERAL),
        Field("NoncurrentVersionExpiration", Group((
            Field("NoncurrentDays", Number()), Field("NewerNoncurrentVersions", Number()),
        ))),
        Field("AbortIncompleteMultipartUpload", Group((Field("DaysAfterInitiation", Number()),))),
    )), needed=True, most=RULES),
))  # fmt: skip

# --- website ---

HOST: Final = Field("HostName", TEXT)
WEBSITE: Final = Group((
    Field("RedirectAllRequestsTo", Group((Field("HostName", TEXT, needed=True), Field("Protocol", TEXT)))),
    Field("IndexDocument", Group((Field("Suffix", TEXT, needed=True),))),
    Field("ErrorDocument", Group((Field("Key", TEXT, needed=True),))),
    Field("RoutingRules", Group((
        Field("RoutingRule", Group((
            Field("Condition", Group((Field("KeyPrefixEquals", TEXT), Field("HttpErrorCodeReturnedEquals", TEXT)))),
            Field("Redirect", Group((
                Field("Protocol", TEXT), HOST, Field("ReplaceKeyPrefixWith", TEXT), Field("ReplaceKeyWith", TEXT),
                Field("HttpRedirectCode", TEXT),
            )), needed=True),
        )), needed=True, most=SEVERAL),
    ))),
))  # fmt: skip

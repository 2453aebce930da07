"""The configurations that a bucket keeps as documents, and the operations on them.

What most of them ask for happens elsewhere at AWS, or costs money there; here they are kept, checked and answered, which is all
that tools ask (docs/s3-compatibility.md names those that have no effect). Lifecycle rules and websites do have effects, and
modules of their own.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from condemu.s3.configurations import checks, engine, lifecycle, metadata, shapes
from condemu.s3.configurations.engine import Configuration
from condemu.s3.configurations.website import check_website
from condemu.s3.errors.configurations import NO_REPLICATION, NO_WEBSITE
from condemu.s3.requests.operation import XML, Operation
from condemu.s3.requests.request import Row

ABAC: Final = Configuration("abac", "AbacStatus", shapes.ABAC, none={"Status": "Disabled"})
ACCELERATE: Final = Configuration(
    "accelerate", "AccelerateConfiguration", shapes.ACCELERATE, none={}, check=checks.check_accelerate
)
LOGGING: Final = Configuration(
    "logging", "BucketLoggingStatus", shapes.LOGGING, none={}, check=checks.check_logging, empties=True
)
NOTIFICATION: Final = Configuration(
    "notification", "NotificationConfiguration", shapes.NOTIFICATION, none={}, check=checks.check_notification, empties=True
)
REPLICATION: Final = Configuration(
    "replication", "ReplicationConfiguration", shapes.REPLICATION, none=NO_REPLICATION, check=checks.check_replication
)
REQUEST_PAYMENT: Final = Configuration(
    "requestPayment", "RequestPaymentConfiguration", shapes.REQUEST_PAYMENT, none={"Payer": "BucketOwner"}
)
WEBSITE: Final = Configuration("website", "WebsiteConfiguration", shapes.WEBSITE, none=NO_WEBSITE, check=check_website)

ANALYTICS: Final = Configuration(
    "analytics", "AnalyticsConfiguration", shapes.ANALYTICS, check=checks.check_analytics,
    list_root="ListBucketAnalyticsConfigurationResult",
)  # fmt: skip
INTELLIGENT_TIERING: Final = Configuration(
    "intelligent-tiering", "IntelligentTieringConfiguration", shapes.INTELLIGENT_TIERING,
    check=checks.check_intelligent_tiering,
    list_root="ListBucketIntelligentTieringConfigurationsOutput",
)  # fmt: skip
INVENTORY: Final = Configuration(
    "inventory", "InventoryConfiguration", shapes.INVENTORY, check=checks.check_inventory,
    list_root="ListInventoryConfigurationsResult",
)  # fmt: skip
METRICS: Final = Configuration("metrics", "MetricsConfiguration", shapes.METRICS, list_root="ListMetricsConfigurationsResult")


def _get(name: str, kind: Configuration, action: str) -> Row:
    also = "id" if kind.list_root else ""
    return Operation(
        name, "GET", "bucket", kind.marker, also=also, handler=partial(engine.get, kind), root=kind.root, actions=(action,)
    )


def _put(name: str, kind: Configuration, action: str, status: int = 200) -> Row:
    also = "id" if kind.list_root else ""
    return Operation(
        name, "PUT", "bucket", kind.marker, also=also, handler=partial(engine.put, kind), writes=True, takes=XML, status=status,
        actions=(action,),
    )  # fmt: skip


def _delete(name: str, kind: Configuration, action: str) -> Row:
    also = "id" if kind.list_root else ""
    return Operation(
        name, "DELETE", "bucket", kind.marker, also=also, handler=partial(engine.delete, kind), writes=True, status=204,
        actions=(action,),
    )  # fmt: skip


def _list(name: str, kind: Configuration, action: str) -> Row:
    return Operation(
        name, "GET", "bucket", kind.marker, handler=partial(engine.list_all, kind), root=kind.list_root, actions=(action,)
    )


OPERATIONS: Final[tuple[Row, ...]] = (
    _get("GetBucketAbac", ABAC, "s3:GetBucketAbac"),
    _put("PutBucketAbac", ABAC, "s3:PutBucketAbac"),
    _get("GetBucketAccelerateConfiguration", ACCELERATE, "s3:GetAccelerateConfiguration"),
    _put("PutBucketAccelerateConfiguration", ACCELERATE, "s3:PutAccelerateConfiguration"),
    _get("GetBucketLogging", LOGGING, "s3:GetBucketLogging"),
    _put("PutBucketLogging", LOGGING, "s3:PutBucketLogging"),
    _get("GetBucketNotificationConfiguration", NOTIFICATION, "s3:GetBucketNotification"),
    _put("PutBucketNotificationConfiguration", NOTIFICATION, "s3:PutBucketNotification"),
    _get("GetBucketReplication", REPLICATION, "s3:GetReplicationConfiguration"),
    _put("PutBucketReplication", REPLICATION, "s3:PutReplicationConfiguration"),
    _delete("DeleteBucketReplication", REPLICATION, "s3:PutReplicationConfiguration"),
    _get("GetBucketRequestPayment", REQUEST_PAYMENT, "s3:GetBucketRequestPayment"),
    _put("PutBucketRequestPayment", REQUEST_PAYMENT, "s3:PutBucketRequestPayment"),
    _get("GetBucketWebsite", WEBSITE, "s3:GetBucketWebsite"),
    _put("PutBucketWebsite", WEBSITE, "s3:PutBucketWebsite"),
    _delete("DeleteBucketWebsite", WEBSITE, "s3:DeleteBucketWebsite"),
    _get("GetBucketAnalyticsConfiguration", ANALYTICS, "s3:GetAnalyticsConfiguration"),
    _put("PutBucketAnalyticsConfiguration", ANALYTICS, "s3:PutAnalyticsConfiguration"),
    _delete("DeleteBucketAnalyticsConfiguration", ANALYTICS, "s3:PutAnalyticsConfiguration"),
    _list("ListBucketAnalyticsConfigurations", ANALYTICS, "s3:GetAnalyticsConfiguration"),
    _get("GetBucketIntelligentTieringConfiguration", INTELLIGENT_TIERING, "s3:GetIntelligentTieringConfiguration"),
    _put("PutBucketIntelligentTieringConfiguration", INTELLIGENT_TIERING, "s3:PutIntelligentTieringConfiguration"),
    _delete("DeleteBucketIntelligentTieringConfiguration", INTELLIGENT_TIERING, "s3:PutIntelligentTieringConfiguration"),
    _list("ListBucketIntelligentTieringConfigurations", INTELLIGENT_TIERING, "s3:GetIntelligentTieringConfiguration"),
    _get("GetBucketInventoryConfiguration", INVENTORY, "s3:GetInventoryConfiguration"),
    _put("PutBucketInventoryConfiguration", INVENTORY, "s3:PutInventoryConfiguration"),
    _delete("DeleteBucketInventoryConfiguration", INVENTORY, "s3:PutInventoryConfiguration"),
    _list("ListBucketInventoryConfigurations", INVENTORY, "s3:GetInventoryConfiguration"),
    _get("GetBucketMetricsConfiguration", METRICS, "s3:GetMetricsConfiguration"),
    _put("PutBucketMetricsConfiguration", METRICS, "s3:PutMetricsConfiguration", status=204),  # the reference's sample
    _delete("DeleteBucketMetricsConfiguration", METRICS, "s3:PutMetricsConfiguration"),
    _list("ListBucketMetricsConfigurations", METRICS, "s3:GetMetricsConfiguration"),
    Operation(
        "GetBucketLifecycleConfiguration", "GET", "bucket", "lifecycle", handler=lifecycle.get_bucket_lifecycle_configuration,
        root="LifecycleConfiguration", members=("Rule",), actions=("s3:GetLifecycleConfiguration",),
    ),
    Operation(
        "PutBucketLifecycleConfiguration", "PUT", "bucket", "lifecycle", handler=lifecycle.put_bucket_lifecycle_configuration,
        writes=True, takes=XML, actions=("s3:PutLifecycleConfiguration",),
    ),
    Operation(
        "DeleteBucketLifecycle", "DELETE", "bucket", "lifecycle", handler=lifecycle.delete_bucket_lifecycle, writes=True,
        status=204, actions=("s3:PutLifecycleConfiguration",),
    ),
    Operation(
        "GetBucketMetadataConfiguration", "GET", "bucket", "metadataConfiguration",
        handler=metadata.get_bucket_metadata_configuration, root="GetBucketMetadataConfigurationResult",
        actions=("s3:GetBucketMetadataTableConfiguration",),
    ),
    Operation(
        "GetBucketMetadataTableConfiguration", "GET", "bucket", "metadataTable",
        handler=metadata.get_bucket_metadata_configuration, root="GetBucketMetadataTableConfigurationResult",
        actions=("s3:GetBucketMetadataTableConfiguration",),
    ),
)  # fmt: skip

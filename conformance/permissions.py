"""Which IAM actions each API operation of the suite needs, and what a million of its requests cost.

A test holds these rows against a whole run: every operation that the suite calls has a row, and every row is called. Prices are
us-east-1's published ones in US dollars for a million requests, rounded up.
"""

from __future__ import annotations

from typing import Final

S3_WRITE, S3_READ, FREE = 5.0, 0.4, 0.0  # PUT, COPY, POST and LIST; GET and all others; DELETE and CANCEL
TABLE_WRITE, TABLE_READ = 1.25, 0.25  # DynamoDB, on demand; a transactional request counts twice
TRANSACTION = 2 * TABLE_WRITE
BOX = 2.8  # SimpleDB: about 0.00002 machine hours a request, at 0.14 an hour

PUT = ("s3:PutObject", "s3:GetObject")

ACTIONS: Final[dict[str, tuple[tuple[str, ...], float]]] = {
    # Amazon S3
    "AbortMultipartUpload": (("s3:AbortMultipartUpload",), FREE),
    "CompleteMultipartUpload": (PUT, S3_WRITE),
    "CopyObject": ((*PUT, "s3:GetObjectTagging", "s3:PutObjectTagging"), S3_WRITE),
    "CreateBucket": (("s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"), S3_WRITE),
    "CreateMultipartUpload": (PUT, S3_WRITE),
    "DeleteBucket": (("s3:DeleteBucket",), FREE),
    "DeleteBucketLifecycle": (("s3:PutLifecycleConfiguration",), FREE),
    "DeleteBucketMetricsConfiguration": (("s3:PutMetricsConfiguration",), FREE),
    "DeleteBucketPolicy": (("s3:DeleteBucketPolicy",), FREE),
    "DeleteBucketReplication": (("s3:PutReplicationConfiguration",), FREE),
    "DeleteBucketWebsite": (("s3:DeleteBucketWebsite",), FREE),
    "DeleteObject": (("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:BypassGovernanceRetention"), FREE),
    "DeleteObjects": (("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject"), FREE),
    "DeletePublicAccessBlock": (("s3:PutBucketPublicAccessBlock",), FREE),
    "GetBucketAbac": (("s3:GetBucketAbac",), S3_READ),
    "GetBucketAccelerateConfiguration": (("s3:GetAccelerateConfiguration",), S3_READ),
    "GetBucketAcl": (("s3:GetBucketAcl",), S3_READ),
    "GetBucketAnalyticsConfiguration": (("s3:GetAnalyticsConfiguration",), S3_READ),
    "GetBucketIntelligentTieringConfiguration": (("s3:GetIntelligentTieringConfiguration",), S3_READ),
    "GetBucketInventoryConfiguration": (("s3:GetInventoryConfiguration",), S3_READ),
    "GetBucketLifecycleConfiguration": (("s3:GetLifecycleConfiguration",), S3_READ),
    "GetBucketLocation": (("s3:GetBucketLocation",), S3_READ),
    "GetBucketLogging": (("s3:GetBucketLogging",), S3_READ),
    "GetBucketMetadataConfiguration": (("s3:GetBucketMetadataTableConfiguration",), S3_READ),
    "GetBucketMetricsConfiguration": (("s3:GetMetricsConfiguration",), S3_READ),
    "GetBucketNotificationConfiguration": (("s3:GetBucketNotification",), S3_READ),
    "GetBucketOwnershipControls": (("s3:GetBucketOwnershipControls",), S3_READ),
    "GetBucketPolicy": (("s3:GetBucketPolicy",), S3_READ),
    "GetBucketReplication": (("s3:GetReplicationConfiguration",), S3_READ),
    "GetBucketRequestPayment": (("s3:GetBucketRequestPayment",), S3_READ),
    "GetBucketWebsite": (("s3:GetBucketWebsite",), S3_READ),
    "GetObject": (("s3:GetObject", "s3:GetObjectVersion"), S3_READ),
    "GetObjectAcl": (("s3:GetObjectAcl",), S3_READ),
    "GetObjectAttributes": (("s3:GetObject", "s3:GetObjectAttributes"), S3_READ),
    "GetObjectRetention": (("s3:GetObjectRetention",), S3_READ),
    "GetObjectTagging": (("s3:GetObjectTagging",), S3_READ),
    "HeadBucket": (("s3:ListBucket",), S3_READ),  # botocore asks for the region when a HEAD was answered with 400
    "HeadObject": (("s3:GetObject", "s3:GetObjectVersion"), S3_READ),
    "ListBucketAnalyticsConfigurations": (("s3:GetAnalyticsConfiguration",), S3_WRITE),
    "ListBucketIntelligentTieringConfigurations": (("s3:GetIntelligentTieringConfiguration",), S3_WRITE),
    "ListBucketInventoryConfigurations": (("s3:GetInventoryConfiguration",), S3_WRITE),
    "ListBucketMetricsConfigurations": (("s3:GetMetricsConfiguration",), S3_WRITE),
    "ListBuckets": (("s3:ListAllMyBuckets",), S3_WRITE),
    "ListMultipartUploads": (("s3:ListBucketMultipartUploads",), S3_WRITE),
    "ListObjectVersions": (("s3:ListBucketVersions",), S3_WRITE),
    "ListObjectsV2": (("s3:ListBucket",), S3_WRITE),
    "ListParts": (("s3:ListMultipartUploadParts",), S3_WRITE),
    "PutBucketAbac": (("s3:PutBucketAbac",), S3_WRITE),
    "PutBucketAccelerateConfiguration": (("s3:PutAccelerateConfiguration",), S3_WRITE),
    "PutBucketAcl": (("s3:PutBucketAcl",), S3_WRITE),
    "PutBucketAnalyticsConfiguration": (("s3:PutAnalyticsConfiguration",), S3_WRITE),
    "PutBucketCors": (("s3:PutBucketCORS",), S3_WRITE),
    "PutBucketIntelligentTieringConfiguration": (("s3:PutIntelligentTieringConfiguration",), S3_WRITE),
    "PutBucketInventoryConfiguration": (("s3:PutInventoryConfiguration",), S3_WRITE),
    "PutBucketLifecycleConfiguration": (("s3:PutLifecycleConfiguration",), S3_WRITE),
    "PutBucketLogging": (("s3:PutBucketLogging",), S3_WRITE),
    "PutBucketMetricsConfiguration": (("s3:PutMetricsConfiguration",), S3_WRITE),
    "PutBucketNotificationConfiguration": (("s3:PutBucketNotification",), S3_WRITE),
    "PutBucketEncryption": (("s3:PutEncryptionConfiguration",), S3_WRITE),
    "PutBucketPolicy": (("s3:PutBucketPolicy",), S3_WRITE),
    "PutBucketReplication": (("s3:PutReplicationConfiguration",), S3_WRITE),  # refused before iam:PassRole is asked for
    "PutBucketRequestPayment": (("s3:PutBucketRequestPayment",), S3_WRITE),
    "PutBucketVersioning": (("s3:PutBucketVersioning",), S3_WRITE),
    "PutBucketWebsite": (("s3:PutBucketWebsite",), S3_WRITE),
    "PutObject": ((*PUT, "s3:PutObjectRetention", "s3:PutObjectLegalHold"), S3_WRITE),
    "PutObjectAcl": (("s3:PutObjectAcl",), S3_WRITE),
    "PutObjectLegalHold": (("s3:PutObjectLegalHold",), S3_WRITE),
    "PutObjectRetention": (("s3:PutObjectRetention", "s3:BypassGovernanceRetention"), S3_WRITE),
    "PutObjectTagging": (("s3:PutObjectTagging",), S3_WRITE),
    "RestoreObject": (("s3:RestoreObject",), S3_WRITE),  # the tier Bulk costs nothing beyond the request
    "UploadPart": (PUT, S3_WRITE),
    "UploadPartCopy": (PUT, S3_WRITE),
    # Amazon DynamoDB
    "BatchExecuteStatement": (("dynamodb:PartiQLInsert",), 2 * TABLE_WRITE),
    "BatchGetItem": (("dynamodb:BatchGetItem",), TABLE_READ),
    "BatchWriteItem": (("dynamodb:BatchWriteItem",), 4 * TABLE_WRITE),  # most are refused, some write many items
    "CreateBackup": (("dynamodb:CreateBackup",), FREE),  # a gigabyte costs, and an item is some bytes
    "CreateTable": (("dynamodb:CreateTable",), FREE),
    "DeleteBackup": (("dynamodb:DeleteBackup",), FREE),
    "DeleteItem": (("dynamodb:DeleteItem",), TABLE_WRITE),
    "DeleteTable": (("dynamodb:DeleteTable",), FREE),
    "DescribeBackup": (("dynamodb:DescribeBackup",), FREE),
    "DescribeContinuousBackups": (("dynamodb:DescribeContinuousBackups",), FREE),
    "DescribeContributorInsights": (("dynamodb:DescribeContributorInsights",), FREE),
    "DescribeEndpoints": (("dynamodb:DescribeEndpoints",), FREE),
    "DescribeGlobalTable": (("dynamodb:DescribeGlobalTable",), FREE),
    "DescribeKinesisStreamingDestination": (("dynamodb:DescribeKinesisStreamingDestination",), FREE),
    "DescribeLimits": (("dynamodb:DescribeLimits",), FREE),
    "DescribeStream": (("dynamodb:DescribeStream",), FREE),
    "DescribeTable": (("dynamodb:DescribeTable",), FREE),
    "DescribeTimeToLive": (("dynamodb:DescribeTimeToLive",), FREE),
    "ExecuteStatement": (
        ("dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete", "dynamodb:PartiQLSelect"),
        TABLE_WRITE,
    ),
    "ExecuteTransaction": (("dynamodb:PartiQLInsert", "dynamodb:PartiQLSelect"), TRANSACTION),
    "ExportTableToPointInTime": (("dynamodb:ExportTableToPointInTime",), FREE),  # refused
    "GetItem": (("dynamodb:GetItem",), TABLE_READ),
    "GetRecords": (("dynamodb:GetRecords",), TABLE_READ),
    "GetResourcePolicy": (("dynamodb:GetResourcePolicy",), FREE),
    "GetShardIterator": (("dynamodb:GetShardIterator",), FREE),
    "ImportTable": (("dynamodb:ImportTable",), FREE),  # refused
    "ListBackups": (("dynamodb:ListBackups",), FREE),
    "ListContributorInsights": (("dynamodb:ListContributorInsights",), FREE),
    "ListExports": (("dynamodb:ListExports",), FREE),
    "ListGlobalTables": (("dynamodb:ListGlobalTables",), FREE),
    "ListImports": (("dynamodb:ListImports",), FREE),
    "ListStreams": (("dynamodb:ListStreams",), FREE),
    "ListTagsOfResource": (("dynamodb:ListTagsOfResource", "dynamodb:TagResource"), FREE),
    "ListTables": (("dynamodb:ListTables",), FREE),
    "PutItem": (("dynamodb:PutItem",), TABLE_WRITE),
    "Query": (("dynamodb:Query",), TABLE_READ),
    "RestoreTableFromBackup": (
        (
            "dynamodb:RestoreTableFromBackup",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:BatchWriteItem",
        ),
        FREE,  # by the gigabyte
    ),
    "RestoreTableToPointInTime": (("dynamodb:RestoreTableToPointInTime",), FREE),  # refused
    "Scan": (("dynamodb:Scan",), TABLE_READ),
    "TagResource": (("dynamodb:TagResource",), FREE),
    "TransactGetItems": (("dynamodb:GetItem",), TRANSACTION),
    "TransactWriteItems": (
        ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"),
        TRANSACTION,
    ),
    "UpdateContinuousBackups": (("dynamodb:UpdateContinuousBackups",), FREE),
    "UpdateItem": (("dynamodb:UpdateItem",), TABLE_WRITE),
    "UpdateTable": (("dynamodb:UpdateTable",), FREE),
    # Amazon SimpleDB
    "BatchDeleteAttributes": (("sdb:BatchDeleteAttributes",), BOX),
    "BatchPutAttributes": (("sdb:BatchPutAttributes",), BOX),
    "CreateDomain": (("sdb:CreateDomain",), BOX),
    "DeleteAttributes": (("sdb:DeleteAttributes",), BOX),
    "DeleteDomain": (("sdb:DeleteDomain",), BOX),
    "DomainMetadata": (("sdb:DomainMetadata",), BOX),
    "GetAttributes": (("sdb:GetAttributes",), BOX),
    "GetExport": (("sdb:GetExport",), FREE),
    "ListDomains": (("sdb:ListDomains",), BOX),
    "PutAttributes": (("sdb:PutAttributes",), BOX),
    "Select": (("sdb:Select",), BOX),
    "StartDomainExport": (("sdb:StartDomainExport",), BOX),
}

# What names no resource: the sweeper's lists, and what a run asks about the account.
ANYWHERE: Final = (
    "s3:ListAllMyBuckets", "dynamodb:ListTables", "sdb:ListDomains", "dynamodb:DescribeEndpoints", "dynamodb:DescribeLimits",
    "dynamodb:ListBackups", "dynamodb:ListContributorInsights", "dynamodb:ListExports", "dynamodb:ListGlobalTables",
    "dynamodb:ListImports", "dynamodb:ListStreams",
)  # fmt: skip
RESOURCES: Final = {
    "s3": ("arn:aws:s3:::{prefix}*", "arn:aws:s3:::{prefix}*/*"),
    "dynamodb": ("arn:aws:dynamodb:{region}:*:table/{prefix}*",),
    "sdb": ("arn:aws:sdb:{region}:*:domain/{prefix}*",),
}

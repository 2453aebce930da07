"""The members of requests, as mypy knows them: a name that is misspelled, or of another type, is an error.

A request is the dict that was sent, and so is every structure in it. `Members` is one vocabulary for all of them, because AWS's
names are: only Key and Value mean two things. Attribute values, and what is made of them, are `Any` here, for they may be
anything; `data/values.py` decodes them. A test holds the vocabulary against `shapes.py`, which another holds against botocore's
model.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView
from typing import Any, Literal, Protocol, cast, overload

Text = Literal[
    "Action", "AttributeName", "AttributeType", "BackupArn", "BackupName", "BackupType", "BillingMode", "BillingModeOverride",
    "ClientRequestToken", "ClientToken",
    "ComparisonOperator", "ConditionExpression", "ConditionalOperator", "Delimiter", "ExclusiveStartBackupArn",
    "ExclusiveStartGlobalTableName", "ExclusiveStartShardId", "ExclusiveStartStreamArn", "ExclusiveStartTableName",
    "ExpectedRevisionId", "ExportArn", "ExportFormat", "ExportType", "FilterExpression", "GlobalTableName", "ImportArn",
    "IndexName", "InputCompressionType", "InputFormat", "KMSMasterKeyId", "KeyConditionExpression", "KeyType", "NextToken",
    "Policy", "ProjectionExpression", "ProjectionType", "RegionName", "ResourceArn", "ResourcePolicy", "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics", "ReturnValues", "ReturnValuesOnConditionCheckFailure", "S3Bucket", "S3BucketOwner",
    "S3KeyPrefix", "S3Prefix", "S3SseAlgorithm", "S3SseKmsKeyId", "SSEType", "Select", "SequenceNumber", "ShardId",
    "ShardIterator", "ShardIteratorType", "SourceTableArn", "SourceTableName", "Statement", "StreamArn", "StreamViewType",
    "TableArn", "TableClass", "TableName", "TargetTableName", "Type", "UpdateExpression",
]  # fmt: skip
Flag = Literal[
    "ConfirmRemoveSelfResourceAccess", "ConsistentRead", "DeletionProtectionEnabled", "Enabled", "Exists",
    "PointInTimeRecoveryEnabled", "ScanIndexForward", "StreamEnabled", "UseLatestRestorableTime",
]  # fmt: skip
Number = Literal[
    "ExportTime", "Limit", "MaxReadRequestUnits", "MaxResults", "MaxWriteRequestUnits", "PageSize", "ReadCapacityUnits",
    "ReadUnitsPerSecond", "RecoveryPeriodInDays", "RestoreDateTime", "Segment", "TimeRangeLowerBound", "TimeRangeUpperBound",
    "Timestamp", "TotalSegments", "WriteCapacityUnits", "WriteUnitsPerSecond",
]  # fmt: skip
Texts = Literal["AttributesToGet", "HeaderList", "NonKeyAttributes", "TagKeys"]
Names = Literal["ExpressionAttributeNames"]
Structure = Literal[
    "ConditionCheck", "Create", "Csv", "Delete", "DeleteRequest", "FilterSpecification", "Get",
    "IncrementalExportSpecification", "InputFormatOptions", "OnDemandThroughput", "OnDemandThroughputOverride",
    "PointInTimeRecoverySpecification", "Projection", "ProvisionedThroughput", "ProvisionedThroughputOverride", "Put",
    "PutRequest", "S3BucketSource", "SSESpecification", "SSESpecificationOverride", "ShardFilter", "StreamSpecification",
    "TableCreationParameters", "TimeToLiveSpecification", "Update", "WarmThroughput",
]  # fmt: skip
Structures = Literal[
    "AttributeDefinitions", "GlobalSecondaryIndexOverride", "GlobalSecondaryIndexUpdates", "GlobalSecondaryIndexes", "KeySchema",
    "LocalSecondaryIndexOverride", "LocalSecondaryIndexes", "Statements", "Tags", "TransactItems", "TransactStatements",
]  # fmt: skip
Values = Literal["AttributeValueList", "Keys", "Parameters"]
Document = Literal[
    "AttributeUpdates", "ExclusiveStartKey", "Expected", "ExpressionAttributeValues", "Item", "Key", "KeyConditions",
    "QueryFilter", "RequestItems", "ScanFilter", "Value",
]  # fmt: skip
Name = Literal[Text, Flag, Number, Texts, Names, Structure, Structures, Values, Document]


class Members(Protocol):
    """A request, or a structure in one. Validation has seen that each member is of its type before a handler reads it."""

    @overload
    def get(self, name: Text, /) -> str | None: ...
    @overload
    def get(self, name: Flag, /) -> bool | None: ...
    @overload
    def get(self, name: Number, /) -> float | None: ...
    @overload
    def get(self, name: Texts, /) -> list[str] | None: ...
    @overload
    def get(self, name: Names, /) -> dict[str, str] | None: ...
    @overload
    def get(self, name: Structure, /) -> Members | None: ...
    @overload
    def get(self, name: Structures, /) -> list[Members] | None: ...
    @overload
    def get(self, name: Values, /) -> list[Any] | None: ...
    @overload
    def get(self, name: Document, /) -> Any: ...

    @overload
    def __getitem__(self, name: Text, /) -> str: ...
    @overload
    def __getitem__(self, name: Flag, /) -> bool: ...
    @overload
    def __getitem__(self, name: Number, /) -> float: ...
    @overload
    def __getitem__(self, name: Texts, /) -> list[str]: ...
    @overload
    def __getitem__(self, name: Names, /) -> dict[str, str]: ...
    @overload
    def __getitem__(self, name: Structure, /) -> Members: ...
    @overload
    def __getitem__(self, name: Structures, /) -> list[Members]: ...
    @overload
    def __getitem__(self, name: Values, /) -> list[Any]: ...
    @overload
    def __getitem__(self, name: Document, /) -> Any: ...

    def keys(self) -> KeysView[str]: ...
    def __iter__(self) -> Iterator[str]: ...


def plain(members: Members) -> dict[str, Any]:
    """The same as the dict that it is: to be copied, or digested."""
    return cast(dict[str, Any], members)

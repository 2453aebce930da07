"""The members of every request: their types and constraints, as AWS's model of the API states them.

A line is a structure and its members, in the order in which AWS reports what is wrong with them (recorded where several were
wrong at once; as in the model where nobody looked). `!` marks a required member, `[T]` a list, `{T}` a map with string keys,
`lo..hi` its length. Named scalars with limits stand in a table of their own. `Value` is an AttributeValue, whose content is
checked by whoever decodes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_NAME = "[a-zA-Z0-9_.-]+"

# Enumerations print in the order in which AWS's messages list them.
_SCALARS: Final = f"""
TableName                            String  1..255  {_NAME}
ControlTableName                     String  3..255  {_NAME}
StartTableName                       String  3..255  {_NAME}
IndexName                            String  3..255  {_NAME}
AttributeName                        String  0..65535
KeyAttributeName                     String  1..255
NonKeyAttributeName                  String  1..255
TtlAttributeName                     String  1..255
ResourceArn                          String  1..1283
ClientRequestToken                   String  1..36
TableNameOrArn                       String  1..1024
Arn                                  String  37..1024
RecoveryDays                         Integer 1..35
TransferLimit                        Integer 1..25
S3Bucket                             String  0..255  ^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$
S3Prefix                             String  0..1024
S3SseKmsKeyId                        String  1..2048
S3SseAlgorithm                       String  AES256|KMS
AccountId                            String  0..12   [0-9]{{12}}
Delimiter                            String  1..1    [,;:|\\t ]
ExportFormat                         String  DYNAMODB_JSON|ION
ExportType                           String  FULL_EXPORT|INCREMENTAL_EXPORT
InputFormat                          String  DYNAMODB_JSON|ION|CSV
InputCompressionType                 String  GZIP|ZSTD|NONE
MaxResults                           Integer ..100
BackupName                           String  3..255  {_NAME}
BackupType                           String  USER|SYSTEM|AWS_BACKUP|ALL
RevisionId                           String  1..255
TagKey                               String
TagValue                             String
Statement                            String  1..8192
NextToken                            String  1..32768
StreamArn                            String  37..1024
ShardId                              String  28..65
SequenceNumber                       String  21..40
ShardIterator                        String  1..2048
ListLimit                            Integer 1..100
PageLimit                            Integer 1..
RecordLimit                          Integer 1..1000
TotalSegments                        Integer 1..1000000
Segment                              Integer 0..999999
Units                                Long    1..
ReturnConsumedCapacity               String  INDEXES|TOTAL|NONE
ReturnItemCollectionMetrics          String  SIZE|NONE
ReturnValue                          String  ALL_NEW|UPDATED_OLD|ALL_OLD|NONE|UPDATED_NEW
ReturnValuesOnConditionCheckFailure  String  ALL_OLD|NONE
ConditionalOperator                  String  OR|AND
ComparisonOperator                   String  IN|NULL|BETWEEN|LT|NOT_CONTAINS|EQ|GT|NOT_NULL|NE|LE|BEGINS_WITH|GE|CONTAINS
AttributeAction                      String  ADD|DELETE|PUT
Select                               String  SPECIFIC_ATTRIBUTES|COUNT|ALL_ATTRIBUTES|ALL_PROJECTED_ATTRIBUTES
KeyType                              String  HASH|RANGE
AttributeType                        String  B|N|S
ProjectionType                       String  ALL|INCLUDE|KEYS_ONLY
BillingMode                          String  PROVISIONED|PAY_PER_REQUEST
StreamViewType                       String  NEW_IMAGE|OLD_IMAGE|NEW_AND_OLD_IMAGES|KEYS_ONLY
SSEType                              String  AES256|KMS
ShardIteratorType                    String  TRIM_HORIZON|LATEST|AT_SEQUENCE_NUMBER|AFTER_SEQUENCE_NUMBER|AT_TIMESTAMP
ShardFilterType                      String  CHILD_SHARDS
"""

_STRUCTURES: Final = """
PutItem                 ReturnConsumedCapacity=ReturnConsumedCapacity TableName!=TableName Item!={Value} ReturnValues=ReturnValue
                        ReturnItemCollectionMetrics=ReturnItemCollectionMetrics Expected={ExpectedAttributeValue}
                        ConditionalOperator=ConditionalOperator ConditionExpression=String
                        ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
DeleteItem              ReturnConsumedCapacity=ReturnConsumedCapacity TableName!=TableName ReturnValues=ReturnValue
                        ReturnItemCollectionMetrics=ReturnItemCollectionMetrics Key!={Value} Expected={ExpectedAttributeValue}
                        ConditionalOperator=ConditionalOperator ConditionExpression=String
                        ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
UpdateItem              ReturnConsumedCapacity=ReturnConsumedCapacity TableName!=TableName
                        ReturnItemCollectionMetrics=ReturnItemCollectionMetrics ReturnValues=ReturnValue Key!={Value}
                        AttributeUpdates={AttributeValueUpdate} Expected={ExpectedAttributeValue}
                        ConditionalOperator=ConditionalOperator UpdateExpression=String ConditionExpression=String
                        ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
GetItem                 AttributesToGet=[AttributeName]1.. ReturnConsumedCapacity=ReturnConsumedCapacity Key!={Value}
                        TableName!=TableName ConsistentRead=Boolean ProjectionExpression=String
                        ExpressionAttributeNames={AttributeName}
BatchGetItem            ReturnConsumedCapacity=ReturnConsumedCapacity RequestItems!={KeysAndAttributes}1..
KeysAndAttributes       Keys!=[{Value}]1..100 AttributesToGet=[AttributeName]1.. ConsistentRead=Boolean
                        ProjectionExpression=String ExpressionAttributeNames={AttributeName}
BatchWriteItem          ReturnConsumedCapacity=ReturnConsumedCapacity ReturnItemCollectionMetrics=ReturnItemCollectionMetrics
                        RequestItems!={[WriteRequest]}1..
WriteRequest            DeleteRequest=DeleteRequest PutRequest=PutRequest
DeleteRequest           Key!={Value}
PutRequest              Item!={Value}
Query                   Select=Select IndexName=IndexName ReturnConsumedCapacity=ReturnConsumedCapacity QueryFilter={Condition}
                        TableName!=TableName ConditionalOperator=ConditionalOperator AttributesToGet=[AttributeName]1..
                        Limit=PageLimit KeyConditions={Condition} ConsistentRead=Boolean ScanIndexForward=Boolean
                        ExclusiveStartKey={Value} ProjectionExpression=String FilterExpression=String
                        KeyConditionExpression=String ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
Scan                    Select=Select IndexName=IndexName ReturnConsumedCapacity=ReturnConsumedCapacity ScanFilter={Condition}
                        TableName!=TableName ConditionalOperator=ConditionalOperator TotalSegments=TotalSegments
                        AttributesToGet=[AttributeName]1.. Limit=PageLimit Segment=Segment ConsistentRead=Boolean
                        ExclusiveStartKey={Value} ProjectionExpression=String FilterExpression=String
                        ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
TransactGetItems        ReturnConsumedCapacity=ReturnConsumedCapacity TransactItems!=[TransactGetItem]1..100
TransactGetItem         Get!=Get
Get                     Key!={Value} TableName!=TableName ProjectionExpression=String ExpressionAttributeNames={AttributeName}
TransactWriteItems      ClientRequestToken=ClientRequestToken ReturnConsumedCapacity=ReturnConsumedCapacity
                        ReturnItemCollectionMetrics=ReturnItemCollectionMetrics TransactItems!=[TransactWriteItem]1..100
TransactWriteItem       ConditionCheck=ConditionCheck Put=Put Delete=Delete Update=Update
ConditionCheck          Key!={Value} TableName!=TableName ConditionExpression!=String ExpressionAttributeNames={AttributeName}
                        ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
Put                     Item!={Value} TableName!=TableName ConditionExpression=String ExpressionAttributeNames={AttributeName}
                        ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
Delete                  Key!={Value} TableName!=TableName ConditionExpression=String ExpressionAttributeNames={AttributeName}
                        ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
Update                  Key!={Value} UpdateExpression!=String TableName!=TableName ConditionExpression=String
                        ExpressionAttributeNames={AttributeName} ExpressionAttributeValues={Value}
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
ExpectedAttributeValue  Value=Value Exists=Boolean ComparisonOperator=ComparisonOperator AttributeValueList=[Value]
Condition               AttributeValueList=[Value] ComparisonOperator!=ComparisonOperator
AttributeValueUpdate    Value=Value Action=AttributeAction
CreateTable             ProvisionedThroughput=ProvisionedThroughput AttributeDefinitions=[AttributeDefinition]
                        TableName=ControlTableName KeySchema!=[KeySchemaElement]1..2 BillingMode=BillingMode
                        LocalSecondaryIndexes=[LocalSecondaryIndex] GlobalSecondaryIndexes=[GlobalSecondaryIndex]
                        StreamSpecification=StreamSpecification SSESpecification=SSESpecification Tags=[Tag] TableClass=String
                        DeletionProtectionEnabled=Boolean WarmThroughput=WarmThroughput ResourcePolicy=String
                        OnDemandThroughput=OnDemandThroughput
AttributeDefinition     AttributeName!=KeyAttributeName AttributeType!=AttributeType
KeySchemaElement        AttributeName!=KeyAttributeName KeyType!=KeyType
Projection              ProjectionType=ProjectionType NonKeyAttributes=[NonKeyAttributeName]1..
LocalSecondaryIndex     Projection!=Projection IndexName!=IndexName KeySchema!=[KeySchemaElement]1..
GlobalSecondaryIndex    KeySchema!=[KeySchemaElement]1.. Projection!=Projection IndexName!=IndexName
                        ProvisionedThroughput=ProvisionedThroughput OnDemandThroughput=OnDemandThroughput
                        WarmThroughput=WarmThroughput
ProvisionedThroughput   WriteCapacityUnits!=Units ReadCapacityUnits!=Units
OnDemandThroughput      MaxReadRequestUnits=Long MaxWriteRequestUnits=Long
WarmThroughput          ReadUnitsPerSecond=Long WriteUnitsPerSecond=Long
StreamSpecification     StreamEnabled!=Boolean StreamViewType=StreamViewType
SSESpecification        Enabled=Boolean SSEType=SSEType KMSMasterKeyId=String
Tag                     Key!=TagKey Value!=TagValue
DescribeTable           TableName=ControlTableName
DeleteTable             TableName=ControlTableName
ListTables              ExclusiveStartTableName=StartTableName Limit=ListLimit
UpdateTable             ProvisionedThroughput=ProvisionedThroughput AttributeDefinitions=[AttributeDefinition]
                        TableName=ControlTableName BillingMode=BillingMode
                        GlobalSecondaryIndexUpdates=[GlobalSecondaryIndexUpdate] StreamSpecification=StreamSpecification
                        SSESpecification=SSESpecification TableClass=String DeletionProtectionEnabled=Boolean
                        OnDemandThroughput=OnDemandThroughput WarmThroughput=WarmThroughput
GlobalSecondaryIndexUpdate  Update=UpdateGlobalSecondaryIndexAction Create=CreateGlobalSecondaryIndexAction
                        Delete=DeleteGlobalSecondaryIndexAction
UpdateGlobalSecondaryIndexAction  IndexName!=IndexName ProvisionedThroughput=ProvisionedThroughput
                        OnDemandThroughput=OnDemandThroughput WarmThroughput=WarmThroughput
CreateGlobalSecondaryIndexAction  IndexName!=IndexName KeySchema!=[KeySchemaElement]1.. Projection!=Projection
                        ProvisionedThroughput=ProvisionedThroughput OnDemandThroughput=OnDemandThroughput
                        WarmThroughput=WarmThroughput
DeleteGlobalSecondaryIndexAction  IndexName!=IndexName
DescribeTimeToLive      TableName=ControlTableName
UpdateTimeToLive        TableName=ControlTableName TimeToLiveSpecification!=TimeToLiveSpecification
TimeToLiveSpecification Enabled!=Boolean AttributeName!=TtlAttributeName
TagResource             Tags!=[Tag] ResourceArn!=String
UntagResource           TagKeys!=[TagKey] ResourceArn!=String
ListTagsOfResource      ResourceArn!=String NextToken=String
PutResourcePolicy       ResourceArn!=ResourceArn Policy!=String ExpectedRevisionId=RevisionId
                        ConfirmRemoveSelfResourceAccess=Boolean
GetResourcePolicy       ResourceArn!=ResourceArn
DeleteResourcePolicy    ResourceArn!=ResourceArn ExpectedRevisionId=RevisionId
DescribeLimits
DescribeEndpoints
DescribeContinuousBackups  TableName!=String
UpdateContinuousBackups  TableName!=TableNameOrArn PointInTimeRecoverySpecification!=PointInTimeRecoverySpecification
PointInTimeRecoverySpecification  PointInTimeRecoveryEnabled!=Boolean RecoveryPeriodInDays=RecoveryDays
ListBackups             TableName=TableNameOrArn Limit=ListLimit TimeRangeLowerBound=Timestamp TimeRangeUpperBound=Timestamp
                        ExclusiveStartBackupArn=Arn BackupType=BackupType
CreateBackup            TableName!=TableNameOrArn BackupName!=BackupName
DescribeBackup          BackupArn!=Arn
DeleteBackup            BackupArn!=Arn
RestoreTableFromBackup  TargetTableName!=ControlTableName BackupArn!=Arn BillingModeOverride=BillingMode
                        GlobalSecondaryIndexOverride=[GlobalSecondaryIndex] LocalSecondaryIndexOverride=[LocalSecondaryIndex]
                        ProvisionedThroughputOverride=ProvisionedThroughput OnDemandThroughputOverride=OnDemandThroughput
                        SSESpecificationOverride=SSESpecification
RestoreTableToPointInTime  SourceTableArn=TableNameOrArn SourceTableName=ControlTableName TargetTableName!=ControlTableName
                        UseLatestRestorableTime=Boolean RestoreDateTime=Timestamp BillingModeOverride=BillingMode
                        GlobalSecondaryIndexOverride=[GlobalSecondaryIndex] LocalSecondaryIndexOverride=[LocalSecondaryIndex]
                        ProvisionedThroughputOverride=ProvisionedThroughput OnDemandThroughputOverride=OnDemandThroughput
                        SSESpecificationOverride=SSESpecification
ExportTableToPointInTime  TableArn!=TableNameOrArn ExportTime=Timestamp ClientToken=String S3Bucket!=S3Bucket
                        S3BucketOwner=AccountId S3Prefix=S3Prefix S3SseAlgorithm=S3SseAlgorithm S3SseKmsKeyId=S3SseKmsKeyId
                        ExportFormat=ExportFormat ExportType=ExportType
                        IncrementalExportSpecification=IncrementalExportSpecification FilterSpecification=FilterSpecification
IncrementalExportSpecification
FilterSpecification
DescribeExport          ExportArn!=Arn
ListExports             TableArn=TableNameOrArn MaxResults=TransferLimit NextToken=String
ImportTable             ClientToken=String S3BucketSource!=S3BucketSource InputFormat!=InputFormat
                        InputFormatOptions=InputFormatOptions InputCompressionType=InputCompressionType
                        TableCreationParameters!=TableCreationParameters
S3BucketSource          S3BucketOwner=AccountId S3Bucket!=S3Bucket S3KeyPrefix=S3Prefix
InputFormatOptions      Csv=Csv
Csv                     Delimiter=Delimiter HeaderList=[String]1..255
TableCreationParameters  TableName!=ControlTableName AttributeDefinitions!=[AttributeDefinition]
                        KeySchema!=[KeySchemaElement]1..2 BillingMode=BillingMode ProvisionedThroughput=ProvisionedThroughput
                        OnDemandThroughput=OnDemandThroughput SSESpecification=SSESpecification
                        GlobalSecondaryIndexes=[GlobalSecondaryIndex]
DescribeImport          ImportArn!=Arn
ListImports             TableArn=TableNameOrArn PageSize=TransferLimit NextToken=String
ListGlobalTables        ExclusiveStartGlobalTableName=ControlTableName Limit=PageLimit RegionName=String
DescribeGlobalTable     GlobalTableName!=ControlTableName
DescribeGlobalTableSettings  GlobalTableName!=ControlTableName
CreateGlobalTable
UpdateGlobalTable
UpdateGlobalTableSettings
UpdateTableReplicaAutoScaling
DescribeTableReplicaAutoScaling  TableName!=TableNameOrArn
ListContributorInsights  TableName=TableNameOrArn NextToken=String MaxResults=MaxResults
DescribeContributorInsights  TableName!=TableNameOrArn IndexName=IndexName
DescribeKinesisStreamingDestination  TableName!=TableNameOrArn
ExecuteStatement        Statement!=Statement Parameters=[Value]1.. ConsistentRead=Boolean NextToken=NextToken
                        ReturnConsumedCapacity=ReturnConsumedCapacity Limit=PageLimit
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
BatchExecuteStatement   Statements!=[BatchStatementRequest]1..25 ReturnConsumedCapacity=ReturnConsumedCapacity
BatchStatementRequest   Statement!=Statement Parameters=[Value]1.. ConsistentRead=Boolean
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
ExecuteTransaction      TransactStatements!=[ParameterizedStatement]1..100 ClientRequestToken=ClientRequestToken
                        ReturnConsumedCapacity=ReturnConsumedCapacity
ParameterizedStatement  Statement!=Statement Parameters=[Value]1..
                        ReturnValuesOnConditionCheckFailure=ReturnValuesOnConditionCheckFailure
ListStreams             TableName=String Limit=ListLimit ExclusiveStartStreamArn=StreamArn
DescribeStream          StreamArn!=StreamArn Limit=ListLimit ExclusiveStartShardId=ShardId ShardFilter=ShardFilter
ShardFilter             Type=ShardFilterType ShardId=ShardId
GetShardIterator        StreamArn!=StreamArn ShardId!=ShardId ShardIteratorType!=ShardIteratorType SequenceNumber=SequenceNumber
                        Timestamp=Timestamp
GetRecords              ShardIterator!=ShardIterator Limit=RecordLimit
"""


@dataclass(frozen=True, slots=True)
class Member:
    """`wire` is the name in a request, `path` the one in a message: with a small first letter."""

    wire: str
    path: str
    shape: Shape
    required: bool


@dataclass(slots=True)
class Shape:
    """`base` is String, Boolean, Integer, Long, Timestamp, Blob, Value, List, Map or Structure. Built once, then left alone."""

    name: str
    base: str
    java: str
    element: Shape | None = None
    members: tuple[Member, ...] = ()
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    matches: Callable[[str], object] | None = field(default=None, repr=False)


_JAVA: Final = {
    "String": "class java.lang.String",
    "Boolean": "class java.lang.Boolean",
    "Integer": "class java.lang.Integer",
    "Long": "class java.lang.Long",
    "Blob": "class java.nio.ByteBuffer",
    "Timestamp": "class java.util.Date",
}
_PACKAGE: Final = "com.amazonaws.dynamodb.v20120810."


def _bounds(text: str | None) -> tuple[int | None, int | None]:
    low, _, high = (text or "..").partition("..")
    return int(low) if low else None, int(high) if high else None


def _read_scalars() -> dict[str, Shape]:
    shapes = {name: Shape(name, name, java) for name, java in _JAVA.items()}
    for line in _SCALARS.strip().splitlines():
        name, base, *limits = line.split(None, 3)  # a pattern may have a space in it
        shape = shapes[name] = Shape(name, base, _JAVA[base])
        if limits and ".." in limits[0]:
            shape.low, shape.high = _bounds(limits[0])
            if len(limits) > 1:
                shape.pattern, shape.matches = limits[1], re.compile(limits[1]).fullmatch
        elif limits:
            shape.values = tuple(limits[0].split("|"))
    return shapes


def _read_structures() -> dict[str, Shape]:
    shapes = _read_scalars()
    shapes["Value"] = Shape("AttributeValue", "Value", f"class {_PACKAGE}AttributeValue")
    lines: dict[str, list[str]] = {}
    name = ""
    for line in _STRUCTURES.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            name = words.pop(0)
            lines[name] = []
            shapes[name] = Shape(name, "Structure", f"class {_PACKAGE}{name}")
        lines[name] += words
    for name, words in lines.items():
        shapes[name].members = tuple(_member(shapes, word) for word in words)
    return shapes


def _member(shapes: dict[str, Shape], word: str) -> Member:
    wire, _, type_name = word.partition("=")
    required, wire = wire.endswith("!"), wire.rstrip("!")
    return Member(wire, wire[0].lower() + wire[1:], _type(shapes, type_name), required)


def _type(shapes: dict[str, Shape], text: str) -> Shape:
    """`Name`, `[T]` or `{T}`, the latter two with bounds perhaps."""
    if text[0] not in "[{":
        return shapes[text]
    close = text.rindex("]" if text[0] == "[" else "}")
    element = _type(shapes, text[1:close])
    plain = element.java.removeprefix("class ")
    java = f"java.util.List<{plain}>" if text[0] == "[" else f"java.util.Map<java.lang.String, {plain}>"
    low, high = _bounds(text[close + 1 :])
    return Shape("", "List" if text[0] == "[" else "Map", java, element=element, low=low, high=high)


SHAPES: Final[dict[str, Shape]] = _read_structures()

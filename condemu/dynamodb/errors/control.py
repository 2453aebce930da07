"""Refusals of the control plane beyond tables themselves: UpdateTable, tags, time to live, policies, streams, backups."""

from __future__ import annotations

from condemu.core.errors import ErrorRow


def _row(message: str) -> ErrorRow:
    return ErrorRow("ValidationException", 400, message)


_INVALID = "One or more parameter values were invalid: "
_NO_POLICY = "Resource-based policy not found for the provided ResourceArn: "

# --- UpdateTable ------------------------------------------------------------------------------------------------------------

NOTHING_TO_UPDATE = _row(
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification,"
    " ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled,"
    " OnDemandThroughput, WarmThroughput or TableClass is required"
)
ENCRYPTION_ALONE = _row(_INVALID + "Server-Side Encryption modification must be the only operation in the request")
UNITS_UNCHANGED = _row(
    "The provisioned throughput for the table will not change. The requested value equals the current value."
    " Current ReadCapacityUnits provisioned for the table: {read}. Requested ReadCapacityUnits: {read}."
    " Current WriteCapacityUnits provisioned for the table: {write}. Requested WriteCapacityUnits: {write}."
    " Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
)
UNITS_FOR_PROVISIONED = _row(_INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
INDEX_ACTION_MISSING = _row(
    _INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create,"
    " GlobalSecondaryIndexUpdate.Delete must not be null"
)
INDEX_ACTION_AMBIGUOUS = _row(
    _INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
)
INDEX_UPDATED_TWICE = _row(
    _INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: {index}"
)
INDEX_ACTIONS_TOO_MANY = ErrorRow(
    "LimitExceededException",
    400,
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
)
INDEXES_TOO_MANY = ErrorRow(
    "LimitExceededException", 400, "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
)
INDEX_UPDATE_BLOCKED = _row(
    "This operation cannot be performed with given input values. Please contact DynamoDB service team for more info:"
    " Action Blocked: IndexUpdate"
)
INDEX_EXISTS = _row(_INVALID + "Attempting to create an index which already exists")
INDEX_DEFINITIONS_MISSING = _row(_INVALID + "AttributeDefinitions is not specified for index: {index}")
DEFINITION_REDEFINED = _row(_INVALID + "Attribute {name} is redefined with another type")  # not recorded, but for "redefined"
STREAM_ENABLED_ALREADY = _row("Table already has an enabled stream: TableName: {table}")
STREAM_NOT_ENABLED = _row("Table has no stream to disable: TableName: {table}")
STREAM_ENABLING_NEEDS_VIEW = _row(_INVALID + "If stream is being enabled then UpdateViewType is required")
STREAM_DISABLING_WITH_VIEW = _row(_INVALID + "If stream is being disabled, then UpdateViewType must not be specified")

# --- tags -------------------------------------------------------------------------------------------------------------------

ARN_MISSING = _row("Invalid TableArn")
ARN_NOT_ONE = _row(_INVALID + "ARNs must start with 'arn:': {arn}")  # what stands in front of it is inferred
ARN_INVALID = _row("Invalid TableArn: Invalid ResourceArn provided as input {arn}")
ARN_NOT_TAGGABLE = _row(_INVALID + "Provided Arn is not a DynamoDB resource arn: {arn}")
TAGS_EMPTY = _row("Atleast one Tag needs to be provided as Input.")
TAG_KEYS_EMPTY = _row("Atleast one Tag Key needs to be provided as Input.")
TAG_KEY_RESERVED = _row("Tag Key cannot be prefixed with aws:, Key: {key}")
TAG_KEY_INVALID = _row("The Tag Key provided is invalid, Key: {key}")
TAG_VALUE_INVALID = _row("The Tag Value provided is invalid, Value: {value}")
TAG_KEY_REPEATED = _row("Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
TAGS_TOO_MANY = _row("Number of Tags exceed the current limit for the provided ResourceArn")
TAGGED_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found: ResourceArn: {arn} not found")
NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found")
NOT_AUTHORIZED = ErrorRow(
    "AccessDeniedException", 400, "User: {user} is not authorized to perform: dynamodb:{operation} on resource: {resource}"
)

# --- time to live -----------------------------------------------------------------------------------------------------------

TTL_CREATING = _row("Cannot describe time to live while table is in CREATING state: Current table state is CREATING")
TTL_ENABLED_ALREADY = _row("TimeToLive is already enabled")
TTL_DISABLED_ALREADY = _row("TimeToLive is already disabled")
TTL_OTHER_ATTRIBUTE = _row("TimeToLive is active on a different AttributeName: current AttributeName is {name}")

# --- resource policies ------------------------------------------------------------------------------------------------------

POLICY_NOT_FOUND = ErrorRow("PolicyNotFoundException", 400, _NO_POLICY + "{arn}")
POLICY_OTHER_REVISION = ErrorRow(
    "PolicyNotFoundException",
    400,
    _NO_POLICY + "Requested update for policy with revision id {asked}, but the policy associated to target table {table}"
    " has revision id {found}.",
)
POLICY_UNEXPECTED = ErrorRow(
    "PolicyNotFoundException",
    400,
    _NO_POLICY + "Requested policy update expecting none to be present for table {table}, but a policy exists with"
    " revision id {found}.",
)

# --- backups and restores, as recorded on AWS in October 2026 ---------------------------------------------------------------

_REQUEST = "Invalid Request: "

BACKUP_NOT_FOUND = ErrorRow("BackupNotFoundException", 400, "Backup not found: {arn}")
BACKUP_TABLE_NOT_FOUND = ErrorRow("TableNotFoundException", 400, "Table not found: {table}")
BACKUPS_UNAVAILABLE = ErrorRow(
    "ContinuousBackupsUnavailableException", 400, "Backups are being enabled for the table: {table}. Please retry later"
)
BACKUP_ARN_NONE = _row("Invalid Backup ARN")
BACKUP_ARN_INVALID = _row(_REQUEST + "BackupArn is not valid")
BACKUP_OF_ANOTHER = ErrorRow("AccessDeniedException", 400, "Access is denied")
BACKUP_RESTORING = ErrorRow("BackupInUseException", 400, "Backup is being used to restore table: {arn}")
BACKUP_RESTORING_ANOTHER = ErrorRow("BackupInUseException", 400, "Backup is being used to restore another table: {arn}")
BACKUP_SYSTEM = _row(
    _REQUEST + "User is not allowed to delete the system backup with arn {arn}. It will automatically expire on {expires}"
)
BACKUPS_TIME_RANGE = _row(_INVALID + "Time range lower bound must be less than or equal to upper bound")
BACKUPS_START_REGION = _row(_REQUEST + "The supplied ExclusiveStartBackupArn does not match the region")
RECOVERY_UNAVAILABLE = ErrorRow(
    "PointInTimeRecoveryUnavailableException", 400, "Point in time recovery is not enabled for table '{table}'"
)
RECOVERY_DAYS_SUPERFLUOUS = _row(_REQUEST + "Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")
RESTORE_TARGET_EXISTS = ErrorRow("TableAlreadyExistsException", 400, "Table already exists: {table}")
RESTORE_TARGET_RESTORING = ErrorRow("TableInUseException", 400, "Table: {table} is already being restored from backup: {source}")
RESTORE_TARGET_CREATING = ErrorRow("TableInUseException", 400, "Table is being created: {table}")  # wording not recorded
RESTORES_TOO_MANY = ErrorRow(
    "LimitExceededException", 400, "Subscriber limit exceeded: Only 50 restore operations can be done simultaneously"
)
RESTORE_NEEDS_ENCRYPTION = _row(_REQUEST + "sseSpecificationOverride must be provided for cross-region restores")
RESTORE_INDEX_UNKNOWN = _row(
    _REQUEST + "Index {index} does not match a secondary index that existed in the source table and cannot be created during"
    " the restore operation"
)
RESTORE_UNITS_ON_DEMAND = _row(
    _REQUEST + "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST{index}"
)
RESTORE_UNITS_SUPERFLUOUS = _row(_REQUEST + "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED")
RESTORE_UNITS_REQUIRED = _row(_REQUEST + "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED")
RESTORE_INDEX_UNITS_REQUIRED = _row(_REQUEST + "Must specify provisioned throughput for index {index}")
RESTORE_MAXIMA_SUPERFLUOUS = _row(
    _REQUEST + "Cannot override {member} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"
)
RESTORE_MAXIMA_OUTSIDE = _row(_REQUEST + "Requested {member} for OnDemandThroughput is outside of valid range")
RESTORE_SOURCES = _row(_REQUEST + "Must provide exactly one of: sourceTableArn, sourceTableName")
RESTORE_SOURCE_ARN = _row(_REQUEST + "sourceTableArn is not a valid ARN")
RESTORE_SOURCE_OF_ANOTHER = _row("This action is only supported by accounts that match the resource owner’s account.")
RESTORE_TIME_MISSING = _row(_REQUEST + "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both")
RESTORE_TIMES = _row(  # AWS's text goes on; what follows is not recorded
    _REQUEST + "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request."
)
RESTORE_TIME_OUTSIDE = ErrorRow(  # recorded up to the name of the second bound
    "InvalidRestoreTimeException", 400,
    "RestoreDateTime '{asked}' must be within EarliestRestorableDateTime '{earliest}' and LatestRestorableDateTime '{latest}'",
)  # fmt: skip

# --- exports, imports and what is not emulated ------------------------------------------------------------------------------

# Of the codes that are not about tables, the wordings are not recorded.
EXPORT_NOT_FOUND = ErrorRow("ExportNotFoundException", 400, "Export not found: {arn}")
EXPORT_TIME_OUTSIDE = ErrorRow("InvalidExportTimeException", 400, "Export Time is invalid")  # recorded by Alternator's suite
EXPORT_CONFLICT = ErrorRow("ExportConflictException", 400, "There is another export with the same client token")
IMPORT_NOT_FOUND = ErrorRow("ImportNotFoundException", 400, "Import not found: {arn}")
IMPORT_CONFLICT = ErrorRow("ImportConflictException", 400, "There is another import with the same client token")
GLOBAL_TABLE_NOT_FOUND = ErrorRow("GlobalTableNotFoundException", 400, "Global table not found: {table}")
INSIGHTS_INDEX_NOT_FOUND = ErrorRow(
    "ResourceNotFoundException", 400, "Requested resource not found: Index: {index} of table: {table} not found"
)
# These are no words of AWS's: what stands here is not emulated.
NO_GLOBAL_TABLES = _row("condemu does not emulate global tables: a table is in one region, and has no replicas")
EXPORT_UNSUPPORTED = _row("condemu exports whole tables, in the format DYNAMODB_JSON")
IMPORT_UNSUPPORTED = _row("condemu imports the formats DYNAMODB_JSON and CSV, not compressed or with GZIP")

# --- streams ----------------------------------------------------------------------------------------------------------------

STREAM_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found: Stream: {arn} not found")
SHARD_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found: Shard does not exist")
# The wordings of the next four are not recorded.
ITERATOR_INVALID = _row("Invalid ShardIterator")
ITERATOR_EXPIRED = ErrorRow("ExpiredIteratorException", 400, "Iterator expired")
TIMESTAMP_MISSING = _row("Timestamp is required when ShardIteratorType is AT_TIMESTAMP")  # wording not recorded
SEQUENCE_SUPERFLUOUS = _row("SequenceNumber must not be given when ShardIteratorType is {type}")  # wording not recorded
SHARD_FILTER_INCOMPLETE = _row("ShardFilter needs both Type and ShardId")  # wording not recorded
STREAM_ARN_INVALID = _row("Invalid StreamArn: {arn}")  # wording not recorded
SEQUENCE_MISSING = _row("SequenceNumber is required when ShardIteratorType is {type}")
SEQUENCE_TRIMMED = ErrorRow("TrimmedDataAccessException", 400, "The SequenceNumber lies before the oldest record that is kept")

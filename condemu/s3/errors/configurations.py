"""Every answer that refuses a bucket's configuration.

Texts as recorded on AWS in 2026-02 unless a comment says otherwise: *third-party* are answers of AWS that users have published.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

_ARGUMENT: Final = ("ArgumentName", "ArgumentValue")
_BUCKET: Final = ("BucketName",)

# None is there
NO_LIFECYCLE: Final = ErrorRow("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist", _BUCKET)
NO_WEBSITE: Final = ErrorRow(
    "NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration", _BUCKET
)
NO_REPLICATION: Final = ErrorRow(
    "ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found", _BUCKET
)
NO_SUCH_CONFIGURATION: Final = ErrorRow("NoSuchConfiguration", 404, "The specified configuration does not exist.")
NO_METADATA_CONFIGURATION: Final = ErrorRow(  # the code is third-party, the text inferred from its siblings
    "MetadataConfigurationNotFound", 404, "The metadata configuration does not exist", _BUCKET
)

# Those that have an id
ID_MISMATCH: Final = ErrorRow("IdMismatch", 400, "Document ID does not match the specified configuration ID.")
INVALID_ID: Final = ErrorRow("InvalidArgument", 400, "Invalid Argument", _ARGUMENT)  # documented as a cause, and not as a text
TOO_MANY: Final = ErrorRow(  # documented
    "TooManyConfigurations",
    400,
    "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.",
)
INVALID_DESTINATION: Final = ErrorRow("InvalidS3DestinationBucket", 400, "Invalid bucket ARN.")

# Accelerate, logging, replication
ACCELERATED_PERIODS: Final = ErrorRow(
    "InvalidRequest", 400, "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
)
NO_LOGGING_TARGET: Final = ErrorRow(
    "InvalidTargetBucketForLogging", 400, "The target bucket for logging does not exist", ("TargetBucket",)
)
LOGGING_ELSEWHERE: Final = ErrorRow(  # the code's spelling is AWS's
    "CrossLocationLoggingProhibitted",
    403,
    "Cross S3 location logging not allowed. ",
    ("SourceBucketLocation", "TargetBucketLocation"),
)
REPLICATION_NEEDS_VERSIONING: Final = ErrorRow(
    "InvalidRequest", 400, "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
)
REPLICA_NEEDS_VERSIONING: Final = ErrorRow("InvalidRequest", 400, "Destination bucket must have versioning enabled.")
NO_REPLICA_BUCKET: Final = ErrorRow("InvalidRequest", 400, "Destination bucket must exist.")  # third-party
REPLICATION_SCHEMA: Final = ErrorRow(  # third-party
    "InvalidRequest",
    400,
    "{Element} must be specified for this version of Cross Region Replication configuration schema. "
    "Please refer to S3 Developer Guide for more information.",
)

# Notification
UNKNOWN_EVENT: Final = ErrorRow(  # documented
    "InvalidArgument", 400, "A specified event is not supported for notifications.", _ARGUMENT
)
INVALID_DESTINATION_ARN: Final = ErrorRow(  # documented
    "InvalidArgument",
    400,
    "A specified destination ARN does not exist or is not well-formed. Verify the destination ARN.",
    _ARGUMENT,
)
FILTER_RULE_NAME: Final = ErrorRow("InvalidArgument", 400, "filter rule name must be either prefix or suffix", _ARGUMENT)
FILTER_RULE_TWICE: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Cannot specify more than one {Name} rule in a filter.", _ARGUMENT
)
EVENTS_OVERLAP: Final = ErrorRow(  # third-party
    "InvalidArgument",
    400,
    "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
    _ARGUMENT,
)
FILTERS_OVERLAP: Final = ErrorRow(  # third-party
    "InvalidArgument",
    400,
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping "
    "for the same event type.",
)

# Website
INDEX_NEEDED: Final = ErrorRow(
    "InvalidArgument",
    400,
    "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
    _ARGUMENT,
)
INDEX_FORM: Final = ErrorRow("InvalidArgument", 400, "The IndexDocument Suffix is not well formed", _ARGUMENT)
REDIRECT_ALONE: Final = ErrorRow(
    "InvalidArgument", 400, "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.", _ARGUMENT
)
REDIRECT_PROTOCOL: Final = ErrorRow(
    "InvalidRequest",
    400,
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
)
# The next two as third parties have them from AWS.
REDIRECT_CODE: Final = ErrorRow(
    "InvalidRequest", 400, "The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
)
ERROR_CODE: Final = ErrorRow(
    "InvalidRequest", 400, "The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."
)
TIERING_DAYS: Final = ErrorRow("InvalidArgument", 400, "Invalid Argument")
EMPTY_CONDITION: Final = ErrorRow(
    "InvalidRequest",
    400,
    "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
)
TWO_REPLACEMENTS: Final = ErrorRow("InvalidRequest", 400, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")

FOLDER_FOUND: Final = ErrorRow("Found", 302, "Resource Found")  # third-party: the page that leads from `a` to `a/`

# Lifecycle
MINIMUM_SIZE: Final = ErrorRow("InvalidRequest", 400, "Invalid TransitionDefaultMinimumObjectSize found: {Value}")
NOT_MIDNIGHT: Final = ErrorRow("InvalidArgument", 400, "'Date' must be at midnight GMT", _ARGUMENT)
DUPLICATE_TAG_KEYS: Final = ErrorRow("InvalidRequest", 400, "Duplicate Tag Keys are not allowed.")
RULE_ID_TWICE: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Rule ID must be unique. Found same ID for more than one rule"
)
RULE_ID_TOO_LONG: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "ID length should not exceed allowed limit of 255"
)
NO_ACTION: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "At least one action needs to be specified in a rule"
)
NOT_POSITIVE: Final = ErrorRow(  # third-party for Expiration, inferred for the others
    "InvalidArgument", 400, "'{Element}' for {Action} action must be a positive integer"
)
NOT_WITH_TAGS: Final = ErrorRow("InvalidRequest", 400, "{Action} cannot be specified with Tags.")  # third-party
SIZES_CROSSED: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
)
EXPIRES_TOO_EARLY: Final = ErrorRow(  # third-party
    "InvalidArgument",
    400,
    "'{Element}' in the Expiration action for filter '(prefix={Prefix})' must be greater than '{Element}' in the Transition "
    "action",
)
DAYS_AND_DATES: Final = ErrorRow(  # third-party
    "InvalidRequest",
    400,
    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix={Prefix})'",
)
TOO_EARLY_FOR_CLASS: Final = ErrorRow(  # third-party
    "InvalidArgument",
    400,
    "'Days' in Transition action must be greater than or equal to 30 for storageClass '{StorageClass}'",
)

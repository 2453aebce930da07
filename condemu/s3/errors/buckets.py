"""Every answer that refuses an operation on a bucket, on tags or on grants.

Texts as recorded on AWS in 2026-02 unless a comment says otherwise.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

_ARGUMENT: Final = ("ArgumentName", "ArgumentValue")
_SCHEMA: Final = "The XML you provided was not well-formed or did not validate against our published schema"

MISSING_BODY: Final = ErrorRow("MissingRequestBodyError", 400, "Request Body is empty")

# CreateBucket and DeleteBucket
BUCKET_ALREADY_OWNED: Final = ErrorRow(
    "BucketAlreadyOwnedByYou",
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
    ("BucketName",),
)
VERSIONS_REMAIN: Final = ErrorRow(
    "BucketNotEmpty",
    409,
    "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    ("BucketName",),
)
INVALID_LOCATION: Final = ErrorRow(
    "InvalidLocationConstraint", 400, "The specified location-constraint is not valid", ("LocationConstraint",)
)
ILLEGAL_LOCATION: Final = ErrorRow(
    "IllegalLocationConstraintException",
    400,
    "The {LocationConstraint} location constraint is incompatible for the region specific endpoint this request was sent to.",
)
INVALID_OWNERSHIP_HEADER: Final = ErrorRow(
    "InvalidArgument", 400, "Invalid x-amz-object-ownership header: {Value}", ("ArgumentName",)
)
INVALID_NAMESPACE_HEADER: Final = ErrorRow(  # inferred from the ownership header's
    "InvalidArgument", 400, "Invalid x-amz-bucket-namespace header: {Value}", ("ArgumentName",)
)
ACL_WITH_OWNERSHIP: Final = ErrorRow(  # documented
    "InvalidBucketAclWithObjectOwnership", 400, "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
)
PUBLIC_ACL_AT_CREATION: Final = ErrorRow(  # documented
    "InvalidBucketAclWithBlockPublicAccessError", 400, "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
)

# ListBuckets
INVALID_REGION: Final = ErrorRow("InvalidArgument", 400, "Argument value {Value} is not a valid AWS Region", ("ArgumentName",))
MAX_BUCKETS: Final = ErrorRow(  # inferred from the bounds that the API reference names
    "InvalidArgument", 400, "Argument max-buckets must be an integer between 1 and 10000", _ARGUMENT
)

# Versioning and Object Lock
VERSIONING_MISSING: Final = ErrorRow("IllegalVersioningConfigurationException", 400, "The Versioning element must be specified")
VERSIONING_LOCKED: Final = ErrorRow(
    "InvalidBucketState",
    409,
    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
)
LOCK_NEEDS_VERSIONING: Final = ErrorRow(
    "InvalidBucketState", 409, "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
)
NO_LOCK_CONFIGURATION: Final = ErrorRow(
    "ObjectLockConfigurationNotFoundError", 404, "Object Lock configuration does not exist for this bucket", ("BucketName",)
)
RETENTION_TOO_LONG: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Default retention period too large!", _ARGUMENT
)

# Public access and ownership
NO_PUBLIC_ACCESS_BLOCK: Final = ErrorRow(
    "NoSuchPublicAccessBlockConfiguration", 404, "The public access block configuration was not found", ("BucketName",)
)
NO_OWNERSHIP: Final = ErrorRow(
    "OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found", ("BucketName",)
)

# Tags
NO_TAGS: Final = ErrorRow("NoSuchTagSet", 404, "The TagSet does not exist", ("BucketName",))
DUPLICATE_TAG: Final = ErrorRow("InvalidTag", 400, "Cannot provide multiple Tags with the same key", ("TagKey",))
INVALID_TAG_KEY: Final = ErrorRow("InvalidTag", 400, "The TagKey you have provided is invalid", ("TagKey",))
INVALID_TAG_VALUE: Final = ErrorRow("InvalidTag", 400, "The TagValue you have provided is invalid", ("TagKey", "TagValue"))
SYSTEM_TAG_ON_OBJECT: Final = ErrorRow("InvalidTag", 400, "Your TagKey cannot be prefixed with aws:", ("TagKey",))
SYSTEM_TAG_ON_BUCKET: Final = ErrorRow("InvalidTag", 400, "System tags cannot be added/updated by requester", ("TagKey",))
SYSTEM_TAG_ON_NEW_BUCKET: Final = ErrorRow(
    "InvalidTag",
    400,
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. '
    'Remove "aws:" from your tag keys and try again.',
)
TOO_MANY_TAGS: Final = ErrorRow("BadRequest", 400, "{Subject} cannot be greater than {Limit}")  # third-party

# Encryption
KEY_WITHOUT_KMS: Final = ErrorRow(
    "InvalidArgument",
    400,
    "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
    ("ArgumentName",),
)

# Access control lists
ACL_NOT_SUPPORTED: Final = ErrorRow("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
MALFORMED_ACL: Final = ErrorRow("MalformedACLError", 400, _SCHEMA)
INVALID_CANNED_ACL: Final = ErrorRow("InvalidArgument", 400, "", _ARGUMENT)  # recorded with an empty message
CANNED_AND_GRANTS: Final = ErrorRow("InvalidRequest", 400, "Specifying both Canned ACLs and Header Grants is not allowed")
INVALID_GRANT_HEADER: Final = ErrorRow("InvalidArgument", 400, "Argument format not recognized", _ARGUMENT)
INVALID_GROUP: Final = ErrorRow("InvalidArgument", 400, "Invalid group uri", _ARGUMENT)
INVALID_ID: Final = ErrorRow("InvalidArgument", 400, "Invalid id", _ARGUMENT)
UNKNOWN_EMAIL: Final = ErrorRow(  # documented
    "UnresolvableGrantByEmailAddress", 400, "The e-mail address you provided does not match any account on record."
)
MISSING_SECURITY_HEADER: Final = ErrorRow(
    "MissingSecurityHeader", 400, "Your request was missing a required header", ("MissingHeaderName",)
)
UNEXPECTED_CONTENT: Final = ErrorRow("UnexpectedContent", 400, "This request does not support content")

# Cross-origin requests
NO_CORS: Final = ErrorRow("NoSuchCORSConfiguration", 404, "The CORS configuration does not exist", ("BucketName",))
CORS_METHOD: Final = ErrorRow(
    "InvalidRequest", 400, "Found unsupported HTTP method in CORS config. Unsupported method is {Method}"
)
CORS_WILDCARDS: Final = ErrorRow("InvalidRequest", 400, '{Element} "{Value}" can not have more than one wildcard.')  # third-party
CORS_EXPOSED_WILDCARD: Final = ErrorRow(  # third-party
    "InvalidRequest",
    400,
    'ExposeHeader "{Value}" contains wildcard. We currently do not support wildcard for ExposeHeader.',
)
ORIGIN_NEEDED: Final = ErrorRow("BadRequest", 400, "Insufficient information. Origin request header needed.")
CORS_NO_BUCKET: Final = ErrorRow("AccessForbidden", 403, "CORSResponse: Bucket not found", ("Method", "ResourceType"))
CORS_DISABLED: Final = ErrorRow(
    "AccessForbidden", 403, "CORSResponse: CORS is not enabled for this bucket.", ("Method", "ResourceType")
)
CORS_FORBIDDEN: Final = ErrorRow(
    "AccessForbidden",
    403,
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    ("Method", "ResourceType"),
)

"""Every answer of S3 that refuses. Texts as recorded on AWS in 2026-02 unless a comment says otherwise."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

ACCESS_DENIED: Final = ErrorRow("AccessDenied", 403, "Access Denied")
BUCKET_ALREADY_EXISTS: Final = ErrorRow(
    "BucketAlreadyExists",
    409,
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again.",
    ("BucketName",),
)
BUCKET_NOT_EMPTY: Final = ErrorRow("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", ("BucketName",))
INVALID_BUCKET_NAME: Final = ErrorRow("InvalidBucketName", 400, "The specified bucket is not valid.", ("BucketName",))
METHOD_NOT_ALLOWED: Final = ErrorRow(
    "MethodNotAllowed", 405, "The specified method is not allowed against this resource.", ("Method", "ResourceType")
)
MISSING_CONTENT_LENGTH: Final = ErrorRow("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
NO_SUCH_BUCKET: Final = ErrorRow("NoSuchBucket", 404, "The specified bucket does not exist", ("BucketName",))
NO_SUCH_KEY: Final = ErrorRow("NoSuchKey", 404, "The specified key does not exist.", ("Key",))

# Conditions. 412 has no Key, 409 has one; 501's additionalMessage is lower camel case.
PRECONDITION_FAILED: Final = ErrorRow(
    "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", ("Condition",)
)
CONDITIONAL_REQUEST_CONFLICT: Final = ErrorRow(
    "ConditionalRequestConflict",
    409,
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
    ("Condition", "Key"),
)
NOT_IMPLEMENTED: Final = ErrorRow(
    "NotImplemented",
    501,
    "A header you provided implies functionality that is not implemented",
    ("Header", "additionalMessage"),
)
# What NotImplemented says in its additionalMessage (recorded 2026-02-21)
BOTH_PRESENT: Final = "Multiple conditional request headers present in the request"
NOT_ACCEPTED: Final = "We don't accept the provided value of {} header for this API"
NOT_MODIFIED: Final = ErrorRow("NotModified", 304, "Not Modified")

# Keys, versions and object state
KEY_TOO_LONG: Final = ErrorRow("KeyTooLongError", 400, "Your key is too long", ("Size", "MaxSizeAllowed"))  # documented
INVALID_URI: Final = ErrorRow("InvalidURI", 400, "Couldn't parse the specified URI.", ("URI",))  # documented
NO_SUCH_VERSION: Final = ErrorRow("NoSuchVersion", 404, "The specified version does not exist.", ("Key", "VersionId"))
INVALID_VERSION_ID: Final = ErrorRow("InvalidArgument", 400, "Invalid version id specified", ("ArgumentName", "ArgumentValue"))
INVALID_OBJECT_STATE: Final = ErrorRow(
    "InvalidObjectState", 403, "The operation is not valid for the object's storage class", ("StorageClass",)
)
MALFORMED_XML: Final = ErrorRow(
    "MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema"
)

NO_SUCH_ANNOTATION: Final = ErrorRow(  # documented
    "NoSuchAnnotation", 404, "The specified annotation does not exist on this object."
)

# Bodies and their digests
MISSING_MD5_OR_CHECKSUM: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
)
INVALID_DIGEST: Final = ErrorRow("InvalidDigest", 400, "The Content-MD5 you specified was invalid.", ("Content-MD5",))
BAD_CONTENT_MD5: Final = ErrorRow(
    "BadDigest",
    400,
    "The Content-MD5 you specified did not match what we received.",
    ("ExpectedDigest", "CalculatedDigest"),
)
BAD_CHECKSUM: Final = ErrorRow("BadDigest", 400, "The {Algorithm} you specified did not match the calculated checksum.")
INVALID_CHECKSUM: Final = ErrorRow("InvalidRequest", 400, "Value for {Header} header is invalid.")
INVALID_TRAILING_CHECKSUM: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "Value for {Header} trailing header is invalid."
)
SEVERAL_CHECKSUMS: Final = ErrorRow(
    "InvalidRequest", 400, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
)
CHECKSUM_WITHOUT_VALUE: Final = ErrorRow(  # third-party
    "InvalidRequest",
    400,
    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
)
UNSUPPORTED_CHECKSUM_ALGORITHM: Final = ErrorRow(
    "InvalidRequest",
    400,
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
    "[CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]",
)
UNSUPPORTED_TRAILER: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "The value specified in the x-amz-trailer header is not supported"
)
CONTENT_SHA256_MISMATCH: Final = ErrorRow(  # documented
    "XAmzContentSHA256Mismatch",
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ("ClientComputedContentSHA256", "S3ComputedContentSHA256"),
)
INVALID_CONTENT_SHA256: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "The value of x-amz-content-sha256 header is invalid."
)
BODY_TERMINATED: Final = ErrorRow("IncompleteBody", 400, "The request body terminated unexpectedly")  # third-party
BODY_LENGTH: Final = ErrorRow(  # documented
    "IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header"
)
INVALID_CHUNK_SIZE: Final = ErrorRow(  # documented
    "InvalidChunkSizeError",
    403,
    "Only the last chunk is allowed to have a size less than 8192 bytes",
    ("Chunk", "BadChunkSize"),
)
MALFORMED_TRAILER: Final = ErrorRow(  # third-party
    "MalformedTrailerError",
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
)
CHUNK_SIGNATURE_MISMATCH: Final = ErrorRow(
    "SignatureDoesNotMatch",
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"),
)
DOCUMENT_TOO_LONG: Final = ErrorRow("MaxMessageLengthExceeded", 400, "Your request was too big.")  # documented
ENTITY_TOO_LARGE: Final = ErrorRow(
    "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size", ("ProposedSize", "MaxSizeAllowed")
)

# Headers of objects
CONFLICTING_VALUES: Final = ErrorRow(  # documented as a reason, and not as a text
    "InvalidRequest", 400, "Conflicting values provided in HTTP headers and query parameters."
)
INVALID_STORAGE_CLASS: Final = ErrorRow(
    "InvalidStorageClass", 400, "The storage class you specified is not valid", ("StorageClassRequested",)
)
METADATA_TOO_LARGE: Final = ErrorRow(  # documented
    "MetadataTooLarge",
    400,
    "Your metadata headers exceed the maximum allowed metadata size",
    ("Size", "MaxSizeAllowed"),
)
INVALID_REDIRECT: Final = ErrorRow(  # documented
    "InvalidRedirectLocation", 400, "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
)
INVALID_TAGGING_HEADER: Final = ErrorRow(
    "InvalidArgument",
    400,
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    ("ArgumentName", "ArgumentValue"),
)
UNKNOWN_DIRECTIVE: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Unknown {Directive} directive.", ("ArgumentName", "ArgumentValue")
)
INVALID_OVERRIDE: Final = ErrorRow(
    "InvalidArgument", 400, "Header value cannot be represented using ISO-8859-1.", ("ArgumentName", "ArgumentValue")
)
ANONYMOUS_OVERRIDE: Final = ErrorRow(  # documented
    "InvalidRequest", 400, "Request specific response headers cannot be used for anonymous GET requests."
)

# Ranges and parts
INVALID_RANGE: Final = ErrorRow(
    "InvalidRange", 416, "The requested range is not satisfiable", ("ActualObjectSize", "RangeRequested")
)
INVALID_PART_NUMBER: Final = ErrorRow(
    "InvalidPartNumber", 416, "The requested partnumber is not satisfiable", ("ActualPartCount", "PartNumberRequested")
)
PART_NUMBER_OUT_OF_BOUNDS: Final = ErrorRow(
    "InvalidArgument",
    400,
    "Part number must be an integer between 1 and 10000, inclusive",
    ("ArgumentName", "ArgumentValue"),
)
PART_WITHOUT_UPLOAD: Final = ErrorRow(  # third-party
    "InvalidArgument",
    400,
    "This operation does not accept partNumber without uploadId",
    ("ArgumentName", "ArgumentValue"),
)
UPLOADS_OF_KEY: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "Key is not expected for the GET method ?uploads subresource"
)
VERSIONS_OF_KEY: Final = ErrorRow(  # third-party
    "InvalidRequest", 400, "There is no such thing as the ?versions sub-resource for a key"
)
ENCRYPTION_ON_READ: Final = ErrorRow(  # documented as 400; the text as a user reports it
    "InvalidArgument",
    400,
    "x-amz-server-side-encryption header is not supported for this operation.",
    ("ArgumentName", "ArgumentValue"),
)
RANGE_AND_PART_NUMBER: Final = ErrorRow("InvalidRequest", 400, "Cannot specify both Range header and partNumber query parameter")
INVALID_ATTRIBUTE_NAME: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Invalid attribute name specified.", ("ArgumentName", "ArgumentValue")
)
MISSING_ATTRIBUTES: Final = ErrorRow(  # inferred from the other required headers
    "InvalidRequest", 400, "Missing required header for this request: x-amz-object-attributes"
)
ARGUMENT_OUT_OF_BOUNDS: Final = ErrorRow(
    "InvalidArgument",
    400,
    "Argument {ArgumentName} must be an integer between 0 and 2147483647",
    ("ArgumentName", "ArgumentValue"),
)

# Copies
INVALID_COPY_SOURCE: Final = ErrorRow("InvalidArgument", 400, "Invalid copy source object key", ("ArgumentName", "ArgumentValue"))
INVALID_COPY_SOURCE_BUCKET: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Invalid copy source bucket name", ("ArgumentName", "ArgumentValue")
)
COPY_SOURCE_IS_MARKER: Final = ErrorRow(
    "InvalidRequest", 400, "The source of a copy request may not specifically refer to a delete marker by version id."
)
COPY_ONTO_ITSELF: Final = ErrorRow(
    "InvalidRequest",
    400,
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
    "storage class, website redirect location or encryption attributes.",
)
COPY_SOURCE_TOO_LARGE: Final = ErrorRow(  # documented
    "InvalidRequest", 400, "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"
)

# Object Lock
OBJECT_LOCKED: Final = ErrorRow("AccessDenied", 403, "Access Denied because object protected by object lock.")
BYPASS_WITHOUT_LOCK: Final = ErrorRow(
    "InvalidArgument",
    400,
    "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
    ("ArgumentName",),
)
BUCKET_WITHOUT_LOCK: Final = ErrorRow("InvalidRequest", 400, "Bucket is missing Object Lock Configuration")
NO_OBJECT_LOCK: Final = ErrorRow(
    "NoSuchObjectLockConfiguration", 404, "The specified object does not have a ObjectLock configuration"
)
RETAIN_IN_THE_PAST: Final = ErrorRow(
    "InvalidArgument", 400, "The retain until date must be in the future!", ("ArgumentName", "ArgumentValue")
)
RETAIN_DATE_FORMAT: Final = ErrorRow(  # documented as a form, and not as a text
    "InvalidArgument", 400, "The retain until date must be provided in ISO 8601 format", ("ArgumentName", "ArgumentValue")
)
LOCK_PAIR: Final = ErrorRow(
    "InvalidArgument",
    400,
    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    ("ArgumentName",),
)
UNKNOWN_LOCK_MODE: Final = ErrorRow("InvalidArgument", 400, "Unknown wormMode directive.", ("ArgumentName", "ArgumentValue"))
UNKNOWN_LEGAL_HOLD: Final = ErrorRow(  # inferred from the mode's
    "InvalidArgument", 400, "Legal Hold must be either of 'ON' or 'OFF'", ("ArgumentName", "ArgumentValue")
)
LOCK_NEEDS_DIGEST: Final = ErrorRow(  # documented
    "InvalidRequest",
    400,
    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
)

OPERATION_NOT_IMPLEMENTED: Final = ErrorRow(
    "NotImplemented", 501, "A header you provided implies functionality that is not implemented"
)
# Here only a disk without room for a body leads to it.
INTERNAL_ERROR: Final = ErrorRow("InternalError", 500, "We encountered an internal error. Please try again.")

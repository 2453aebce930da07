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
NOT_MODIFIED: Final = ErrorRow("NotModified", 304, "Not Modified")
OPERATION_NOT_IMPLEMENTED: Final = ErrorRow("NotImplemented", 501, "A header you provided implies functionality that is not implemented")
INTERNAL_ERROR: Final = ErrorRow(
    "InternalError", 500, "We encountered an internal error. Please try again.", unprovoked="nothing known provokes it"
)

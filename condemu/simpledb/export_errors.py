"""Every answer of the export API (`simpledbv2`, 2025-09-26) that refuses, and every reason for which an export fails.

Texts are those of the Developer Guide, statuses those of the API model. The guide's table has 409 for ConflictException and
the name NumberDomainExportsExceeded for NumberExportsLimitExceeded; SDKs know the model's. Rows about identity are inferred
from what other services of this protocol answer.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

CONFLICT: Final = ErrorRow("ConflictException", 400, "Idempotent request failed due to parameter mismatch.")
NUMBER_EXPORTS_LIMIT_EXCEEDED: Final = ErrorRow("NumberExportsLimitExceeded", 409, "The export limit was exceeded.")
NO_SUCH_DOMAIN_EXCEPTION: Final = ErrorRow("NoSuchDomainException", 400, "The specified domain does not exist.")
NO_SUCH_EXPORT: Final = ErrorRow("NoSuchExportException", 400, "The specified export does not exist.")
INVALID_NEXT_TOKEN_EXCEPTION: Final = ErrorRow("InvalidNextTokenException", 400, "The specified next token is not valid.")
KMS_KEY_WITHOUT_KMS: Final = ErrorRow(
    "InvalidParameterCombinationException", 400, "Parameter S3SseKmsKeyId must be provided only when S3SseAlgorithm is KMS."
)
LENGTH: Final = ErrorRow(
    "InvalidParameterValueException",
    400,
    "Value ({Value}) for parameter {Parameter} is invalid. {Parameter} must be between {Least} and {Most} characters long.",
)
FORM: Final = ErrorRow(
    "InvalidParameterValueException", 400, "Value ({Value}) for parameter {Parameter} is invalid. {Parameter} {Form}"
)
RANGE: Final = ErrorRow(
    "InvalidParameterValueException",
    400,
    "Value ({Value}) for parameter {Parameter} is invalid. {Parameter} must be between {Least} and {Most}.",
)
MISSING: Final = ErrorRow(  # named without a text by the operations' pages
    "MissingParameter", 400, "The request must contain the parameter {Parameter}"
)
SERIALIZATION: Final = ErrorRow("SerializationException", 400, "")
UNKNOWN_OPERATION: Final = ErrorRow("UnknownOperationException", 404, "")
ACCESS_DENIED: Final = ErrorRow(
    "AccessDeniedException", 403, "User: {Caller} is not authorized to perform: sdb:{Action} on resource: {Resource}"
)
MISSING_TOKEN: Final = ErrorRow("MissingAuthenticationTokenException", 403, "Missing Authentication Token")
UNRECOGNIZED_CLIENT: Final = ErrorRow(
    "UnrecognizedClientException", 403, "The security token included in the request is invalid."
)
EXPIRED_TOKEN: Final = ErrorRow("ExpiredTokenException", 403, "The security token included in the request is expired")
INVALID_SIGNATURE: Final = ErrorRow(
    "InvalidSignatureException",
    403,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details.",
)

# Why an export fails: failureCode -> failureMessage of GetExport, never an answer's own error.
FAILURES: Final = {
    "KmsAccessDeniedException": "An error occurred during the export. Access to the specified KMS key is denied.",
    "KmsDisabledException": "An error occurred during the export. The specified KMS key is disabled.",
    "KmsInvalidKeyUsageException": "An error occurred during the export. The expected KMS key usage is ENCRYPT_DECRYPT.",
    "KmsInvalidStateException": "An error occurred during the export. The specified KMS key is in an invalid state.",
    "KmsNotFoundException": "An error occurred during the export. The specified KMS key does not exist.",
    "S3AccessDenied": "Export failed due to insufficient access to the Amazon S3 bucket.",
    "S3AllAccessDisabled": "Export failed due to insufficient access to the Amazon S3 bucket.",
    "S3InvalidBucketOwnerAWSAccountID": "Export failed due to insufficient access to the Amazon S3 bucket.",
    "S3AccountProblem": "Export failed due to a problem with your AWS account.",
    "S3NotSignedUp": "Export failed due to a problem with your AWS account.",
    "S3NoSuchBucket": "An error occurred during the export. The specified Amazon S3 bucket does not exist.",
    "ExportTimedOut": "The export operation timed out and could not be completed. Try again.",
}
CUT_OFF: Final = "ExportTimedOut"  # for an export that was not allowed to end (inferred)
OTHERWISE: Final = "S3AccessDenied"  # for whatever else a bucket answers (inferred)

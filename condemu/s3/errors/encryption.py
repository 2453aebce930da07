"""Every answer that refuses how an object is to be encrypted, or read. Texts as recorded on AWS in 2026-02 unless a comment says
otherwise."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

_NAME: Final = ("ArgumentName",)
_BOTH: Final = ("ArgumentName", "ArgumentValue")
_CUSTOMER: Final = "Requests specifying Server Side Encryption with Customer provided keys must provide "

# Keys of the client's own
INCOMPATIBLE: Final = ErrorRow(
    "InvalidArgument",
    400,
    "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
    _BOTH,
)
INVALID_ALGORITHM: Final = ErrorRow(
    "InvalidEncryptionAlgorithmError",
    400,
    "The Encryption request you specified is not valid. Supported value: AES256.",
    _BOTH,
)
NO_ALGORITHM: Final = ErrorRow("InvalidArgument", 400, _CUSTOMER + "a valid encryption algorithm.", _NAME)
NO_KEY: Final = ErrorRow("InvalidArgument", 400, _CUSTOMER + "an appropriate secret key.", _NAME)
NO_KEY_MD5: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, _CUSTOMER + "the client calculated MD5 of the secret key.", _NAME
)
WRONG_KEY_MD5: Final = ErrorRow(
    "InvalidArgument", 400, "The calculated MD5 hash of the key did not match the hash that was provided.", _NAME
)
INVALID_KEY: Final = ErrorRow("InvalidArgument", 400, "The secret key was invalid for the specified algorithm.", _NAME)
KEY_NEEDED: Final = ErrorRow(
    "InvalidRequest",
    400,
    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the "
    "object.",
)
KEY_NOT_APPLICABLE: Final = ErrorRow(  # measured
    "InvalidRequest", 400, "The encryption parameters are not applicable to this object."
)
WRONG_KEY: Final = ErrorRow("AccessDenied", 403, _CUSTOMER + "the correct secret key.")
PART_WITHOUT_KEY: Final = ErrorRow(
    "InvalidRequest",
    400,
    "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption "
    "parameters.",
)
PART_WITH_ANOTHER_KEY: Final = ErrorRow(
    "InvalidRequest", 400, "The provided encryption parameters did not match the ones used originally."
)
CUSTOMER_KEYS_BLOCKED: Final = ErrorRow(  # documented
    "AccessDenied",
    403,
    'User: {User} is not authorized to perform: {Action} on resource: "{Resource}" because this bucket has blocked upload '
    "requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side "
    "encryption type",
)

# Keys in KMS
UNSUPPORTED_METHOD: Final = ErrorRow(  # measured for an empty value
    "InvalidArgument", 400, "The encryption method specified is not supported", _BOTH
)
KMS_KEY_ALONE: Final = ErrorRow(  # measured
    "InvalidArgument",
    400,
    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
)
KMS_CONTEXT: Final = ErrorRow(  # measured; the code is inferred
    "InvalidArgument",
    400,
    "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a "
    "string-string map",
)
KMS_NEEDS_VERSION_4: Final = ErrorRow(  # measured
    "InvalidArgument",
    400,
    "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
    _BOTH,
)
KMS_NO_SUCH_KEY: Final = ErrorRow("KMS.NotFoundException", 400, "Invalid keyId '{Key}'")
KMS_OTHER_REGION: Final = ErrorRow("KMS.NotFoundException", 400, "Invalid arn {Region}")

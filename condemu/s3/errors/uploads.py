"""Every answer that refuses a step of a multipart upload. Texts as recorded on AWS in 2026-02 unless a comment says otherwise."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

NO_SUCH_UPLOAD: Final = ErrorRow(
    "NoSuchUpload",
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    ("UploadId",),
)

# CreateMultipartUpload
CHECKSUM_TYPE_ALONE: Final = ErrorRow(
    "InvalidRequest", 400, "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
)
CHECKSUM_TYPE_UNUSABLE: Final = ErrorRow(
    "InvalidRequest", 400, "The {Type} checksum type cannot be used with the {Algorithm} checksum algorithm."
)
INVALID_CHECKSUM_TYPE: Final = ErrorRow(  # inferred from the text for other checksum headers
    "InvalidRequest", 400, "Value for x-amz-checksum-type header is invalid."
)

# UploadPart, UploadPartCopy
CHECKSUM_TYPE_MISMATCH: Final = ErrorRow(
    "InvalidRequest", 400, "Checksum Type mismatch occurred, expected checksum Type: {Expected}, actual checksum Type: {Actual}"
)
COPY_RANGE_FORM: Final = ErrorRow(
    "InvalidArgument",
    400,
    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of "
    "the first and last bytes to copy",
    ("ArgumentName", "ArgumentValue"),
)
COPY_RANGE_TOO_LONG: Final = ErrorRow(
    "InvalidArgument", 400, "Range specified is not valid for source object of size: {Size}", ("ArgumentName", "ArgumentValue")
)
COPY_RANGE_OUTSIDE: Final = ErrorRow("InvalidRequest", 400, "The specified copy range is invalid for the source object size")

# CompleteMultipartUpload
NO_PARTS: Final = ErrorRow("InvalidRequest", 400, "You must specify at least one part")
INVALID_PART: Final = ErrorRow(
    "InvalidPart",
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag "
    "may not match the part's entity tag.",
    ("UploadId", "PartNumber", "ETag"),
)
INVALID_PART_ORDER: Final = ErrorRow(
    "InvalidPartOrder",
    400,
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
    ("UploadId",),
)
PART_TOO_SMALL: Final = ErrorRow(
    "EntityTooSmall",
    400,
    "Your proposed upload is smaller than the minimum allowed size",
    ("ProposedSize", "MinSizeAllowed", "PartNumber", "ETag"),
)
WRONG_OBJECT_SIZE: Final = ErrorRow(
    "InvalidRequest",
    400,
    "The provided 'x-amz-mp-object-size' header value {Given} does not match what was computed: {Computed}",
)
INVALID_OBJECT_SIZE: Final = ErrorRow(  # inferred from the text for other headers
    "InvalidRequest", 400, "Value for x-amz-mp-object-size header is invalid."
)
PART_CHECKSUM_MISSING: Final = ErrorRow(
    "InvalidRequest",
    400,
    "The upload was created using a {Algorithm} checksum. The complete request must include the checksum for each part. "
    "It was missing for part {PartNumber} in the request.",
)
CHECKSUM_MODE: Final = ErrorRow(
    "InvalidRequest",
    400,
    "The upload was created using the {Type} checksum mode. The complete request must use the same checksum mode.",
)
BAD_PART_CHECKSUM: Final = ErrorRow(  # a checksum by another algorithm than the upload's; a wrong one is InvalidPart
    "BadDigest", 400, "The {Algorithm} you specified for part {PartNumber} did not match what we received."
)
BAD_OBJECT_CHECKSUM: Final = ErrorRow(  # the algorithm in lower case, other than on PutObject and UploadPart
    "BadDigest", 400, "The {Algorithm} you specified did not match the calculated checksum."
)
PART_NUMBERS_WITH_GAPS: Final = ErrorRow(  # documented: "HTTP 500 Internal Server Error" for a COMPOSITE checksum
    "InternalError", 500, "We encountered an internal error. Please try again."
)

"""Where a refusal is explained: the entry of docs/errors.md that the header `x-condemu-help` names.

The entry says what the refusal means, how to provoke it in a few lines, and what to do in a retry loop.
"""

from __future__ import annotations

from typing import Final

from condemu.core.http import Response

PAGE: Final = "docs/errors.md"
# The codes that have an entry; a test holds them against the page.
EXPLAINED: Final = frozenset({
    "AccessDenied", "AttributeDoesNotExist", "BadDigest", "BucketNotEmpty", "ConditionalCheckFailed",
    "ConditionalCheckFailedException", "ConditionalRequestConflict", "DuplicateItemException", "ExistsAndExpectedValue",
    "IdempotentParameterMismatchException", "IncompleteExpectedValues", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidQueryExpression", "InvalidSignatureException", "MethodNotAllowed", "MultiValuedAttribute",
    "MultipleExistsConditions", "MultipleExpectedNames", "MultipleExpectedValues", "NoSuchBucket", "NoSuchDomain",
    "NoSuchKey", "NoSuchUpload", "NotImplemented", "NotModified", "NumberSubmittedItemsExceeded", "PolicyNotFoundException",
    "PreconditionFailed", "ResourceInUseException", "ResourceNotFoundException", "SignatureDoesNotMatch",
    "TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException",
    "UnrecognizedClientException", "ValidationException",
})  # fmt: skip


_HEADERS: Final = {code: ("x-condemu-help", f"{PAGE}#{code.lower()}") for code in EXPLAINED}


def add_help(response: Response) -> None:
    """Name the entry beside the reason, if the refusal says one."""
    refusal = response.refusal
    if refusal is not None and refusal.because:
        header = _HEADERS.get(refusal.row.code)
        if header is not None:
            response.headers.append(header)

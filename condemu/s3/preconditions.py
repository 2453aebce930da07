"""Conditions on writes, reads, deletes and copy sources.

This module decides one thing: given what is current under a key, does a condition refuse? See the tables beside each function.
"""

from __future__ import annotations

from condemu.core.errors import ServiceError
from condemu.s3.errors import CONDITIONAL_REQUEST_CONFLICT, NO_SUCH_KEY, NOT_IMPLEMENTED, PRECONDITION_FAILED
from condemu.s3.records import Gone, Version

BOTH_PRESENT = "Multiple conditional request headers present in the request"
NOT_ACCEPTED = "We don't accept the provided value of {} header for this API"


def write_syntax_refusal(if_match: str | None, if_none_match: str | None) -> ServiceError | None:
    """What is refused whatever the key holds (recorded on AWS 2026-02-21).

    | If-Match | If-None-Match | answer                          |
    |----------|---------------|---------------------------------|
    | any      | any           | 501 If-Match,If-None-Match      |
    | -        | other than *  | 501 If-None-Match               |
    | *        | -             | 501 If-Match                    |
    """
    if if_match is not None and if_none_match is not None:
        return ServiceError(NOT_IMPLEMENTED, {"Header": "If-Match,If-None-Match", "additionalMessage": BOTH_PRESENT})
    if if_none_match is not None and if_none_match != "*":
        return ServiceError(NOT_IMPLEMENTED, {"Header": "If-None-Match", "additionalMessage": NOT_ACCEPTED.format("If-None-Match")})
    if if_match == "*":
        return ServiceError(NOT_IMPLEMENTED, {"Header": "If-Match", "additionalMessage": NOT_ACCEPTED.format("If-Match")})
    return None


def write_refusal(
    if_match: str | None, if_none_match: str | None, key: str, found: Version | Gone | None, began: int
) -> ServiceError | None:
    """PutObject, CompleteMultipartUpload and CopyObject's destination, judged at the commit: 404, then 412, then 409.

    `began` is the commit index at which the request was received, or the upload was created.

    | condition       | the key holds                | changed since `began` | answer                |
    |-----------------|------------------------------|-----------------------|-----------------------|
    | If-None-Match:* | an object                    | either                | 412 If-None-Match     |
    | If-None-Match:* | nothing, or a delete marker  | yes                   | 409 If-None-Match     |
    | If-None-Match:* | nothing, or a delete marker  | no                    | none                  |
    | If-Match: e     | nothing, or a delete marker  | either                | 404 NoSuchKey         |
    | If-Match: e     | another ETag                 | either                | 412 If-Match          |
    | If-Match: e     | that ETag                    | yes                   | 409 If-Match          |
    | If-Match: e     | that ETag                    | no                    | none                  |
    """
    if if_none_match is None and if_match is None:
        return None
    current = found if isinstance(found, Version) and not found.marker else None
    changed = found is not None and found.changed > began
    if if_none_match is not None:
        if current is not None:
            return ServiceError(
                PRECONDITION_FAILED, {"Condition": "If-None-Match"}, because=f'the key holds an object with ETag "{current.etag}"'
            )
        condition = "If-None-Match"
    else:
        assert if_match is not None
        if current is None:
            return ServiceError(NO_SUCH_KEY, {"Key": key}, because="If-Match was sent and the key holds no object")
        if if_match.strip('"') != current.etag:
            return ServiceError(PRECONDITION_FAILED, {"Condition": "If-Match"}, because=f'the current ETag is "{current.etag}"')
        condition = "If-Match"
    if changed:
        return ServiceError(
            CONDITIONAL_REQUEST_CONFLICT,
            {"Condition": condition, "Key": key},
            because="the key was written or deleted after this request, or its upload, began",
        )
    return None

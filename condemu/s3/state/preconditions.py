"""Conditions on writes, deletes, reads and copy sources.

This module decides one thing: given what is current under a key, does a condition refuse? Its tables are the rules; each function
is one of them. `-` is "not sent" or "any". ETags are compared after their quotes were stripped, as AWS compares them on writes
(recorded 2026-02-21: `<etag>"` matches), and opaquely: a weak `W/"…"` or a list never equals.

S3 is not RFC 9110: a write takes only `If-None-Match: *` and only a concrete `If-Match`, and a missing key is 404 before it is
412.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import (
    BOTH_PRESENT,
    CONDITIONAL_REQUEST_CONFLICT,
    NO_SUCH_KEY,
    NOT_ACCEPTED,
    NOT_IMPLEMENTED,
    NOT_MODIFIED,
    PRECONDITION_FAILED,
)
from condemu.s3.state.records import Version
from condemu.s3.state.versions import Found
from condemu.wire.rest import http_date, parse_http_date

COPY_SOURCE: Final = "x-amz-copy-source-"  # the prefix of a copy source's conditions in `Condition`; mixed case, recorded


def write_syntax_refusal(if_match: str | None, if_none_match: str | None) -> ServiceError | None:
    """What is refused whatever the key holds (recorded on AWS 2026-02-21 for PutObject and CopyObject).

    | If-Match | If-None-Match | answer                          |
    |----------|---------------|---------------------------------|
    | any      | any           | 501 If-Match,If-None-Match      |
    | -        | other than *  | 501 If-None-Match               |
    | *        | -             | 501 If-Match                    |

    An empty or quoted `"*"` If-None-Match is other than `*`; an empty If-Match is an ETag that nothing has (inferred).
    """
    if if_match is None and if_none_match is None:
        return None
    if if_match is not None and if_none_match is not None:
        fields = {"Header": "If-Match,If-None-Match", "additionalMessage": BOTH_PRESENT}
        return ServiceError(NOT_IMPLEMENTED, fields, because="S3 takes one condition on a write, not two")
    if if_none_match is not None and if_none_match != "*":
        fields = {"Header": "If-None-Match", "additionalMessage": NOT_ACCEPTED.format("If-None-Match")}
        return ServiceError(NOT_IMPLEMENTED, fields, because="S3 takes only * for If-None-Match on a write")
    if if_match == "*":
        fields = {"Header": "If-Match", "additionalMessage": NOT_ACCEPTED.format("If-Match")}
        return ServiceError(NOT_IMPLEMENTED, fields, because="S3 takes only an ETag for If-Match on a write, not *")
    return None


def write_refusal(if_match: str | None, if_none_match: str | None, key: str, found: Found, began: int) -> ServiceError | None:
    """PutObject, CompleteMultipartUpload and CopyObject's destination, judged at the commit: 404, then 412, then 409.

    `began` is the commit index at which the request was received, or the upload was created.

    | condition        | the key holds                | changed since `began` | answer                |
    |------------------|------------------------------|-----------------------|-----------------------|
    | If-None-Match: * | an object                    | -                     | 412 If-None-Match     |
    | If-None-Match: * | nothing, or a delete marker  | yes                   | 409 If-None-Match     |
    | If-None-Match: * | nothing, or a delete marker  | no                    | none                  |
    | If-Match: e      | nothing, or a delete marker  | -                     | 404 NoSuchKey         |
    | If-Match: e      | another ETag                 | -                     | 412 If-Match          |
    | If-Match: e      | that ETag                    | yes                   | 409 If-Match          |
    | If-Match: e      | that ETag                    | no                    | none                  |
    """
    if if_none_match is None and if_match is None:
        return None
    current = _object_of(found)
    if if_none_match is not None:
        condition = "If-None-Match"
        if current is not None:
            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}, because=f"the key holds one {described(current)}")
    else:
        assert if_match is not None
        condition = "If-Match"
        if current is None:
            return ServiceError(NO_SUCH_KEY, {"Key": key}, because=f"If-Match was sent and {nothing(found)}")
        if if_match.strip('"') != current.etag:
            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}, because=f"the key holds one {described(current)}")
    if found is not None and found.changed > began:
        return ServiceError(
            CONDITIONAL_REQUEST_CONFLICT,
            {"Condition": condition, "Key": key},
            because="the key was written or deleted after this request, or its upload, began",
        )
    return None


def delete_syntax_refusal(
    if_match: str | None, version_id: str | None, modified_time: str | None, size: str | None
) -> ServiceError | None:
    """DeleteObject in a general purpose bucket, whatever the key holds. A row is judged before those below it.

    | condition                          | answer                                | known from           |
    |------------------------------------|---------------------------------------|----------------------|
    | x-amz-if-match-last-modified-time  | 501 x-amz-if-match-last-modified-time | recorded 2026-02     |
    | x-amz-if-match-size                | 501 x-amz-if-match-size               | recorded 2026-02     |
    | If-Match and a version id          | 501 If-Match                          | measured in an issue |

    None of these answers has an additionalMessage.
    """
    if modified_time is not None:
        return _only_directory_buckets("x-amz-if-match-last-modified-time")
    if size is not None:
        return _only_directory_buckets("x-amz-if-match-size")
    if if_match is not None and version_id is not None:
        return ServiceError(NOT_IMPLEMENTED, {"Header": "If-Match"}, because="S3 knows no condition on deleting a version")
    return None


def delete_refusal(if_match: str | None, key: str, found: Found, began: int) -> ServiceError | None:
    """DeleteObject by key, and each entry of DeleteObjects. Unlike a put, a delete takes `*`.

    | If-Match | the key holds                | changed since `began` | answer          |
    |----------|------------------------------|-----------------------|-----------------|
    | e or *   | nothing, or a delete marker  | -                     | 404 NoSuchKey   |
    | e        | another ETag                 | -                     | 412 If-Match    |
    | e        | that ETag                    | yes                   | 409 If-Match    |
    | e        | that ETag                    | no                    | none            |
    | *        | an object                    | -                     | none            |

    409 is documented for concurrent changes and unrecorded; `*` names no state that such a change could invalidate (inferred).
    """
    if if_match is None:
        return None
    current = _object_of(found)
    if current is None:
        return ServiceError(NO_SUCH_KEY, {"Key": key}, because=f"If-Match was sent and {nothing(found)}")
    if if_match == "*":
        return None
    if if_match.strip('"') != current.etag:
        return ServiceError(PRECONDITION_FAILED, {"Condition": "If-Match"}, because=f"the key holds one {described(current)}")
    if current.changed > began:
        return ServiceError(
            CONDITIONAL_REQUEST_CONFLICT,
            {"Condition": "If-Match", "Key": key},
            because="the key was written after this request began",
        )
    return None


def read_refusal(
    if_match: str | None,
    if_unmodified_since: str | None,
    if_none_match: str | None,
    if_modified_since: str | None,
    version: Version,
    now: float,
    *,
    copy_source: bool = False,
) -> ServiceError | None:
    """GetObject and HeadObject, and with `copy_source` the source of CopyObject and UploadPartCopy.

    A row is judged before those below it; each applies only when no header of the second column was sent.

    | header               | unless               | refuses when                       | on reads | on copy sources |
    |----------------------|----------------------|------------------------------------|----------|-----------------|
    | If-Match             | -                    | no ETag in it is the object's      | 412      | 412             |
    | If-Unmodified-Since  | If-Match             | the object changed after it        | 412      | 412             |
    | If-None-Match        | -                    | an ETag in it is the object's      | 304      | 412             |
    | If-Modified-Since    | If-None-Match        | the object did not change after it | 304      | 412             |

    Recorded on AWS by elimination, 2026-02-22. Times are whole seconds. A time that is no HTTP date is ignored (RFC 9110), and so
    is an If-Modified-Since later than now (recorded at one day). On reads `*` is every object's ETag and lists are split.
    """
    if if_match is not None:
        if not _matches(if_match, version.etag):
            return _read_refused("If-Match", copy_source, f"the object is one {described(version)}")
    elif if_unmodified_since is not None:
        since = parse_http_date(if_unmodified_since)
        if since is not None and int(version.modified) > since:
            return _read_refused("If-Unmodified-Since", copy_source, f"it was modified at {http_date(version.modified)}")
    if if_none_match is not None:
        if _matches(if_none_match, version.etag):
            condition = "If-None-Match"
            return _read_refused(condition, copy_source, f"the object is one {described(version)}", unchanged=version)
    elif if_modified_since is not None:
        since = parse_http_date(if_modified_since)
        if since is not None and since <= now and int(version.modified) <= since:
            because = f"it was modified at {http_date(version.modified)}"
            return _read_refused("If-Modified-Since", copy_source, because, unchanged=version)
    return None


def if_range_holds(if_range: str, version: Version) -> bool:
    """Whether a Range is to be honored: the validator is the object's ETag, or exactly its Last-Modified (RFC 9110 §13.1.5).

    No recording; users report that a stale validator gets the whole object.
    """
    date = parse_http_date(if_range)
    if date is not None:
        return date == int(version.modified)
    return if_range.strip('"') == version.etag


def described(version: Version) -> str:
    """What a refusal says of the object that it found."""
    return f'with ETag "{version.etag}", last modified {http_date(version.modified)}'


def nothing(found: Found) -> str:
    """What a refusal says when it found no object."""
    if isinstance(found, Version):
        return f"the current version is a delete marker of {http_date(found.modified)}"
    return "the key holds no object" if found is None else "the object was deleted"


def _object_of(found: Found) -> Version | None:
    """The object that conditions see: a delete marker counts as nothing."""
    return found if isinstance(found, Version) and not found.marker else None


def _only_directory_buckets(header: str) -> ServiceError:
    return ServiceError(NOT_IMPLEMENTED, {"Header": header}, because="S3 judges this condition in directory buckets only")


def _matches(value: str, etag: str) -> bool:
    if value.strip('"') == etag or value == "*":
        return True
    return "," in value and any(tag.strip().strip('"') == etag for tag in value.split(","))


def _read_refused(condition: str, copy_source: bool, because: str, *, unchanged: Version | None = None) -> ServiceError:
    if copy_source:
        return ServiceError(PRECONDITION_FAILED, {"Condition": COPY_SOURCE + condition}, because=because)
    if unchanged is None:
        return ServiceError(PRECONDITION_FAILED, {"Condition": condition}, because=because)
    headers = [("ETag", f'"{unchanged.etag}"'), ("Last-Modified", http_date(unchanged.modified))]
    headers += [(name, unchanged.system[member]) for member, name in _KEPT_ON_304 if member in unchanged.system]
    return ServiceError(NOT_MODIFIED, because=because, headers=tuple(headers))


_KEPT_ON_304: Final = (("CacheControl", "Cache-Control"), ("Expires", "Expires"))  # RFC 9110 §15.4.5; unrecorded

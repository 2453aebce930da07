"""The version that a request about tags or grants names, and how its id is shown.

| the request names                 | tags                    | Get ACL                 | Put ACL                 |
|-----------------------------------|-------------------------|-------------------------|-------------------------|
| a key that holds nothing          | 404 NoSuchKey           | 404 NoSuchKey           | 404 NoSuchKey           |
| a key with a marker on top        | 405 MethodNotAllowed    | 404 NoSuchKey           | 405 MethodNotAllowed    |
| a marker by its id                | 405 MethodNotAllowed    | 405 MethodNotAllowed    | 405 MethodNotAllowed    |
| an id whose version is gone       | 404 NoSuchVersion       | 404 NoSuchVersion       | 404 NoSuchVersion       |

Recorded on AWS, but for ACLs of a marker named by its id (inferred).
"""

from __future__ import annotations

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import METHOD_NOT_ALLOWED, NO_SUCH_KEY
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import OBJECTS, Version
from condemu.s3.state.versions import existing


def version_or_marker(txn: Txn, request: S3Request, called: str = "") -> Version:
    """What the request names. `called` is the key as NoSuchKey names it."""
    bucket = bucket_of(txn, request)
    if request["VersionId"] is not None:
        return existing(txn, bucket, request.key, request["VersionId"])
    version: Version | None = txn.get(OBJECTS, bucket.at(request.key))
    if version is None:
        raise ServiceError(NO_SUCH_KEY, {"Key": called or request.key})
    return version


def version_of(txn: Txn, request: S3Request, called: str = "") -> Version:
    """As `version_or_marker`, for what a delete marker does not have."""
    version = version_or_marker(txn, request, called)
    if version.marker:
        raise of_marker(request, version)
    return version


def of_marker(request: S3Request, version: Version) -> ServiceError:
    fields = {"Method": request.http.method, "ResourceType": "DeleteMarker"}
    headers = (("x-amz-delete-marker", "true"), ("x-amz-version-id", version.version_id), ("Allow", "DELETE"))
    return ServiceError(METHOD_NOT_ALLOWED, fields, because="the version is a delete marker", headers=headers)


def shown_id(txn: Txn, request: S3Request, version: Version) -> str | None:
    """The version id as an answer names it: not in a bucket that never had versions."""
    return version.version_id if bucket_of(txn, request).versioning else None

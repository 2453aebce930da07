"""GetObjectAcl and PutObjectAcl. What a list may say is in access/grants.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.grants import asked, document
from condemu.s3.errors.general import NO_SUCH_KEY
from condemu.s3.objects.subjects import of_marker, shown_id, version_of, version_or_marker
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.versions import update


def get_object_acl(txn: Txn, request: S3Request) -> dict[str, Any]:
    """A current delete marker is a missing key here, and 405 when its id is given (recorded, and inferred)."""
    version = version_or_marker(txn, request)
    if version.marker:
        if request["VersionId"] is not None:
            raise of_marker(request, version)
        marker = (("x-amz-delete-marker", "true"), ("x-amz-version-id", version.version_id))
        raise ServiceError(NO_SUCH_KEY, {"Key": request.key}, because="the current version is a delete marker", headers=marker)
    return {"VersionId": shown_id(txn, request, version), **document(version.owner, version.acl)}


def put_object_acl(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Grants are no change of the key to a condition, and no new version."""
    bucket = bucket_of(txn, request)
    version = version_of(txn, request)
    grants = asked(request, version.owner, bucket)
    update(txn, bucket, request.key, version, replace(version, acl=grants))
    return {"VersionId": shown_id(txn, request, version)}

"""DeleteObject and DeleteObjects. What a delete does to the stack of versions is told in state/versions.py."""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Store, Txn
from condemu.s3.errors.general import INVALID_VERSION_ID, MALFORMED_XML, NO_SUCH_VERSION
from condemu.s3.objects.lock import bypass_of, removal_refusal
from condemu.s3.objects.put import owner_of
from condemu.s3.objects.validation import check_key
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.members import Members
from condemu.s3.requests.request import S3Request
from condemu.s3.state.preconditions import delete_refusal, delete_syntax_refusal
from condemu.s3.state.records import OBJECTS, Bucket, Version
from condemu.s3.state.versions import Found, found_under, named, new_id, place, remove
from condemu.wire.xml import Element, Malformed, parse

MAX_KEYS: Final = 1000  # of one DeleteObjects
ENTRY_ELEMENTS: Final = frozenset({"Key", "VersionId", "ETag"})  # LastModifiedTime and Size are for directory buckets


def check_delete(request: S3Request) -> None:
    """What is refused whatever the key holds: 501 for conditions of directory buckets, and on a version."""
    refusal = delete_syntax_refusal(
        request["IfMatch"], request["VersionId"], request["IfMatchLastModifiedTime"], request["IfMatchSize"]
    )
    if refusal is not None:
        raise refusal
    check_key(request.key)


def delete_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, bypass without a lock, version id or condition (404, 412, 409), lock."""
    bucket = bucket_of(txn, request)
    bypass = bypass_of(bucket, request)
    if request["VersionId"] is not None:
        return _delete_version(txn, request, bucket, request["VersionId"], bypass)
    where = bucket.at(request.key)
    found = found_under(txn, where)
    refusal = delete_refusal(request["IfMatch"], request.key, found, request.http.call.arrived_index)
    if refusal is not None:
        raise refusal
    if bucket.versioning:
        return _mark(txn, request, bucket, found)
    if isinstance(found, Version):
        remove(txn, where, found, found)
    return {}


def _mark(txn: Txn, request: S3Request, bucket: Bucket, below: Found) -> dict[str, Any]:
    """Put a delete marker on top, whether or not there is anything below."""
    marker = Version(
        version_id=new_id(txn, bucket),
        order=txn.index,
        changed=txn.index,
        modified=txn.now,
        owner=owner_of(bucket, request),
        marker=True,
    )
    place(txn, bucket, bucket.at(request.key), below, marker)
    return {"DeleteMarker": True, "VersionId": marker.version_id}


def _delete_version(txn: Txn, request: S3Request, bucket: Bucket, version_id: str, bypass: bool) -> dict[str, Any]:
    """Take one version away for good. One that is gone already is no error (unrecorded; as with keys)."""
    where = bucket.at(request.key)
    current: Version | None = txn.get(OBJECTS, where)
    version = named(txn, where, version_id, current)
    if version is None:
        return {"VersionId": version_id}
    refusal = removal_refusal(version, txn.now, bypass)
    if refusal is not None:
        raise refusal
    remove(txn, where, version, current)
    return {"VersionId": version_id, "DeleteMarker": True if version.marker else None}


def entries_of(request: S3Request) -> list[S3Request]:
    """DeleteObjects' document as one request for each entry, in order; 400 MalformedXML for the whole of it when it is not right.

    1 to 1,000 objects. An element that a general purpose bucket does not know, such as Size, makes the whole document malformed
    (measured on AWS): nothing is deleted.
    """
    try:
        document = parse(request.xml)
    except Malformed as error:
        raise ServiceError(MALFORMED_XML, because=str(error)) from None
    objects = document.all("Object")
    if document.tag != "Delete" or not 1 <= len(objects) <= MAX_KEYS:
        raise ServiceError(MALFORMED_XML, because=f"a {document.tag} with {len(objects)} objects")
    if any(child.tag not in ("Object", "Quiet") for child in document):
        raise ServiceError(MALFORMED_XML, because="a Delete has elements Object and Quiet")
    quiet = document.text_of("Quiet")
    if quiet is not None and quiet.strip().lower() not in ("true", "false"):
        raise ServiceError(MALFORMED_XML, because="Quiet is true or false")
    return [_entry(request, element) for element in objects]


def _entry(request: S3Request, element: Element) -> S3Request:
    for child in element:
        if child.tag not in ENTRY_ELEMENTS:
            raise ServiceError(MALFORMED_XML, because=f"an Object in this kind of bucket has no {child.tag}")
    key = element.text_of("Key")
    if not key:
        raise ServiceError(MALFORMED_XML, because="an Object has a Key")
    members: Members = {}
    version_id, etag = element.text_of("VersionId"), element.text_of("ETag")
    if version_id:
        members["VersionId"] = version_id
    if etag is not None:
        members["IfMatch"] = etag
    bypass = request["BypassGovernanceRetention"]
    if bypass is not None:
        members["BypassGovernanceRetention"] = bypass
    return request.entry(key, members)


async def check_bypass(request: S3Request, store: Store) -> None:
    """The header that bypasses GOVERNANCE refuses the whole request where there is no Object Lock (recorded on AWS)."""
    store.view(lambda txn: bypass_of(bucket_of(txn, request), request))


def delete_entry(txn: Txn, request: S3Request) -> dict[str, Any]:
    """One entry of DeleteObjects, as its own decision: a `Deleted`, or raises what becomes its `Error`.

    As DeleteObject, except that an id that was never issued is NoSuchVersion (recorded on AWS). That the codes of refused
    conditions are those of DeleteObject is inferred.
    """
    check_delete(request)
    try:
        result = delete_object(txn, request)
    except ServiceError as error:
        if error.row is INVALID_VERSION_ID:
            fields = {"Key": request.key, "VersionId": request["VersionId"]}
            raise ServiceError(NO_SUCH_VERSION, fields, because=error.because) from None
        raise
    deleted: dict[str, Any] = {"Key": request.key, "VersionId": request["VersionId"]}
    if result.get("DeleteMarker"):
        deleted["DeleteMarker"], deleted["DeleteMarkerVersionId"] = True, result["VersionId"]
    return deleted


def delete_result(request: S3Request, entries: list[S3Request], outcomes: list[dict[str, Any] | ServiceError]) -> dict[str, Any]:
    """DeleteResult. `Quiet` leaves out what was deleted."""
    quiet = (parse(request.xml).text_of("Quiet") or "").strip().lower() == "true"
    errors = [
        {"Key": entry.key, "VersionId": entry["VersionId"], "Code": outcome.row.code, "Message": outcome.message}
        for entry, outcome in zip(entries, outcomes, strict=True)
        if isinstance(outcome, ServiceError)
    ]
    deleted = [outcome for outcome in outcomes if not quiet and not isinstance(outcome, ServiceError)]
    return {"Deleted": deleted, "Error": errors}

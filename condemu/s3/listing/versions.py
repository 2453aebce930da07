"""ListObjectVersions: every version and delete marker, by key and then newest first.

Markers name the last item of the page and the next page begins behind it, whether or not that version is still there: a version
id tells its place (recorded on AWS). A key-marker alone passes over all versions of its key. A page that ends in a common prefix
names that prefix and no version. Versions and delete markers stand in one stream, in this order, whatever their tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.errors.listing import EMPTY_VERSION_MARKER, INVALID_VERSION_MARKER, VERSION_MARKER_ALONE
from condemu.s3.listing.objects import checksums, owner_markup, restores_at
from condemu.s3.listing.pages import behind, bounds, common_prefixes, delimiter_of, encoder, first_after, group_of, limit
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import NULL_VERSION, OBJECTS, VERSIONS, Bucket, Version
from condemu.s3.state.restores import listed as restore_listed
from condemu.s3.state.versions import order_of
from condemu.wire.rest import iso_8601
from condemu.wire.xml import Markup, escape


@dataclass(slots=True)
class Page:
    """`entries` are (key, version, whether it is the current one); `last` is the last item, its version None for a prefix."""

    entries: list[tuple[str, Version, bool]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: tuple[str, Version | None] = ("", None)
    truncated: bool = False


def list_object_versions(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, then as the API reference lists the parameters (inferred): encoding-type, max-keys, markers."""
    bucket = bucket_of(txn, request)
    encode = encoder(request["EncodingType"])
    count = limit(request["MaxKeys"], "max-keys", "maxKeys")
    key_marker, version_marker = request["KeyMarker"] or "", request["VersionIdMarker"]
    check_version_marker(key_marker, version_marker)
    page = versions_page(txn, request, bucket, key_marker, version_marker, count)
    last_key, last_version = page.last
    return {
        "Name": request.bucket,
        "Prefix": encode(request["Prefix"] or ""),
        "KeyMarker": encode(key_marker),
        "VersionIdMarker": version_marker or "",
        "NextKeyMarker": encode(last_key) if page.truncated else None,
        "NextVersionIdMarker": last_version.version_id if page.truncated and last_version is not None else None,
        "MaxKeys": count,
        **delimiter_of(request, encode),
        "EncodingType": request["EncodingType"],
        "IsTruncated": page.truncated,
        "Version": Markup("".join([entry(*item, encode, restores_at(txn, request)) for item in page.entries])),
        "CommonPrefixes": common_prefixes(page.prefixes, encode),
    }


def check_version_marker(key_marker: str, version_marker: str | None) -> None:
    """A version-id marker needs a key marker (recorded), and an id that S3 issued (inferred)."""
    if version_marker is None:
        return
    fields = {"ArgumentName": "version-id-marker", "ArgumentValue": version_marker}
    if not key_marker:
        raise ServiceError(VERSION_MARKER_ALONE, fields)
    if not version_marker:
        raise ServiceError(EMPTY_VERSION_MARKER, fields)
    if version_marker != NULL_VERSION and order_of(version_marker) is None:
        raise ServiceError(INVALID_VERSION_MARKER, fields, because="no such version id was ever issued")


def versions_page(txn: Txn, request: S3Request, bucket: Bucket, key_marker: str, version_marker: str | None, count: int) -> Page:
    """At most `count` versions and common prefixes behind the markers."""
    prefix, delimiter = request["Prefix"] or "", request["Delimiter"] or ""
    page = Page()
    if not count:
        return page
    first = first_after(key_marker, prefix, delimiter)
    if version_marker is not None and first == key_marker + "\0":
        for item in rest_of_key(txn, bucket, key_marker, version_marker):
            if len(page.entries) == count:
                page.truncated = True
                return page
            page.entries.append(item)
            page.last = item[0], item[1]
    while first is not None:
        group = None
        for item in stacks(txn, bucket, first, prefix):
            if len(page.entries) + len(page.prefixes) == count:
                page.truncated = True
                return page
            if delimiter:
                group = group_of(item[0], prefix, delimiter)
                if group is not None:
                    break
            page.entries.append(item)
            page.last = item[0], item[1]
        if group is None:
            return page
        page.prefixes.append(group)
        page.last = group, None
        first = behind(group) or None
    return page


def stacks(txn: Txn, bucket: Bucket, first: str, prefix: str) -> Iterator[tuple[str, Version, bool]]:
    """The versions of every key from `first` on: two tables in one pass."""
    start, stop = bounds(bucket, first, prefix)
    older = txn.scan(VERSIONS, start, stop)
    waiting = next(older, None)
    for (_, _, key), version in txn.scan(OBJECTS, start, stop):
        yield key, version, True
        while waiting is not None and waiting[0][2] <= key:
            yield key, waiting[1], False
            waiting = next(older, None)


def rest_of_key(txn: Txn, bucket: Bucket, key: str, version_marker: str) -> Iterator[tuple[str, Version, bool]]:
    """The versions of one key that are older than the marker's. Behind a null version that is gone nothing is known to follow."""
    order = order_of(version_marker) if version_marker != NULL_VERSION else order_of_null(txn, bucket, key)
    if order is None:
        return
    current: Version | None = txn.get(OBJECTS, bucket.at(key))
    if current is not None and current.order < order:
        yield key, current, True
    for _, version in txn.scan(VERSIONS, (*bucket.at(key), 1 - order), bucket.at(key + "\0")):
        yield key, version, False


def order_of_null(txn: Txn, bucket: Bucket, key: str) -> int | None:
    """The place of the key's null version."""
    current: Version | None = txn.get(OBJECTS, bucket.at(key))
    if current is not None and current.version_id == NULL_VERSION:
        return current.order
    for _, version in txn.scan(VERSIONS, *prefix_range(bucket.at(key)), reverse=True):
        if version.version_id == NULL_VERSION:
            return int(version.order)
    return None


def entry(key: str, version: Version, latest: bool, encode: Callable[[str], str], restores: float | None) -> str:
    """A version or a delete marker; the latter has no content to tell of."""
    head = (
        f"<Key>{escape(encode(key))}</Key><VersionId>{version.version_id}</VersionId>"
        f"<IsLatest>{'true' if latest else 'false'}</IsLatest><LastModified>{iso_8601(version.modified)}</LastModified>"
    )
    owner = owner_markup(version.owner)
    if version.marker:
        return f"<DeleteMarker>{head}{owner}</DeleteMarker>"
    return (
        f"<Version>{head}<ETag>&quot;{version.etag}&quot;</ETag>{checksums(version)}<Size>{version.size}</Size>"
        f"{owner}<StorageClass>{version.storage_class}</StorageClass>"
        f"{restore_listed(version.restore, restores) if restores is not None else ''}</Version>"
    )

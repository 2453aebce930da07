"""ListObjects and ListObjectsV2. What they share with other lists is in pages.py.

Delete markers are no objects and are passed over. Both lists are consistent: they show what the last commit left (S3 User Guide,
"Amazon S3 data consistency model").

|                      | ListObjects | ListObjectsV2         |
|----------------------|-------------|-----------------------|
| begins after         | marker      | start-after           |
| names its end        | -           | NextContinuationToken |
| … with a delimiter   | NextMarker  | NextContinuationToken |
| tells of owners      | to accounts | fetch-owner=true      |
| counts its entries   | -           | KeyCount              |

Once there is a continuation-token, start-after does nothing, and is not repeated. That NextMarker needs a delimiter is recorded,
and so is that a caller without credentials is not told the owners.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.listing import INVALID_CONTINUATION_TOKEN, INVALID_LIST_TYPE
from condemu.s3.listing.pages import (
    behind,
    bounds,
    common_prefixes,
    delimiter_of,
    encoder,
    first_after,
    group_of,
    limit,
    owner_of,
)
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import OBJECTS, Bucket, Version
from condemu.s3.state.restores import listed as restore_listed
from condemu.wire.rest import iso_8601
from condemu.wire.xml import Markup, escape

_SEAL = 8  # bytes of a token's digest
# What belongs into the document; the bucket's region is a header.
MEMBERS: Final = (
    "Name", "Prefix", "Marker", "NextMarker", "StartAfter", "ContinuationToken", "NextContinuationToken", "KeyCount", "MaxKeys",
    "Delimiter", "EncodingType", "IsTruncated", "Contents", "CommonPrefixes",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """`last` is the last key or common prefix of the page."""

    objects: list[tuple[str, Version]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""
    truncated: bool = False


def list_objects(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, then the parameters as the API reference lists them (inferred): encoding-type, max-keys."""
    bucket = bucket_of(txn, request)
    encode = encoder(request["EncodingType"])
    count = limit(request["MaxKeys"], "max-keys", "maxKeys")
    marker, delimiter = request["Marker"] or "", request["Delimiter"] or ""
    page = objects_page(txn, request, bucket, marker, count)
    return {
        "Name": request.bucket,
        "Prefix": encode(request["Prefix"] or ""),
        "Marker": encode(marker),
        "NextMarker": encode(page.last) if page.truncated and delimiter else None,
        "MaxKeys": count,
        **delimiter_of(request, encode),
        "EncodingType": request["EncodingType"],
        "IsTruncated": page.truncated,
        "Contents": contents(page.objects, encode, owners=not is_anonymous(request), restores=restores_at(txn, request)),
        "CommonPrefixes": common_prefixes(page.prefixes, encode),
        "BucketRegion": bucket.region,
    }


def list_objects_v2(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, list-type, encoding-type, max-keys, token. Once there is a token `start-after` does nothing."""
    bucket = bucket_of(txn, request)
    if request.query.get("list-type") != "2":
        raise ServiceError(INVALID_LIST_TYPE, {"ArgumentName": "list-type", "ArgumentValue": request.query.get("list-type")})
    encode = encoder(request["EncodingType"])
    count = limit(request["MaxKeys"], "max-keys", "maxKeys")
    token, start_after = request["ContinuationToken"], request["StartAfter"]
    after = (start_after or "") if token is None else place_of(token)
    page = objects_page(txn, request, bucket, after, count)
    return {
        "Name": request.bucket,
        "Prefix": encode(request["Prefix"] or ""),
        "StartAfter": encode(start_after) if token is None and start_after is not None else None,
        "ContinuationToken": token,
        "NextContinuationToken": token_for(page.last) if page.truncated else None,
        "KeyCount": len(page.objects) + len(page.prefixes),
        "MaxKeys": count,
        **delimiter_of(request, encode),
        "EncodingType": request["EncodingType"],
        "IsTruncated": page.truncated,
        "Contents": contents(page.objects, encode, owners=request["FetchOwner"] == "true", restores=restores_at(txn, request)),
        "CommonPrefixes": common_prefixes(page.prefixes, encode),
        "BucketRegion": bucket.region,
    }


def is_anonymous(request: S3Request) -> bool:
    return request.authentication is not None and request.authentication.principal.is_anonymous


def objects_page(txn: Txn, request: S3Request, bucket: Bucket, after: str, count: int) -> Page:
    """At most `count` keys and common prefixes behind `after`."""
    prefix, delimiter = request["Prefix"] or "", request["Delimiter"] or ""
    page = Page()
    first = first_after(after, prefix, delimiter)
    while first is not None and count:
        group = None
        for (_, _, key), version in txn.scan(OBJECTS, *bounds(bucket, first, prefix)):
            if version.marker:
                continue
            if len(page.objects) + len(page.prefixes) == count:
                page.truncated = True
                return page
            if delimiter:
                group = group_of(key, prefix, delimiter)
                if group is not None:
                    break
            page.objects.append((key, version))
            page.last = key
        if group is None:
            return page
        page.prefixes.append(group)
        page.last = group
        first = behind(group) or None
    return page


def restores_at(txn: Txn, request: S3Request) -> float | None:
    """Now, for a list that was asked for the copies of archived objects."""
    asked = request["OptionalObjectAttributes"]
    return txn.now if asked is not None and "RestoreStatus" in asked else None


def contents(
    objects: list[tuple[str, Version]], encode: Callable[[str], str], *, owners: bool, restores: float | None = None
) -> Markup:
    """The entries, written at once: a thousand of them in about a millisecond."""
    return Markup(
        "".join(
            [
                f"<Contents><Key>{escape(encode(key))}</Key><LastModified>{iso_8601(version.modified)}</LastModified>"
                f"<ETag>&quot;{version.etag}&quot;</ETag>{checksums(version)}<Size>{version.size}</Size>"
                f"{owner_markup(version.owner) if owners else ''}<StorageClass>{version.storage_class}</StorageClass>"
                f"{restore_listed(version.restore, restores) if restores is not None else ''}</Contents>"
                for key, version in objects
            ]
        )
    )


def checksums(version: Version) -> str:
    """Which checksum the object has, not its value."""
    if not version.checksum_algorithm:
        return ""
    return (
        f"<ChecksumAlgorithm>{version.checksum_algorithm}</ChecksumAlgorithm><ChecksumType>{version.checksum_type}</ChecksumType>"
    )


def owner_markup(account: str) -> str:
    return f"<Owner><ID>{escape(owner_of(account)['ID'])}</ID></Owner>"


def token_for(last: str) -> str:
    """An opaque name for the place behind a key or common prefix."""
    raw = last.encode()
    return b64encode(_seal(raw) + raw).decode("ascii")


def place_of(token: str) -> str:
    """The key or common prefix behind which the token's page begins; 400 InvalidArgument for an empty or invented token."""
    try:
        raw = b64decode(token, validate=True)
        if raw[:_SEAL] == _seal(raw[_SEAL:]):
            return raw[_SEAL:].decode()
    except ValueError:
        pass
    raise ServiceError(INVALID_CONTINUATION_TOKEN, {"ArgumentName": "continuation-token"}, because="S3 never issued such a token")


def _seal(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=_SEAL, person=b"condemu token").digest()

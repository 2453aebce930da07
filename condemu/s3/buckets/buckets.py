"""ListBuckets, HeadBucket, DeleteBucket and GetBucketLocation; and what a bucket may be called."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from condemu.auth.principals import canonical_id
from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.buckets.regions import REGIONS, US_EAST_1
from condemu.s3.errors.buckets import INVALID_REGION, MAX_BUCKETS, VERSIONS_REMAIN
from condemu.s3.errors.general import BUCKET_NOT_EMPTY
from condemu.s3.errors.listing import INVALID_CONTINUATION_TOKEN
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import arn_of, free_name
from condemu.s3.state.records import BUCKETS, OBJECTS, PARTS, UPLOADS, VERSIONS
from condemu.s3.state.traces import forget_traces

MOST_BUCKETS: Final = 10_000  # of one page (Amazon S3 API Reference, ListBuckets)
_TOKEN: Final = "bucket:"
_PAGING: Final = ("MaxBuckets", "Prefix", "BucketRegion", "ContinuationToken")

# General purpose bucket naming rules (S3 User Guide).
_NAME: Final = re.compile(r"(?=.{3,63}\Z)[a-z0-9][a-z0-9.-]*[a-z0-9]")
_ADDRESS: Final = re.compile(r"\d+\.\d+\.\d+\.\d+")
RESERVED_PREFIXES: Final = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_SUFFIXES: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def is_name(name: str) -> bool:
    """Whether a new general purpose bucket may be called so."""
    return (
        _NAME.fullmatch(name) is not None
        and ".." not in name
        and _ADDRESS.fullmatch(name) is None
        and not name.startswith(RESERVED_PREFIXES)
        and not name.endswith(RESERVED_SUFFIXES)
    )


def head_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    return {
        "BucketArn": arn_of(bucket.name),
        "BucketRegion": bucket.region,
        "AccessPointAlias": "false",
        "ContentType": "application/xml",
    }


def get_bucket_location(txn: Txn, request: S3Request) -> dict[str, Any]:
    """An empty element for us-east-1; `EU` stays what it was created as."""
    bucket = bucket_of(txn, request)
    location = bucket.configurations.get("location", bucket.region)
    return {} if location == US_EAST_1 else {"#": location}


def list_directory_buckets(txn: Txn, request: S3Request) -> dict[str, Any]:
    """There are none."""
    return {"Buckets": {}}


def delete_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Uploads in progress do not keep a bucket; they end with it (inferred). Versions and delete markers do."""
    bucket = bucket_of(txn, request)
    bounds = prefix_range(bucket.place)
    for table in (OBJECTS, VERSIONS):
        for _ in txn.scan(table, *bounds):
            row = VERSIONS_REMAIN if bucket.versioning else BUCKET_NOT_EMPTY
            raise ServiceError(row, {"BucketName": bucket.name})
    for table in (UPLOADS, PARTS):
        for place, _ in list(txn.scan(table, *bounds)):
            txn.delete(table, place)
    forget_traces(txn, bucket)
    free_name(txn, bucket)
    txn.delete(BUCKETS, (bucket.owner, bucket.name))
    return {}


def list_buckets(txn: Txn, request: S3Request) -> dict[str, Any]:
    """The caller's buckets in the order of their names, in pages if asked for. Order of checks: region, number, token."""
    region, prefix = request["BucketRegion"], request["Prefix"] or ""
    if region is not None and region not in REGIONS:
        raise ServiceError(INVALID_REGION, {"ArgumentName": "bucket-region", "Value": region})
    limit = _page_size(request["MaxBuckets"])
    after = _name_in(request["ContinuationToken"])
    asked = any(request[member] is not None for member in _PAGING)
    page: list[dict[str, Any]] = []
    token = None
    first = request.account, max(prefix, after + "\0" if after else "")
    for (_, name), bucket in txn.scan(BUCKETS, first, prefix_range((request.account,))[1]):
        if not name.startswith(prefix):
            break
        if region is not None and bucket.region != region:
            continue
        if len(page) == limit:
            token = urlsafe_b64encode((_TOKEN + page[-1]["Name"]).encode()).decode()
            break
        page.append(
            {
                "Name": name,
                "CreationDate": bucket.created,
                "BucketRegion": bucket.region if asked else None,
                "BucketArn": arn_of(name),
            }
        )
    return {
        "Owner": {"ID": canonical_id(request.account)},
        "Buckets": {"Bucket": page},
        "ContinuationToken": token,
        "Prefix": request["Prefix"],
    }


def _page_size(text: str | None) -> int:
    if text is None:
        return MOST_BUCKETS
    if not (text.isascii() and text.isdigit() and len(text) <= 5) or not 1 <= int(text) <= MOST_BUCKETS:
        raise ServiceError(MAX_BUCKETS, {"ArgumentName": "max-buckets", "ArgumentValue": text})
    return int(text)


def _name_in(token: str | None) -> str:
    """The last name of the page that a token continues."""
    if not token:  # an empty one is none (recorded on AWS)
        return ""
    try:
        text = urlsafe_b64decode(token.encode("ascii")).decode()
    except (ValueError, UnicodeError):
        text = ""
    if not text.startswith(_TOKEN) or len(text) == len(_TOKEN):
        raise ServiceError(INVALID_CONTINUATION_TOKEN, {"ArgumentName": "continuation-token"})
    return text[len(_TOKEN) :]

"""PutObject."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from condemu.core.store import Txn
from condemu.s3.buckets import bucket_of
from condemu.s3.preconditions import write_refusal, write_syntax_refusal
from condemu.s3.records import GONE, NULL_VERSION, OBJECTS, Bucket, Gone, Version
from condemu.s3.request import S3Request


def found_under(txn: Txn, bucket: str, key: str) -> Version | Gone | None:
    """What is current under a key: a version (perhaps a delete marker), the trace of one, or nothing ever."""
    return txn.get(OBJECTS, (bucket, key)) or txn.get(GONE, (bucket, key))


def put_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, syntax of the conditions (501), what the key holds (404, 412, 409)."""
    bucket = bucket_of(txn, request.bucket)
    refusal = write_syntax_refusal(request["IfMatch"], request["IfNoneMatch"])
    if refusal is not None:
        raise refusal
    found = found_under(txn, request.bucket, request.key)
    refusal = write_refusal(request["IfMatch"], request["IfNoneMatch"], request.key, found, request.began)
    if refusal is not None:
        raise refusal
    version = new_version(txn, request, bucket)
    place(txn, bucket, request.key, version)
    return {"ETag": f'"{version.etag}"', "ServerSideEncryption": "AES256"}


def new_version(txn: Txn, request: S3Request, bucket: Bucket) -> Version:
    """The record of what the request's body and headers say."""
    assert request.digests is not None
    return replace(described(txn, request, bucket), etag=request.digests.md5, size=request.body.size, body=request.body)


def described(txn: Txn, request: S3Request, bucket: Bucket) -> Version:
    """What the headers of a PutObject or a CreateMultipartUpload say about the object to be, its body left out."""
    return Version(
        version_id=NULL_VERSION,
        order=txn.index,
        changed=txn.index,
        modified=txn.now,
        owner=bucket.owner,
        content_type=request["ContentType"] or "binary/octet-stream",
    )


def place(txn: Txn, bucket: Bucket, key: str, version: Version) -> None:
    """Make `version` the current one under its key."""
    txn.put(OBJECTS, (bucket.name, key), version)

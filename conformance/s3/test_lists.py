"""Lists: what of a request is repeated, who is told of owners, which region a bucket is in, and where the next page begins."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, same, true
from ..raw import Raw
from ..tables import truth_table
from .steps import elements, put, text_of


@truth_table("""
    | list                   |
    |------------------------|
    | ?delimiter             |
    | ?list-type=2&delimiter |
    | ?versions&delimiter    |
    | ?uploads&delimiter     |
""")
def test_an_empty_delimiter_is_not_repeated(raw: Raw, bucket: str, row: dict[str, str]) -> None:
    """An empty delimiter counts as none: the list does not repeat it, as it repeats any other.

    Source: recorded on AWS 2026-02 [recorded]
    """
    same(text_of(raw("GET", f"/{bucket}{row['list']}=").body, "Delimiter"), None, "the empty delimiter")
    same(text_of(raw("GET", f"/{bucket}{row['list']}=%2F").body, "Delimiter"), "/", "the delimiter")


def test_start_after_is_not_beside_a_token(s3: Any, own_bucket: str) -> None:
    """Once there is a continuation token StartAfter counts for nothing, and is not repeated.

    Source: recorded on AWS 2026-02 [recorded]
    """
    for name in "abcd":
        put(s3, own_bucket, name, b"")
    first = accepted(s3.list_objects_v2, Bucket=own_bucket, StartAfter="a", MaxKeys=1)
    same((first.get("StartAfter"), [entry["Key"] for entry in first["Contents"]]), ("a", ["b"]), "the first page")
    token = first["NextContinuationToken"]
    second = accepted(s3.list_objects_v2, Bucket=own_bucket, StartAfter="c", MaxKeys=1, ContinuationToken=token)
    same((second.get("StartAfter"), [entry["Key"] for entry in second["Contents"]]), (None, ["c"]), "the second page")


@pytest.mark.parametrize("query", ["", "?list-type=2"])
def test_a_list_tells_the_buckets_region(raw: Raw, s3: Any, bucket: str, query: str) -> None:
    """ListObjects and ListObjectsV2 name the bucket's region in x-amz-bucket-region.

    Source: recorded on AWS 2026-02 [recorded]
    """
    region = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
    same(raw("GET", f"/{bucket}{query}").headers.get("x-amz-bucket-region"), region, "the region")


@pytest.mark.tier("exact")
def test_buckets_are_listed_behind_their_owner(raw: Raw, s3: Any, bucket: str) -> None:
    """ListBuckets takes an empty continuation token for none, and tells the owner before the buckets.

    Source: recorded on AWS 2026-02 [recorded]
    """
    accepted(s3.list_buckets, MaxBuckets=1, ContinuationToken="")
    answer = raw("GET", "/?continuation-token=&max-buckets=1000")
    same(answer.status, 200, "the status")
    told = elements(answer.body)
    same(told[:2], ["Owner", "Buckets"], "the first elements")
    true(bucket.encode() in answer.body, "the bucket is listed")


@pytest.mark.needs("s3.public_buckets")
def test_anonymous_callers_are_not_told_of_owners(raw: Raw, s3: Any, own_bucket: str, key: str) -> None:
    """ListObjects tells each object's owner to callers with credentials, and to nobody else.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, own_bucket, key, b"")
    accepted(s3.delete_public_access_block, Bucket=own_bucket)
    statement = f'{{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::{own_bucket}"}}'
    accepted(s3.put_bucket_policy, Bucket=own_bucket, Policy=f'{{"Version":"2012-10-17","Statement":[{statement}]}}')
    true(b"<Owner>" in raw("GET", f"/{own_bucket}").body, "the owner is told to the account")
    anonymous = raw("GET", f"/{own_bucket}", sign=False)
    same((anonymous.status, key.encode() in anonymous.body), (200, True), "what anybody may list")
    same(b"<Owner>" in anonymous.body, False, "the owner to anybody")


@pytest.mark.needs("s3.part_checksums")
@truth_table("""
    | marker | parts | NextPartNumberMarker | evidence |
    |--------|-------|----------------------|----------|
    | 0      | 1     | 1                    | recorded |
    | 1      | 0     | 0                    | inferred |
""")
def test_where_a_page_of_parts_ends(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """GetObjectAttributes names the last part of its page, were it the last of all; an empty page has 0, as ListParts has it.

    Source: recorded on AWS 2026-02; the empty page as ListParts' is [recorded]
    """
    named = {"Bucket": bucket, "Key": key}
    upload = accepted(s3.create_multipart_upload, **named, ChecksumAlgorithm="SHA256")["UploadId"]
    part = accepted(s3.upload_part, **named, UploadId=upload, PartNumber=1, Body=b"part", ChecksumAlgorithm="SHA256")
    listed = [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]
    accepted(s3.complete_multipart_upload, **named, UploadId=upload, MultipartUpload={"Parts": listed})
    marker = int(row["marker"])
    told = accepted(s3.get_object_attributes, **named, ObjectAttributes=["ObjectParts"], PartNumberMarker=marker)["ObjectParts"]
    same(len(told.get("Parts", ())), int(row["parts"]), "the parts of the page")
    same((told["NextPartNumberMarker"], told["IsTruncated"]), (int(row["NextPartNumberMarker"]), False), "where it ends")

"""boto3 with its defaults: signed, retried, CRC32 in a trailer or a header."""

from __future__ import annotations

import io
from typing import Any

import pytest
import urllib3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from client_settings import PART, client


@pytest.fixture
def s3(endpoint: str) -> Any:
    return client(endpoint)


def status_and_code(refused: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_boto3_puts_with_conditions(s3: Any, bucket: str) -> None:
    put = s3.put_object(Bucket=bucket, Key="key", Body=b"1", IfNoneMatch="*")
    assert put["ChecksumCRC32"]
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfNoneMatch="*")
    assert status_and_code(refused) == (412, "PreconditionFailed")
    assert refused.value.response["Error"]["Condition"] == "If-None-Match"
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfMatch='"other"')
    assert status_and_code(refused) == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="key", Body=b"3", IfMatch=put["ETag"])
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="missing", Body=b"", IfMatch=put["ETag"])
    assert status_and_code(refused) == (404, "NoSuchKey")
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"3"


def test_boto3_streams_a_body_of_unknown_kind(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="stream", Body=io.BytesIO(PART))
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="stream", Body=io.BytesIO(PART), IfNoneMatch="*")
    assert status_and_code(refused)[0] == 412
    assert s3.head_object(Bucket=bucket, Key="stream")["ContentLength"] == len(PART)


def test_boto3_uploads_in_parts(s3: Any, bucket: str) -> None:
    s3.upload_fileobj(io.BytesIO(PART + b"end"), bucket, "managed", Config=TransferConfig(multipart_threshold=len(PART)))
    assert s3.head_object(Bucket=bucket, Key="managed")["ETag"].endswith('-1"')
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    whole = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**whole, PartNumber=number, Body=body)["ETag"]}
        for number, body in ((1, PART), (2, b"end"))
    ]
    done = s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    assert done["ETag"].endswith('-2"')
    again = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=again, PartNumber=1, Body=b"new")["ETag"]
    with pytest.raises(ClientError) as refused:
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key="parts",
            UploadId=again,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]},
            IfNoneMatch="*",
        )
    assert status_and_code(refused) == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == PART + b"end"


def test_boto3_lists_and_deletes(s3: Any, bucket: str) -> None:
    for key in ("a/1", "a/2", "b", "ünïcödé +&"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == ["a/1", "a/2", "b", "ünïcödé +&"]
    grouped = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [prefix["Prefix"] for prefix in grouped["CommonPrefixes"]] == ["a/"]
    with pytest.raises(ClientError) as refused:
        s3.delete_object(Bucket=bucket, Key="b", IfMatch='"other"')
    assert status_and_code(refused) == (412, "PreconditionFailed")
    s3.delete_object(Bucket=bucket, Key="b", IfMatch="*")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a/1"}, {"Key": "a/2"}, {"Key": "ünïcödé +&"}]})
    assert len(deleted["Deleted"]) == 3
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    s3.delete_bucket(Bucket=bucket)


def test_boto3_needs_the_right_secret(endpoint: str, bucket: str) -> None:
    with pytest.raises(ClientError) as refused:
        client(endpoint, secret_key="wrong").put_object(Bucket=bucket, Key="key", Body=b"")
    assert status_and_code(refused) == (403, "SignatureDoesNotMatch")


def test_a_url_presigned_by_boto3_takes_a_condition_in_a_header(s3: Any, bucket: str) -> None:
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "key"})
    pool = urllib3.PoolManager(retries=False)
    assert pool.request("PUT", url, body=b"1", headers={"If-None-Match": "*"}).status == 200
    assert pool.request("PUT", url, body=b"2", headers={"If-None-Match": "*"}).status == 412
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"1"


def test_a_condition_that_boto3_presigned_cannot_be_left_out(endpoint: str, bucket: str) -> None:
    """Signature version 4 signs the condition; version 2, which boto3 presigns with in us-east-1 unless told, does not."""
    s3 = client(endpoint, signature_version="s3v4")
    pool = urllib3.PoolManager(retries=False)
    create = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "key", "IfNoneMatch": "*"})
    assert pool.request("PUT", create, body=b"1").status == 403
    created = pool.request("PUT", create, body=b"1", headers={"If-None-Match": "*"})
    assert created.status == 200
    etag = created.headers["ETag"]
    replace = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "key", "IfMatch": etag})
    assert pool.request("PUT", create, body=b"2", headers={"If-None-Match": "*"}).status == 412
    assert pool.request("PUT", replace, body=b"2").status == 403
    assert pool.request("PUT", replace, body=b"2", headers={"If-Match": etag}).status == 200
    assert pool.request("PUT", replace, body=b"3", headers={"If-Match": etag}).status == 412


def test_a_form_presigned_by_boto3_uploads(s3: Any, bucket: str) -> None:
    form = s3.generate_presigned_post(bucket, "user/${filename}", Conditions=[["content-length-range", 1, 10]])
    fields = {**form["fields"], "file": ("a.txt", b"data")}
    pool = urllib3.PoolManager()
    assert pool.request("POST", form["url"], fields=fields).status == 204
    assert s3.get_object(Bucket=bucket, Key="user/a.txt")["Body"].read() == b"data"
    fields["file"] = ("a.txt", b"more than ten bytes")
    assert pool.request("POST", form["url"], fields=fields).status == 400

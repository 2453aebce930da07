"""Presigned uploads that cannot overwrite: the condition is signed into the URL, so that whoever uses it has to send it."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config


def url_to_create(s3: Any, bucket: str, key: str, *, seconds: int = 300) -> str:
    """For one new object. The uploader must send the header `If-None-Match: *`."""
    parameters = {"Bucket": bucket, "Key": key, "IfNoneMatch": "*"}
    return str(s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds))


def url_to_replace(s3: Any, bucket: str, key: str, etag: str, *, seconds: int = 300) -> str:
    """For one new version of what has this ETag now. The uploader must send the header `If-Match` with the ETag."""
    parameters = {"Bucket": bucket, "Key": key, "IfMatch": etag}
    return str(s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds))


def upload(url: str, content: bytes, headers: dict[str, str]) -> int:
    """What any HTTP client does with the URL; the status."""
    try:
        with urlopen(Request(url, data=content, method="PUT", headers=headers)) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def main() -> None:
    # Version 4 signs headers; boto3 may sign URLs by version 2 otherwise, which signs none of these.
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="example-presigned")
    url = url_to_create(s3, "example-presigned", "avatar")
    print("without the header:", upload(url, b"first", {}))
    print("with it:", upload(url, b"first", {"If-None-Match": "*"}))
    print("the same URL once more:", upload(url, b"second", {"If-None-Match": "*"}))
    etag = s3.head_object(Bucket="example-presigned", Key="avatar")["ETag"]
    url = url_to_replace(s3, "example-presigned", "avatar", etag)
    print("replace it:", upload(url, b"third", {"If-Match": etag}))
    print("replace it once more:", upload(url, b"fourth", {"If-Match": etag}))


if __name__ == "__main__":
    main()

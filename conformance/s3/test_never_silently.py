"""Requests that mean something else than they would do: each is refused, and does nothing."""

from __future__ import annotations

from typing import Any

from ..expect import same, unchanged
from ..raw import Raw
from ..tables import truth_table
from .steps import body_of, put, said_no, versions_under


@truth_table("""
    | x-amz-copy-source | code            |
    |-------------------|-----------------|
    | -                 | InvalidArgument |
    | yes               | InvalidArgument |
""")
def test_a_part_of_no_upload(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """PUT with partNumber and no uploadId is 400: it means a part, and does not overwrite the object.

    Source: that AWS refuses it is asserted by a suite that runs against AWS, with the text [third-party]
    """
    put(s3, bucket, key, b"held")
    put(s3, bucket, f"{key}-source", b"source")
    headers = {"x-amz-copy-source": f"{bucket}/{key}-source"} if "x-amz-copy-source" in row else {}
    with unchanged(lambda: (versions_under(s3, bucket, key), body_of(s3, bucket, key)), "the key"):
        answer = raw("PUT", f"/{bucket}/{key}?partNumber=1", headers, b"" if headers else b"part")
        said_no(answer, 400, row["code"], Message="This operation does not accept partNumber without uploadId")


@truth_table("""
    | query    | message                                                        |
    |----------|----------------------------------------------------------------|
    | uploads  | Key is not expected for the GET method ?uploads subresource    |
    | versions | There is no such thing as the ?versions sub-resource for a key |
""")
def test_a_list_of_a_key(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """GET of a key with ?uploads or ?versions is 400 InvalidRequest: it does not give the object.

    Source: users of AWS report the texts [third-party]
    """
    put(s3, bucket, key, b"held")
    said_no(raw("GET", f"/{bucket}/{key}?{row['query']}"), 400, "InvalidRequest", Message=row["message"])
    same(body_of(s3, bucket, key), b"held", "the body")


@truth_table("""
    | method | x-amz-server-side-encryption | status |
    |--------|------------------------------|--------|
    | HEAD   | AES256                       | 400    |
    | HEAD   | aws:kms                      | 400    |
    | GET    | AES256                       | 400    |
    | HEAD   | -                            | 200    |
""")
def test_encryption_is_no_matter_of_a_read(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """A read with x-amz-server-side-encryption is 400: how an object is encrypted cannot be changed by reading it.

    Source: API Reference, GetObject and HeadObject: "you'll get an HTTP 400 Bad Request error" [documented]
    """
    put(s3, bucket, key, b"held")
    header = "x-amz-server-side-encryption"
    answer = raw(row["method"], f"/{bucket}/{key}", {header: row[header]} if header in row else {})
    same(answer.status, int(row["status"]), "the status")
    if row["method"] == "GET":
        told = "x-amz-server-side-encryption header is not supported for this operation."
        said_no(answer, 400, "InvalidArgument", ArgumentName=header, Message=told)

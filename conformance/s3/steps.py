"""Steps that many S3 cases share. A writer prepares a write and gives back the call that performs it, conditions to be added."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from hashlib import md5
from typing import Any
from uuid import uuid4

from lxml import etree

from ..expect import Difference, accepted
from ..raw import Answer


def put(s3: Any, bucket: str, key: str, body: bytes, **parameters: Any) -> Any:
    """PutObject that succeeds."""
    return accepted(s3.put_object, Bucket=bucket, Key=key, Body=body, **parameters)


def body_of(s3: Any, bucket: str, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def plain(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A PutObject, ready to be sent."""
    return partial(s3.put_object, Bucket=bucket, Key=key, Body=body)


def copy(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A CopyObject from a key of its own, which holds `body`, ready to be sent."""
    source = f"source-{uuid4().hex}-of-{key}"
    put(s3, bucket, source, body)
    return partial(s3.copy_object, Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": source})


def complete(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A CompleteMultipartUpload of one part, already uploaded, ready to be sent."""
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    part = accepted(s3.upload_part, Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=body)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    return partial(s3.complete_multipart_upload, Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


writers = (plain, copy, complete)


def md5_of(data: bytes) -> str:
    """Content-MD5, which operations demand whose bodies must be proven."""
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()


def elements(body: bytes) -> list[str]:
    """The tags of a document, in its order, without their namespace."""
    return [etree.QName(child).localname for child in etree.fromstring(body)]


def text_of(body: bytes, tag: str) -> str | None:
    """The text of an element right below the root."""
    return next((child.text or "" for child in etree.fromstring(body) if etree.QName(child).localname == tag), None)


def said_no(answer: Answer, status: int, code: str, **fields: str | None) -> None:
    """The raw lane's `refused`: an error document with that code and these elements. Message is one of them."""
    expected = f"{status} {code} {fields}"
    if answer.status < 300:
        raise Difference("ignored", f"AWS answers {expected}; the target accepted it")
    if answer.status != status or text_of(answer.body, "Code") != code:
        raise Difference("wrong code", f"AWS answers {expected}; the target {answer.status} {answer.body!r}")
    if any(text_of(answer.body, name) != value for name, value in fields.items()):
        raise Difference("wrong words", f"AWS answers {expected}; the target {answer.status} {answer.body!r}")


def versions_under(s3: Any, bucket: str, key: str) -> list[tuple[str, str, bool]]:
    """(id, ETag, is latest) of all that the key holds, delete markers included: what a refusal may not change."""
    page = s3.list_object_versions(Bucket=bucket, Prefix=key)
    entries = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    return sorted((entry["VersionId"], entry.get("ETag", ""), entry["IsLatest"]) for entry in entries)

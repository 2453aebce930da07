"""Steps of a multipart upload over the wire, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MIB = 1024 * 1024


def begin(s3: Any, key: str = "k", bucket: str = "bucket", **headers: str) -> str:
    """The id of a new upload."""
    answer = s3("POST", f"/{bucket}/{key}", query="uploads", headers={name.replace("_", "-"): v for name, v in headers.items()})
    assert answer.status == 200, answer.body
    return str(answer.xml.text_of("UploadId"))


def upload(s3: Any, upload_id: str, number: int, body: bytes, key: str = "k", bucket: str = "bucket", **headers: str) -> str:
    """The ETag of a new part."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = s3("PUT", f"/{bucket}/{key}", body, query=f"partNumber={number}&uploadId={upload_id}", headers=sent)
    assert answer.status == 200, answer.body
    return str(answer["ETag"])


def listed(parts: Sequence[tuple[Any, ...]]) -> bytes:
    """The document that lists (number, ETag) or (number, ETag, algorithm, checksum)."""
    items = []
    for number, etag, *checksum in parts:
        value = f"<Checksum{checksum[0]}>{checksum[1]}</Checksum{checksum[0]}>" if checksum else ""
        items.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>{value}</Part>")
    return f"<CompleteMultipartUpload>{''.join(items)}</CompleteMultipartUpload>".encode()


def complete(
    s3: Any,
    upload_id: str,
    parts: Sequence[tuple[Any, ...]] | bytes,
    key: str = "k",
    bucket: str = "bucket",
    headers: dict[str, str] | None = None,
) -> Any:
    """The answer to a CompleteMultipartUpload."""
    document = parts if isinstance(parts, bytes) else listed(parts)
    return s3("POST", f"/{bucket}/{key}", document, query=f"uploadId={upload_id}", headers=headers)

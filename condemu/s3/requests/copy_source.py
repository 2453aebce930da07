"""x-amz-copy-source: which bucket, key and version a copy reads."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import INVALID_COPY_SOURCE, INVALID_COPY_SOURCE_BUCKET
from condemu.s3.requests.request import S3Request
from condemu.wire.rest import form_decode

_SHOWN: Final = {"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"}


def named_source(request: S3Request) -> tuple[str, str, str | None]:
    """(bucket, key, version id) of `[/]bucket/key[?versionId=v]`, URL-decoded once; 400 when it does not parse.

    A URL begins with what no bucket is called, `http:` or `s3:` (users of AWS report the text).
    """
    path, mark, version_id = (request["CopySource"] or "").partition("?versionId=")
    bucket, slash, key = form_decode(path).removeprefix("/").partition("/")
    if not bucket or not slash or not key or not _is_text(key) or (mark and not version_id):
        raise ServiceError(INVALID_COPY_SOURCE, _SHOWN)
    if ":" in bucket:
        raise ServiceError(INVALID_COPY_SOURCE_BUCKET, _SHOWN, because=f"no bucket is called {bucket}")
    return bucket, key, form_decode(version_id) if mark else None


def _is_text(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Browser forms: a signed one, filled in, and posted as a browser posts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..raw import Answer, Raw

BOUNDARY = "condemu-conformance-form"


def filled(
    s3: Any, bucket: str, key: str, fields: Mapping[str, str] | None = None, conditions: Sequence[Any] | None = None
) -> dict[str, str]:
    """The fields of a form whose policy allows them, or demands the conditions in their place."""
    given = dict(fields or {})
    allowed = list(conditions) if conditions is not None else [["eq", f"${name}", value] for name, value in given.items()]
    form: dict[str, str] = s3.generate_presigned_post(bucket, key, Fields=given, Conditions=allowed)["fields"]
    return form


def posted(raw: Raw, bucket: str, fields: Mapping[str, str], *, file_name: str | None = "file.txt") -> Answer:
    """Post it with a file of four bytes behind its fields."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    named = "" if file_name is None else f'; filename="{file_name}"'
    parts.append(f'Content-Disposition: form-data; name="file"{named}\r\n\r\n')
    body = "".join(f"--{BOUNDARY}\r\n{part}" for part in parts).encode() + b"data" + f"\r\n--{BOUNDARY}--\r\n".encode()
    return raw("POST", f"/{bucket}", {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, body, sign=False)

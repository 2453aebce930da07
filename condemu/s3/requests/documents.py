"""The documents that configure buckets and objects: parsed, with their root's name held against what the operation takes."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow, ServiceError
from condemu.s3.errors.buckets import MISSING_BODY
from condemu.s3.errors.general import MALFORMED_XML
from condemu.s3.requests.request import S3Request
from condemu.wire.xml import Element, Malformed, parse

MAX_INTEGER: Final = 2**31 - 1


def document_of(request: S3Request, root: str, row: ErrorRow = MALFORMED_XML) -> Element:
    """The request's document. 400 MissingRequestBodyError without a byte; `row` when it is not a document with that root."""
    if not request.xml:
        raise ServiceError(MISSING_BODY)
    try:
        document = parse(request.xml)
    except Malformed as error:
        raise ServiceError(row, because=str(error)) from None
    if document.tag != root:
        raise ServiceError(row, because=f"the document is a {document.tag}, not a {root}")
    return document


def malformed(because: str) -> ServiceError:
    return ServiceError(MALFORMED_XML, because=because)


def refused(row: ErrorRow, name: str, value: str, because: str = "") -> ServiceError:
    """A refusal that names an argument and its value."""
    return ServiceError(row, {"ArgumentName": name, "ArgumentValue": value}, because=because)


def boolean(document: Element, tag: str, default: bool = False) -> bool:
    """`true` or `false`, in whichever case."""
    text = document.text_of(tag)
    if text is None:
        return default
    if text.strip().lower() not in ("true", "false"):
        raise malformed(f"{tag} is {text!r}")
    return text.strip().lower() == "true"


def integer(document: Element, tag: str) -> int | None:
    """A number from 0 to 2³¹-1."""
    text = document.text_of(tag)
    if text is None:
        return None
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10) or int(digits) > MAX_INTEGER:
        raise malformed(f"{tag} is {text!r}")
    return int(digits)

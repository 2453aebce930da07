"""JSON 1.0, the protocol of DynamoDB: one operation to a POST, named by `X-Amz-Target`; a JSON object in, a JSON object out.

Every answer carries the CRC-32 of its body, which SDKs compare with what they received. An error names its type first.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any, Final

CONTENT_TYPES: Final = frozenset(("application/x-amz-json-1.0", "application/json"))

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


class Json(str):
    """A value that is JSON already. As a member of the document it is rendered as it stands."""

    __slots__ = ()


class NotJson(Exception):
    """The body is no JSON object."""


def content_type(header: str) -> str | None:
    """The media type without its parameters, if it is one of JSON 1.0's."""
    if header in CONTENT_TYPES:
        return header
    media_type = header.partition(";")[0].strip()
    return media_type if media_type in CONTENT_TYPES else None


def _refuse_constant(text: str) -> Any:
    raise NotJson


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def parse(body: bytes) -> dict[str, Any]:
    """The object that a body holds. NaN and Infinity, which Python would accept, are no JSON."""
    try:
        text = body.decode()
        if text[:1] == "{":
            document, end = _DECODER.raw_decode(text)
            if end == len(text):
                return document  # type: ignore[no-any-return]
        document = _DECODER.decode(text)  # there are blanks around it, or it is something else
    except (ValueError, RecursionError):
        raise NotJson from None
    if type(document) is not dict:
        raise NotJson
    return document


def render(document: dict[str, Any]) -> bytes:
    if not document:
        return b"{}"
    if Json in map(type, document.values()):
        members = [f"{_encode(name)}:{value if type(value) is Json else _encode(value)}" for name, value in document.items()]
        text = f"{{{','.join(members)}}}"
    else:
        text = _encode(document)
    return text.encode("utf-8", "backslashreplace")  # half a surrogate pair, which UTF-8 cannot carry, is \udxxx in JSON too


class TooLarge(Exception):
    """The body is larger, unpacked, than the service takes."""


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says."""


ENCODINGS: Final = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}  # Content-Encoding -> how zlib is told


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """What a body of this Content-Encoding holds, as long as that is not more than `limit` bytes.

    There may be several gzip members one after the other. Raises BadEncoding for what is broken.
    """
    pieces: list[bytes] = []
    left = limit
    while body or not pieces:
        unpacker = zlib.decompressobj(ENCODINGS[encoding])
        try:
            plain = unpacker.decompress(body, left + 1)
        except zlib.error:
            raise BadEncoding from None
        left -= len(plain)
        if left < 0:
            raise TooLarge
        if not unpacker.eof:
            raise BadEncoding
        pieces.append(plain)
        body = unpacker.unused_data
        if body and encoding != "gzip":
            raise BadEncoding
    return b"".join(pieces)


def pack(body: bytes, accepted: str) -> tuple[bytes, str]:
    """The body in the first encoding that the client accepts, gzip before deflate, and which; as it is, and "", in none."""
    wanted = {one.partition(";")[0].strip() for one in accepted.split(",") if not _REFUSED(one)}
    for encoding, how in ENCODINGS.items():
        if encoding in wanted:
            packer = zlib.compressobj(1, zlib.DEFLATED, how)
            return packer.compress(body) + packer.flush(), encoding
    return body, ""


_REFUSED: Final = re.compile(r".*;\s*q=0(?:\.0*)?\s*").fullmatch

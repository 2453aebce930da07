"""User metadata: names in lower case, values trimmed, 2 KiB in all; and text beyond ASCII in the words of RFC 2047.

A value that is not ASCII, as raw UTF-8 or as an encoded word, comes back as an encoded word; an encoded word for ASCII text comes
back decoded (recorded on AWS). Mostly ASCII text is encoded with Q, other text with B, as JavaMail does (inferred); text
with control characters with B (recorded). In a form's field an encoded word is plain text (recorded), and comes back as one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from collections.abc import Mapping
from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import METADATA_TOO_LARGE

MAX_METADATA: Final = 2048  # bytes of all names, without their prefix, and all values
_WORD: Final = re.compile(r"=\?([A-Za-z0-9_-]+)\?([BbQq])\?([^? ]*)\?=")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s+(?==\?)")
_Q_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/%.")  # % and . are recorded


def kept(sent: Mapping[str, str], *, of_form: bool = False) -> dict[str, str]:
    """Metadata as S3 keeps it, or 400 MetadataTooLarge."""
    metadata = {name: text_of(value, of_form=of_form) for name, value in sent.items()}
    size = sum(len(name) + len(value.encode("utf-8", "surrogateescape")) for name, value in metadata.items())
    if size > MAX_METADATA:
        raise ServiceError(METADATA_TOO_LARGE, {"Size": size, "MaxSizeAllowed": MAX_METADATA})
    return metadata


def text_of(value: str, *, of_form: bool = False) -> str:
    """What a header's value means: trimmed, its bytes read as UTF-8, its encoded words decoded; else it stays as it is. In a
    form's field encoded words stay."""
    value = value.strip(" \t")
    if not value.isascii():
        try:
            value = value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    if of_form or "=?" not in value:
        return value
    return _WORD.sub(_decoded, _BETWEEN_WORDS.sub(r"\1", value))


def header_of(text: str) -> str:
    """The header that returns a text: itself, or an encoded word when it is not ASCII, or holds what no header can."""
    control = _CONTROL.search(text) is not None
    if text.isascii() and not control:
        return text
    data = text.encode("utf-8", "surrogateescape")
    if control:
        return f"=?UTF-8?B?{b64encode(data).decode('ascii')}?="
    beyond = sum(1 for character in text if ord(character) > 127)
    if len(text) - beyond > beyond:
        return "=?UTF-8?Q?" + "".join(_quoted(byte) for byte in data) + "?="
    return f"=?UTF-8?B?{b64encode(data).decode('ascii')}?="


def _quoted(byte: int) -> str:
    if byte in _Q_PLAIN:
        return chr(byte)
    return "_" if byte == 32 else f"={byte:02X}"


def _decoded(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    try:
        data = a2b_base64(text, strict_mode=True) if encoding in "Bb" else a2b_qp(text, header=True)
        return data.decode(charset)
    except (Base64Error, LookupError, ValueError):
        return match[0]

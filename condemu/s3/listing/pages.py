"""What all lists have in common: limits, markers, groups by delimiter, url encoding.

Keys are in the order of their UTF-8 bytes, which is the order of their code points. With a delimiter, the keys that share all up
to the first delimiter after the prefix are one group, listed once as a common prefix, counted as one entry, and passed over by
searching for the first key behind it: a page costs what it lists, however many keys a group or the bucket holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from condemu.auth.principals import canonical_id
from condemu.core.errors import ServiceError
from condemu.core.store import Key, prefix_range
from condemu.s3.errors.general import ARGUMENT_OUT_OF_BOUNDS
from condemu.s3.errors.listing import INVALID_ENCODING_TYPE, NOT_AN_INTEGER
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Bucket
from condemu.wire.rest import url_encode

PAGE: Final = 1000  # entries of the longest page, whatever the client asks for
MOST: Final = 2_147_483_647
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)


def limit(text: str | None, parameter: str, argument: str = "", *, most: int = PAGE) -> int:
    """max-keys, max-uploads, max-parts: how many entries the page may have. An empty value counts as none sent (inferred).

    | value       | answer              |
    |-------------|---------------------|
    | -           | 1000                |
    | 0           | 0                   |
    | 7           | 7                   |
    | 1001        | 1000                |
    | 2147483647  | 1000                |
    | -1          | 400, out of bounds  |
    | 2147483648  | 400, not an integer |
    | seven       | 400, not an integer |

    0 makes an empty page that is not truncated (recorded). `argument` is how the message of a negative number spells it.
    """
    if not text:
        return PAGE
    number = int(text) if _INTEGER.fullmatch(text) else None
    if number is None or not -MOST - 1 <= number <= MOST:
        raise ServiceError(NOT_AN_INTEGER, {"ArgumentName": parameter, "ArgumentValue": text})
    if number < 0:
        raise ServiceError(ARGUMENT_OUT_OF_BOUNDS, {"ArgumentName": argument or parameter, "ArgumentValue": text})
    return min(number, most)


def encoder(encoding_type: str | None) -> Callable[[str], str]:
    """How names are written: as they are, or `url` encoded. Any other encoding-type, even an empty one, is refused (recorded)."""
    if encoding_type is None:
        return _plain
    if encoding_type != "url":
        raise ServiceError(INVALID_ENCODING_TYPE, {"ArgumentName": "encoding-type", "ArgumentValue": encoding_type})
    return url_encode


def _plain(text: str) -> str:
    return text


def group_of(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that the key is listed under, or None when it is listed itself."""
    if not delimiter:
        return None
    at = key.find(delimiter, len(prefix))
    return None if at < 0 else key[: at + len(delimiter)]


def behind(text: str) -> str:
    """A bound above all strings that begin with `text` and not above any other: its last code point, one higher.

    "" when there is none, and for the empty text. Code points of surrogates are stepped over: no key contains them.
    """
    while text:
        last = ord(text[-1])
        if last < 0x10FFFF:
            return text[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        text = text[:-1]
    return ""


def first_after(marker: str, prefix: str, delimiter: str) -> str | None:
    """The bound at which a page that follows `marker` begins; None when nothing can follow.

    A marker within a group, or the group itself, passes over the rest of the group (recorded for V1's marker).
    """
    if not marker or marker < prefix:
        return prefix
    group = group_of(marker, prefix, delimiter) if marker.startswith(prefix) else None
    return marker + "\0" if group is None else behind(group) or None


def bounds(bucket: Bucket, first: str, prefix: str) -> tuple[Key, Key]:
    """The stretch of a table's keys from `first` to the last one with the prefix."""
    end = behind(prefix)
    return bucket.at(first), bucket.at(end) if end else prefix_range(bucket.place)[1]


def common_prefixes(prefixes: list[str], encode: Callable[[str], str]) -> list[dict[str, str]]:
    return [{"Prefix": encode(prefix)} for prefix in prefixes]


def owner_of(account: str) -> dict[str, str]:
    """AWS no longer returns a DisplayName here (recorded)."""
    return {"ID": canonical_id(account)}


def delimiter_of(request: S3Request, encode: Callable[[str], str]) -> dict[str, str]:
    """The request's delimiter as the answer repeats it. An empty one counts as none, and is not repeated (recorded on AWS)."""
    delimiter = request["Delimiter"]
    return {"Delimiter": encode(delimiter)} if delimiter else {}

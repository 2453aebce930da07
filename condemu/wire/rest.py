"""Dates, percent-coding and query strings, as REST services write and read them.

A time is seconds since 1970-01-01T00:00:00Z as a float. Nothing here knows what time it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBER: Final = {name: number for number, name in enumerate(MONTHS, 1)}
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*").fullmatch
_ZONE: Final = r"(?:GMT|UTC|Z|[+-]0000)"
_IMF_FIXDATE: Final = re.compile(rf"(?:[A-Za-z]{{3}}, ?)?(\d{{1,2}}) ([A-Za-z]{{3}}) (\d{{4}}) (\d\d):(\d\d):(\d\d) {_ZONE}")
_RFC_850: Final = re.compile(rf"[A-Za-z]{{6,9}}, (\d\d)-([A-Za-z]{{3}})-(\d\d) (\d\d):(\d\d):(\d\d) {_ZONE}")
_ASCTIME: Final = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})")
_ISO_8601: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


def http_date(seconds: float) -> str:
    """IMF-fixdate, to the whole second below: `Sun, 06 Nov 1994 08:49:37 GMT`."""
    return _http_date(int(seconds // 1))


@lru_cache(maxsize=8192)
def _http_date(seconds: int) -> str:
    t = datetime.fromtimestamp(seconds, UTC)
    return f"{DAYS[t.weekday()]}, {t.day:02d} {MONTHS[t.month - 1]} {t.year:04d} {t.hour:02d}:{t.minute:02d}:{t.second:02d} GMT"


@lru_cache(maxsize=4096)
def parse_http_date(text: str) -> int | None:
    """IMF-fixdate, RFC 850 or asctime (RFC 9110 §5.6.7) as whole seconds; None when it is none of them, or no such day.

    A wrong weekday is overlooked. Two-digit years from 70 on belong to the twentieth century.
    """
    text = text.strip()
    if match := _IMF_FIXDATE.fullmatch(text):
        day, month, year, hour, minute, second = match.groups()
    elif match := _RFC_850.fullmatch(text):
        day, month, year, hour, minute, second = match.groups()
        year = ("19" if int(year) >= 70 else "20") + year
    elif match := _ASCTIME.fullmatch(text):
        month, day, hour, minute, second, year = match.groups()
    else:
        return None
    return _seconds(int(year), _MONTH_NUMBER.get(month.capitalize(), 0), int(day), int(hour), int(minute), int(second))


def iso_8601(seconds: float) -> str:
    """S3's form in documents: whole seconds with milliseconds that are always zero, `2026-01-01T00:00:00.000Z`."""
    return _iso_8601(int(seconds // 1))


@lru_cache(maxsize=8192)
def _iso_8601(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if seconds >= 0 else _iso_before_1970(seconds)


def _iso_before_1970(seconds: int) -> str:
    t = datetime.fromtimestamp(seconds, UTC)
    return f"{t.year:04d}-{t.month:02d}-{t.day:02d}T{t.hour:02d}:{t.minute:02d}:{t.second:02d}.000Z"


def iso_8601_ms(seconds: float) -> str:
    """With the milliseconds there are: lock dates are echoed so."""
    whole = int(seconds // 1)
    milliseconds = min(int((seconds - whole) * 1000 + 0.5), 999)
    return f"{_iso_8601(whole)[:-4]}{milliseconds:03d}Z"


@lru_cache(maxsize=1024)
def parse_iso_8601(text: str) -> float | None:
    """A date, or a date and a time with an optional zone (UTC without one), as seconds; None when it is not one."""
    match = _ISO_8601.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    whole = _seconds(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    if whole is None:
        return None
    offset = 0
    if zone and zone not in "Zz":
        offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        if offset >= 86400:
            return None
        offset = -offset if zone[0] == "-" else offset
    return whole - offset + float(fraction or 0)


def _seconds(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    try:
        return int(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).timestamp()) + (second == 60)
    except (ValueError, OverflowError):
        return None


def percent_decode(text: str) -> str:
    """Percent-decoded once. Bytes that are not UTF-8 stay as lone surrogates, for the caller to refuse."""
    if "%" not in text and text.isascii():
        return text
    return unquote_to_bytes(text.encode("latin-1", "replace")).decode("utf-8", "surrogateescape")


def form_decode(text: str) -> str:
    """As `percent_decode`, with a plus sign for a space (application/x-www-form-urlencoded)."""
    return percent_decode(text.replace("+", " ") if "+" in text else text)


def percent_encode(text: str) -> str:
    """All but `A-Za-z0-9-._~` encoded (RFC 3986)."""
    return text if _UNRESERVED(text) else quote(text, safe="", errors="surrogateescape")


def url_encode(text: str) -> str:
    """What `encoding-type=url` asks for: a slash stays, a space becomes a plus sign (recorded on AWS), `*` stays and `~` does not
    change either."""
    return quote(text, safe="/* ", errors="surrogateescape").replace(" ", "+")


def parse_query(text: str) -> list[tuple[str, str]]:
    """The parameters in their order, decoded; `a` and `a=` are the same. A plus sign stays a plus sign, as S3 reads it.

    The number of parameters is bounded by the length of a request's head.
    """
    if not text:
        return []
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(percent_decode(name), percent_decode(value)) for name, _, value in pairs]

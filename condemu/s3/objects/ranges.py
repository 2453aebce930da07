"""Range and partNumber: which bytes of an object an answer carries.

| Range of 0123456789 | answer           | body       |
|---------------------|------------------|------------|
| bytes=0-8           | 206              | 012345678  |
| bytes=2-            | 206              | 23456789   |
| bytes=-5            | 206              | 56789      |
| bytes=8-20          | 206              | 89         |
| bytes=-15           | 206              | 0123456789 |
| bytes=5-2           | 200              | 0123456789 |
| bytes=0-1,3-4       | 200              | 0123456789 |
| bytes=one           | 200              | 0123456789 |
| bytes=10-           | 416 InvalidRange | -          |
| bytes=-0            | 416 InvalidRange | -          |

Recorded on AWS. A Range that is reversed, malformed or several is ignored; of an object without bytes none can be satisfied.
"""

from __future__ import annotations

import re
from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import INVALID_PART_NUMBER, INVALID_RANGE, PART_NUMBER_OUT_OF_BOUNDS
from condemu.s3.state.records import Part, Version

MAX_PARTS: Final = 10_000
_RANGE: Final = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_HUGE: Final = 1 << 62  # stands for every number of more than 18 digits


def span_of_range(text: str, size: int) -> tuple[int, int] | None:
    """(start, stop) of the bytes, None when the header is ignored; 416 when it cannot be satisfied."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        return None
    first, last = _number(match[1]), _number(match[2])
    if first is None:
        assert last is not None
        start, stop = max(size - last, 0), size
    else:
        if last is not None and last < first:
            return None
        start, stop = first, size if last is None else min(last + 1, size)
    if start >= size:
        raise ServiceError(INVALID_RANGE, {"ActualObjectSize": size, "RangeRequested": text})
    return start, stop


def part_number_of(text: str) -> int:
    """1 to 10,000, or 400."""
    if not text.isascii() or not text.isdigit() or len(text) > 5 or not 1 <= int(text) <= MAX_PARTS:
        raise ServiceError(PART_NUMBER_OUT_OF_BOUNDS, {"ArgumentName": "partNumber", "ArgumentValue": text})
    return int(text)


def span_of_part(number: int, version: Version) -> tuple[int, int, Part | None]:
    """(start, stop, the part) of an object's n-th part. An object that was put in one piece has one part, which is no Part."""
    count = len(version.parts) or 1
    if number > count:
        raise ServiceError(INVALID_PART_NUMBER, {"ActualPartCount": count, "PartNumberRequested": number})
    if not version.parts:
        return 0, version.size, None
    start = sum(part.size for part in version.parts[: number - 1])
    part = version.parts[number - 1]
    return start, start + part.size, part


def _number(digits: str) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) <= 18 else _HUGE

"""Checksums that are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, same
from ..raw import Raw
from ..tables import truth_table

pytestmark = pytest.mark.tier("exact")


@truth_table("""
    | x-amz-checksum-mode | told | evidence |
    |---------------------|------|----------|
    | ENABLED             | yes  | recorded |
    | enabled             | yes  | recorded |
    | Enabled             | yes  | recorded |
    | -                   | no   | recorded |
""")
def test_a_checksum_is_told_to_who_asks_in_any_letter_case(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """GetObject and HeadObject tell the object's checksum where x-amz-checksum-mode is ENABLED, in capitals or not.

    Source: recorded on AWS 2026-02 [recorded]
    """
    stored = accepted(s3.put_object, Bucket=bucket, Key=key, Body=b"data", ChecksumAlgorithm="CRC32")["ChecksumCRC32"]
    mode = row.get("x-amz-checksum-mode")
    for method in ("GET", "HEAD"):
        answer = raw(method, f"/{bucket}/{key}", {} if mode is None else {"x-amz-checksum-mode": mode})
        found = (answer.status, answer.headers.get("x-amz-checksum-crc32"))
        same(found, (200, stored if row["told"] == "yes" else None), f"the answer to {method}")

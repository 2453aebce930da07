"""If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since on GetObject, HeadObject and as a copy's source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ..expect import Refusal, accepted, attempt, refused, same
from ..raw import Raw
from ..tables import truth_table
from .steps import body_of, put

TIMES = {"before": timedelta(hours=-1), "same": timedelta(), "tomorrow": timedelta(days=1)}
READ = ("IfMatch", "IfUnmodifiedSince", "IfNoneMatch", "IfModifiedSince")

TABLE = """
    | IfMatch  | IfUnmodifiedSince | IfNoneMatch | IfModifiedSince | refused by          | evidence    |
    |----------|-------------------|-------------|-----------------|---------------------|-------------|
    | other    | before            | etag        | same            | If-Match            | recorded    |
    | -        | before            | etag        | same            | If-Unmodified-Since | recorded    |
    | -        | -                 | etag        | same            | If-None-Match       | recorded    |
    | -        | -                 | etag        | before          | If-None-Match       | third-party |
    | -        | -                 | -           | same            | If-Modified-Since   | recorded    |
    | -        | -                 | -           | tomorrow        | -                   | recorded    |
    | -        | -                 | -           | before          | -                   | third-party |
    | -        | same              | -           | -               | -                   | recorded    |
    | -        | tomorrow          | -           | -               | -                   | third-party |
    | -        | before            | -           | -               | If-Unmodified-Since | recorded    |
    | etag     | before            | -           | -               | -                   | third-party |
    | etag     | tomorrow          | other       | before          | -                   | recorded    |
    | -        | -                 | other       | -               | -                   | recorded    |
    | unquoted | -                 | -           | -               | -                   | recorded    |
    | -        | -                 | unquoted    | -               | If-None-Match       | recorded    |
    | -        | -                 | other       | same            | -                   | inferred    |
    | -        | before            | etag        | -               | If-Unmodified-Since | recorded    |
"""
WILDCARDS = """
    | IfMatch | IfNoneMatch | IfModifiedSince | refused by    | evidence    |
    |---------|-------------|-----------------|---------------|-------------|
    | *       | -           | -               | -             | third-party |
    | -       | *           | -               | If-None-Match | third-party |
    | -       | *           | before          | If-None-Match | third-party |
"""


def conditions(row: dict[str, str], found: Any, prefix: str = "") -> dict[str, Any]:
    """The row's cells as parameters, against what HeadObject said of the object."""
    etag = found["ETag"]
    values: dict[str, Any] = {"etag": etag, "unquoted": etag.strip('"'), "other": '"0123456789abcdef0123456789abcdef"'}
    values |= {name: found["LastModified"] + shift for name, shift in TIMES.items()}
    return {prefix + name: values.get(row[name], row[name]) for name in READ if name in row}


@pytest.mark.tier("core")
@truth_table(TABLE)
def test_conditions_on_get_object(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """GetObject judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in this order: 412, 412, 304, 304.

    Source: recorded on AWS 2026-02-21; GetObject API reference [recorded]
    """
    put(s3, bucket, key, b"body")
    given = conditions(row, s3.head_object(Bucket=bucket, Key=key))
    by = row.get("refused by")
    if by is None:
        same(accepted(s3.get_object, Bucket=bucket, Key=key, **given)["Body"].read(), b"body", "the body")
    elif by in ("If-None-Match", "If-Modified-Since"):
        refused(s3.get_object, Bucket=bucket, Key=key, **given, status=304)
    else:
        refused(
            s3.get_object, Bucket=bucket, Key=key, **given,
            status=412, code="PreconditionFailed", elements={"Condition": by},
            message="At least one of the pre-conditions you specified did not hold",
        )  # fmt: skip


@truth_table(TABLE)
def test_conditions_on_head_object(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """HeadObject judges conditions as GetObject does, and says no more than the status.

    Source: recorded on AWS 2026-02-21; HeadObject API reference [recorded]
    """
    put(s3, bucket, key, b"body")
    found = s3.head_object(Bucket=bucket, Key=key)
    expected = {"If-Match": 412, "If-Unmodified-Since": 412, "If-None-Match": 304, "If-Modified-Since": 304}
    given = conditions(row, found)
    if "refused by" in row:
        refused(s3.head_object, Bucket=bucket, Key=key, **given, status=expected[row["refused by"]])
    else:
        same(accepted(s3.head_object, Bucket=bucket, Key=key, **given)["ETag"], found["ETag"], "the ETag")


@truth_table(WILDCARDS)
@pytest.mark.parametrize("verb", ["get_object", "head_object"])
def test_wildcards_on_reads(s3: Any, bucket: str, key: str, row: dict[str, str], verb: str) -> None:
    """On reads, unlike on writes, both ETag conditions take the wildcard.

    Source: measured on AWS by the authors of a published test suite, 2025 [third-party]
    """
    put(s3, bucket, key, b"body")
    given = conditions(row, s3.head_object(Bucket=bucket, Key=key))
    answer = attempt(getattr(s3, verb), Bucket=bucket, Key=key, **given)
    same(answer.status if isinstance(answer, Refusal) else 200, 304 if "refused by" in row else 200, "the status")


@truth_table(TABLE)
def test_conditions_on_the_source_of_a_copy(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """CopyObject judges its source's conditions as a read does; every failure is 412 and names the header.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    put(s3, bucket, key, b"body")
    given = conditions(row, s3.head_object(Bucket=bucket, Key=key), "CopySource")
    source = {"Bucket": bucket, "Key": key}
    if "refused by" not in row:
        accepted(s3.copy_object, Bucket=bucket, Key=f"{key}-copy", CopySource=source, **given)
        same(body_of(s3, bucket, f"{key}-copy"), b"body", "the copy")
        return
    refused(
        s3.copy_object, Bucket=bucket, Key=f"{key}-copy", CopySource=source, **given,
        status=412, code="PreconditionFailed", elements={"Condition": f"x-amz-copy-source-{row['refused by']}"},
    )  # fmt: skip
    refused(s3.head_object, Bucket=bucket, Key=f"{key}-copy", status=404)


@truth_table(TABLE)
@pytest.mark.needs("s3.multipart")
def test_conditions_on_the_source_of_a_copied_part(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """UploadPartCopy judges its source's conditions as CopyObject does.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    put(s3, bucket, key, b"body")
    given = conditions(row, s3.head_object(Bucket=bucket, Key=key), "CopySource")
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=f"{key}-copy")["UploadId"]
    source = {"Bucket": bucket, "Key": key}
    part = {"Bucket": bucket, "Key": f"{key}-copy", "UploadId": upload, "PartNumber": 1, "CopySource": source}
    if "refused by" not in row:
        accepted(s3.upload_part_copy, **part, **given)
    else:
        refused(
            s3.upload_part_copy, **part, **given,
            status=412, code="PreconditionFailed", elements={"Condition": f"x-amz-copy-source-{row['refused by']}"},
        )  # fmt: skip
        same(s3.list_parts(Bucket=bucket, Key=f"{key}-copy", UploadId=upload).get("Parts", []), [], "the upload's parts")
    accepted(s3.abort_multipart_upload, Bucket=bucket, Key=f"{key}-copy", UploadId=upload)


@pytest.mark.parametrize("condition", ["IfMatch", "IfNoneMatch"])
def test_a_missing_key_beats_every_condition(s3: Any, bucket: str, key: str, condition: str) -> None:
    """Reading a missing key answers 404 NoSuchKey, whatever the condition.

    Source: recorded on AWS for Range; conditions by analogy [inferred]
    """
    refused(s3.get_object, Bucket=bucket, Key=key, **{condition: '"x"'}, status=404, code="NoSuchKey", elements={"Key": key})


def test_a_condition_is_judged_before_the_range(s3: Any, bucket: str, key: str) -> None:
    """A false If-Match on a range beyond the end answers 412, a true one on a good range 206.

    Source: measured on AWS by the authors of a published test suite [third-party]
    """
    etag = put(s3, bucket, key, b"0123456789")["ETag"]
    refused(s3.get_object, Bucket=bucket, Key=key, IfMatch='"x"', Range="bytes=100-", status=412, code="PreconditionFailed")
    answer = accepted(s3.get_object, Bucket=bucket, Key=key, IfMatch=etag, Range="bytes=2-4")
    same((answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()), (206, b"234"), "status and body")


@pytest.mark.parametrize("mode", ["ENABLED", "enabled", "Enabled"])
def test_the_checksum_mode_in_any_letter_case(raw: Raw, s3: Any, bucket: str, key: str, mode: str) -> None:
    """x-amz-checksum-mode counts in any letter case; without it there is no checksum.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"body")
    told = raw("GET", f"/{bucket}/{key}", {"x-amz-checksum-mode": mode}).headers
    same((told.get("x-amz-checksum-type"), len(told.get("x-amz-checksum-crc32", ""))), ("FULL_OBJECT", 8), "the checksum")
    same(raw("GET", f"/{bucket}/{key}").headers.get("x-amz-checksum-type"), None, "the checksum without the header")

"""UploadPartCopy: the source's conditions, then the range (recorded on AWS 2026-02-21)."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256
from typing import Any

import pytest
from s3_uploads import MIB, begin, complete, upload
from s3_wire import Answer, Wire

from condemu.s3.errors.uploads import COPY_RANGE_FORM
from condemu.s3.state.records import PARTS
from condemu.wire.rest import http_date

ETAG = '"781e5e245d69b566979b86e28d23f2c7"'  # of 0123456789


def part_copy(s3: Wire, upload_id: str, source: str = "bucket/source", number: Any = 1, **headers: str) -> Answer:
    sent = {"x-amz-copy-source": source, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return s3("PUT", "/bucket/k", query=f"partNumber={number}&uploadId={upload_id}", headers=sent)


def test_a_part_is_copied_whole_or_in_part(s3: Wire) -> None:
    s3.put("source", b"0123456789")
    upload_id = begin(s3)
    whole = part_copy(s3, upload_id)
    assert whole.status == 200
    assert whole.xml is not None
    assert whole.xml.tag == "CopyPartResult"
    assert [(child.tag, child.text) for child in whole.xml] == [("LastModified", "2026-01-01T00:00:00.000Z"), ("ETag", ETAG)]
    piece = part_copy(s3, upload_id, x_amz_copy_source_range="bytes=2-5")
    assert piece.xml is not None
    assert piece.xml.text_of("ETag") == f'"{md5(b"2345").hexdigest()}"'
    answer = complete(s3, upload_id, [(1, piece.xml.text_of("ETag"))])
    assert s3.get("k").body == b"2345"
    plain = s3.put("plain", b"2345")
    assert answer.xml.text_of("ChecksumCRC64NVME") == plain["x-amz-checksum-crc64nvme"]


def test_a_copied_part_of_a_composite_upload_has_its_checksum(s3: Wire) -> None:
    s3.put("source", b"0123456789")
    upload_id = begin(s3, x_amz_checksum_algorithm="SHA256")
    answer = part_copy(s3, upload_id)
    assert answer.xml is not None
    checksum = answer.xml.text_of("ChecksumSHA256")
    assert checksum == b64encode(sha256(b"0123456789").digest()).decode()
    assert complete(s3, upload_id, [(1, ETAG, "SHA256", checksum)]).status == 200


def test_a_part_of_a_multipart_object_gets_the_md5_of_its_bytes(s3: Wire) -> None:
    first = begin(s3)
    tags = [upload(s3, first, 1, b"a" * (5 * MIB)), upload(s3, first, 2, b"end")]
    complete(s3, first, [(1, tags[0]), (2, tags[1])])
    second = begin(s3)
    answer = part_copy(s3, second, source="bucket/k")
    assert answer.xml is not None
    assert answer.xml.text_of("ETag") == f'"{md5(b"a" * (5 * MIB) + b"end").hexdigest()}"'


@pytest.mark.parametrize("text", ["0-8", "bytes=0-", "bytes=-5", "bytes=5-1", "bytes=0-1,3-4", "bytes=a-b", ""])
def test_a_range_must_have_its_form(s3: Wire, text: str) -> None:
    s3.put("source", b"0123456789")
    answer = part_copy(s3, begin(s3), x_amz_copy_source_range=text)
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": text})
    assert answer.xml is not None
    assert answer.xml.text_of("Message") == COPY_RANGE_FORM.message
    assert b"must be of the form bytes=first-last where first and last are the zero-based offsets" in answer.body
    assert PARTS not in s3.everything()


def test_a_range_must_lie_within_the_source(s3: Wire) -> None:
    s3.put("source", b"0123456789")
    upload_id = begin(s3)
    long = part_copy(s3, upload_id, x_amz_copy_source_range="bytes=0-100")
    assert long.refusal == (
        400,
        "InvalidArgument",
        {"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": "bytes=0-100"},
    )
    assert b"Range specified is not valid for source object of size: 10" in long.body
    outside = part_copy(s3, upload_id, x_amz_copy_source_range="bytes=10-11")
    assert outside.refusal == (400, "InvalidRequest", {})
    assert b"The specified copy range is invalid for the source object size" in outside.body
    assert PARTS not in s3.everything()


def later(s3: Wire, seconds: float) -> str:
    return http_date(s3.clock.now() + seconds)


REFUSED = [  # (conditions, which of them is named)
    ({"if-match": '"x"', "if-unmodified-since": -60, "if-none-match": ETAG, "if-modified-since": 0}, "If-Match"),
    ({"if-unmodified-since": -60, "if-none-match": ETAG, "if-modified-since": 0}, "If-Unmodified-Since"),
    ({"if-none-match": '"x"', "if-unmodified-since": -60}, "If-Unmodified-Since"),
    ({"if-none-match": ETAG, "if-modified-since": 0}, "If-None-Match"),
    ({"if-none-match": ETAG, "if-modified-since": -60}, "If-None-Match"),
    ({"if-modified-since": 0}, "If-Modified-Since"),
]


def headers_of(s3: Wire, conditions: dict[str, Any]) -> dict[str, str]:
    return {
        f"x-amz-copy-source-{name}": value if isinstance(value, str) else later(s3, value) for name, value in conditions.items()
    }


@pytest.mark.parametrize(("conditions", "named"), REFUSED)
def test_a_failed_source_condition_is_412_even_when_the_range_is_out_of_bounds(
    s3: Wire, conditions: dict[str, Any], named: str
) -> None:
    s3.put("source", b"0123456789")
    answer = part_copy(s3, begin(s3), x_amz_copy_source_range="bytes=0-10", **headers_of(s3, conditions))
    assert answer.refusal == (412, "PreconditionFailed", {"Condition": f"x-amz-copy-source-{named}"})
    assert PARTS not in s3.everything()


@pytest.mark.parametrize(
    "conditions",
    [
        {"if-match": ETAG, "if-unmodified-since": -60},
        {"if-match": ETAG.strip('"')},
        {"if-none-match": '"x"'},
        {"if-unmodified-since": 0},
        {"if-unmodified-since": 86400},
        {"if-modified-since": 86400},
        {"if-modified-since": -60},
    ],
)
def test_source_conditions_that_hold_copy_the_part(s3: Wire, conditions: dict[str, Any]) -> None:
    s3.put("source", b"0123456789")
    assert part_copy(s3, begin(s3), **headers_of(s3, conditions)).status == 200


def test_upload_then_source_are_looked_up_before_anything_is_judged(s3: Wire) -> None:
    assert part_copy(s3, "none").refusal == (404, "NoSuchUpload", {"UploadId": "none"})
    upload_id = begin(s3)
    assert part_copy(s3, upload_id).refusal == (404, "NoSuchKey", {"Key": "source"})
    assert part_copy(s3, upload_id, source="nobody/source").refusal == (404, "NoSuchBucket", {"BucketName": "nobody"})
    assert part_copy(s3, upload_id, source="nonsense").code == "InvalidArgument"
    assert part_copy(s3, upload_id, number=0).code == "InvalidArgument"
    assert PARTS not in s3.everything()


def test_a_versioned_source_is_named(s3: Wire) -> None:
    s3.versioning("Enabled")
    old = s3.put("source", b"old")["x-amz-version-id"]
    s3.put("source", b"new")
    answer = part_copy(s3, begin(s3), source=f"bucket/source?versionId={old}")
    assert answer["x-amz-copy-source-version-id"] == old
    assert answer.xml is not None
    assert answer.xml.text_of("ETag") == f'"{md5(b"old").hexdigest()}"'

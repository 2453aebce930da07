from __future__ import annotations

import pytest
from s3_wire import Wire

from condemu.auth.authentication import ANONYMOUS
from condemu.core.errors import ServiceError
from condemu.core.http import BytesBody, Request
from condemu.s3.errors.general import ANONYMOUS_OVERRIDE, INVALID_ATTRIBUTE_NAME, MISSING_ATTRIBUTES
from condemu.s3.objects.get import check_get
from condemu.s3.operations import BY_NAME
from condemu.s3.requests.request import S3Request
from condemu.wire.rest import http_date

TEN = b"0123456789"


@pytest.mark.parametrize(
    ("sent", "status", "body", "content_range"),
    [
        ("bytes=0-8", 206, TEN[:9], "bytes 0-8/10"),
        ("bytes=2-", 206, TEN[2:], "bytes 2-9/10"),
        ("bytes=-5", 206, TEN[5:], "bytes 5-9/10"),
        ("bytes=5-100", 206, TEN[5:], "bytes 5-9/10"),
        ("bytes=5-99999999999999999999999", 206, TEN[5:], "bytes 5-9/10"),
        ("bytes=-15", 206, TEN, "bytes 0-9/10"),
        ("0-8", 200, TEN, None),
        ("bytes=-", 200, TEN, None),
        ("bytes=a-b", 200, TEN, None),
        ("bytes=1-0", 200, TEN, None),
        ("bytes=0-1,3-4", 200, TEN, None),
        ("lines=0-1", 200, TEN, None),
    ],
)
def test_a_range_is_served_clipped_or_ignored(s3: Wire, sent: str, status: int, body: bytes, content_range: str | None) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", range=sent, x_amz_checksum_mode="ENABLED")
    assert (answer.status, answer.body, answer["content-range"]) == (status, body, content_range)
    assert answer["content-length"] == str(len(body))
    assert (answer["x-amz-checksum-crc64nvme"] is not None) == (body == TEN)
    head = s3.head("key", range=sent)
    assert (head.status, head.body, head["content-range"], head["content-length"]) == (status, b"", content_range, str(len(body)))


@pytest.mark.parametrize("sent", ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_beyond_the_object_is_not_satisfiable(s3: Wire, sent: str) -> None:
    s3.put("key", TEN)
    assert s3.get("key", range=sent).refusal == (416, "InvalidRange", {"ActualObjectSize": "10", "RangeRequested": sent})
    assert s3.head("key", range=sent).status == 416


@pytest.mark.parametrize("sent", ["bytes=-5", "bytes=0-", "bytes=0-0"])
def test_no_range_of_an_empty_object_is_satisfiable(s3: Wire, sent: str) -> None:
    s3.put("key", b"")
    assert s3.get("key", range=sent).refusal[:2] == (416, "InvalidRange")


def test_a_missing_key_comes_before_conditions_and_conditions_before_ranges(s3: Wire) -> None:
    assert s3.get("key", range="bytes=99-", if_match="x").refusal == (404, "NoSuchKey", {"Key": "key"})
    s3.put("key", TEN)
    assert s3.get("key", range="bytes=99-", if_match="x").refusal == (412, "PreconditionFailed", {"Condition": "If-Match"})


def test_a_refused_read_has_a_body_on_get_only_and_304_has_none(s3: Wire) -> None:
    etag = s3.put("key", TEN, cache_control="no-cache")["etag"] or ""
    assert s3.get("key", if_unmodified_since=http_date(0)).refusal == (
        412,
        "PreconditionFailed",
        {"Condition": "If-Unmodified-Since"},
    )
    assert (s3.head("key", if_match="x").status, s3.head("key", if_match="x").body) == (412, b"")
    for answer in (s3.get("key", if_none_match=etag), s3.head("key", if_none_match=etag)):
        assert (answer.status, answer.body, answer["content-length"]) == (304, b"", None)
        assert (answer["etag"], answer["cache-control"]) == (etag, "no-cache")
        assert answer["last-modified"] == "Thu, 01 Jan 2026 00:00:00 GMT"


def test_if_range_serves_the_range_only_of_the_very_object(s3: Wire) -> None:
    etag = s3.put("key", TEN)["etag"] or ""
    assert s3.get("key", range="bytes=0-1", if_range=etag).body == b"01"
    assert (s3.get("key", range="bytes=0-1", if_range='"x"').status, s3.get("key", if_range='"x"').status) == (200, 200)


def test_an_object_put_in_one_piece_has_one_part(s3: Wire) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", query="partNumber=1", x_amz_checksum_mode="ENABLED")
    assert (answer.status, answer["content-range"], answer.body) == (206, "bytes 0-9/10", TEN)
    assert answer["x-amz-mp-parts-count"] is None
    assert answer["x-amz-checksum-crc64nvme"] is not None
    assert s3.get("key", query="partNumber=2").refusal == (
        416,
        "InvalidPartNumber",
        {"ActualPartCount": "1", "PartNumberRequested": "2"},
    )


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x", "", "1" * 5000])
def test_a_part_number_is_an_integer_in_bounds(s3: Wire, number: str) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", query=f"partNumber={number}")
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "partNumber", "ArgumentValue": number})


def test_range_and_part_number_together_are_refused_before_either_is_judged(s3: Wire) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", query="partNumber=9", range="bytes=99-")
    assert answer.refusal == (400, "InvalidRequest", {})
    assert b"Cannot specify both Range header and partNumber query parameter" in answer.body


def test_a_query_overrides_what_the_answer_says_of_the_object(s3: Wire) -> None:
    s3.put("key", TEN, content_type="text/plain")
    answer = s3.get("key", query="response-content-type=a/b&response-expires=never&response-content-disposition=x%20y")
    assert (answer["content-type"], answer["expires"], answer["content-disposition"]) == ("a/b", "never", "x y")
    assert s3.get("key")["content-type"] == "text/plain"


@pytest.mark.parametrize("value", ["%E2%80%94", "a%0D%0AX: y"])
def test_an_override_that_no_header_can_carry_is_refused(s3: Wire, value: str) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", query=f"response-cache-control={value}")
    assert answer.refusal[:2] == (400, "InvalidArgument")
    assert answer.refusal[2]["ArgumentName"] == "response-cache-control"
    assert b"Header value cannot be represented using ISO-8859-1." in answer.body


def test_an_anonymous_read_overrides_nothing() -> None:
    request = S3Request(
        Request("GET", "/bucket/key", "", {}, BytesBody()), BY_NAME["GetObject"], "bucket", "key",
        {"ResponseContentType": "a/b"}, {"response-content-type": "a/b"},
    )  # fmt: skip
    request.authentication = ANONYMOUS
    with pytest.raises(ServiceError) as refused:
        check_get(request)
    assert refused.value.row is ANONYMOUS_OVERRIDE


def test_a_head_that_is_refused_has_no_body(s3: Wire) -> None:
    answer = s3.head("missing")
    assert (answer.status, answer.body) == (404, b"")


def test_an_archived_object_can_be_headed_and_not_read(s3: Wire) -> None:
    s3.put("key", TEN, x_amz_storage_class="DEEP_ARCHIVE")
    assert s3.get("key").refusal == (403, "InvalidObjectState", {"StorageClass": "DEEP_ARCHIVE"})
    assert (s3.head("key").status, s3.head("key")["x-amz-storage-class"]) == (200, "DEEP_ARCHIVE")
    assert s3.copy("/bucket/key", "copy").refusal == (403, "InvalidObjectState", {"StorageClass": "DEEP_ARCHIVE"})


def test_attributes_are_those_that_were_asked_for(s3: Wire) -> None:
    s3.put("key", b"test")
    answer = s3("GET", "/bucket/key", query="attributes", headers={"x-amz-object-attributes": "ETag,Checksum,ObjectSize"})
    assert answer.xml is not None
    assert [child.tag for child in answer.xml] == ["ETag", "Checksum", "ObjectSize"]
    assert answer.xml.text_of("ETag") == "098f6bcd4621d373cade4e832627b4f6"
    checksum = answer.xml.child("Checksum")
    assert checksum is not None
    assert [(child.tag, child.text) for child in checksum] == [
        ("ChecksumCRC64NVME", "+bu+zv66sUM="),
        ("ChecksumType", "FULL_OBJECT"),
    ]
    assert answer["last-modified"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    answer = s3("GET", "/bucket/key", query="attributes", headers={"x-amz-object-attributes": "StorageClass, ObjectParts"})
    assert answer.xml is not None
    assert [(child.tag, child.text) for child in answer.xml] == [("StorageClass", "STANDARD")]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, (400, "InvalidRequest", {})),
        (
            {"x-amz-object-attributes": "ETag,Color"},
            (400, "InvalidArgument", {"ArgumentName": "x-amz-object-attributes", "ArgumentValue": "ETag,Color"}),
        ),
        (
            {"x-amz-object-attributes": "ETag", "x-amz-max-parts": "-1"},
            (400, "InvalidArgument", {"ArgumentName": "max-parts", "ArgumentValue": "-1"}),
        ),
    ],
)
def test_attributes_must_be_named_and_known(s3: Wire, headers: dict[str, str], refusal: tuple[object, ...]) -> None:
    s3.put("key")
    answer = s3("GET", "/bucket/key", query="attributes", headers=headers)
    assert answer.refusal == refusal
    assert answer.message in (
        MISSING_ATTRIBUTES.message,
        INVALID_ATTRIBUTE_NAME.message,
        "Argument max-parts must be an integer between 0 and 2147483647",
    )


def test_attributes_of_a_missing_key_are_no_such_key(s3: Wire) -> None:
    answer = s3("GET", "/bucket/key", query="attributes", headers={"x-amz-object-attributes": "ETag"})
    assert answer.refusal == (404, "NoSuchKey", {"Key": "key"})

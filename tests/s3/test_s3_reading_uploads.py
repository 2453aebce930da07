"""Objects that were uploaded in parts: read by part, copied, described."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256

import pytest
from s3_uploads import MIB, begin, complete, upload
from s3_wire import Answer, Wire

FIRST, SECOND = b"a" * (5 * MIB), b"second"
WHOLE = FIRST + SECOND


def sha(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode()


def full_object(s3: Wire) -> Answer:
    """An object of two parts with S3's own CRC64NVME."""
    upload_id = begin(s3)
    parts = [(number, upload(s3, upload_id, number, body)) for number, body in ((1, FIRST), (2, SECOND))]
    answer: Answer = complete(s3, upload_id, parts)
    assert answer.status == 200, answer.body
    return answer


def composite(s3: Wire) -> Answer:
    """An object of parts 1 and 2 with SHA-256 checksums."""
    upload_id = begin(s3, x_amz_checksum_algorithm="SHA256")
    parts = [
        (number, upload(s3, upload_id, number, body, x_amz_checksum_sha256=sha(body)), "SHA256", sha(body))
        for number, body in ((1, FIRST), (2, SECOND))
    ]
    answer: Answer = complete(s3, upload_id, parts)
    assert answer.status == 200, answer.body
    return answer


def test_a_part_of_a_composite_object_comes_with_its_own_checksum(s3: Wire) -> None:
    composite(s3)
    answer = s3.get("k", query="partNumber=2", x_amz_checksum_mode="ENABLED")
    assert (answer.status, answer.body) == (206, SECOND)
    assert answer["content-range"] == f"bytes {5 * MIB}-{5 * MIB + 5}/{len(WHOLE)}"
    assert (answer["x-amz-mp-parts-count"], answer["x-amz-checksum-type"]) == ("2", "COMPOSITE")
    assert answer["x-amz-checksum-sha256"] == sha(SECOND)
    head = s3.head("k", query="partNumber=1", x_amz_checksum_mode="ENABLED")
    assert (head.status, head["content-length"], head["x-amz-checksum-sha256"]) == (206, str(5 * MIB), sha(FIRST))


def test_a_part_of_a_full_object_comes_without_a_checksum(s3: Wire) -> None:
    full_object(s3)
    answer = s3.get("k", query="partNumber=2", x_amz_checksum_mode="ENABLED")
    assert (answer.body, answer["x-amz-mp-parts-count"]) == (SECOND, "2")
    assert (answer["x-amz-checksum-crc64nvme"], answer["x-amz-checksum-type"]) == (None, None)
    assert s3.get("k", x_amz_checksum_mode="ENABLED")["x-amz-checksum-type"] == "FULL_OBJECT"


def test_a_part_that_is_not_there_is_not_satisfiable(s3: Wire) -> None:
    full_object(s3)
    refusal = (416, "InvalidPartNumber", {"ActualPartCount": "2", "PartNumberRequested": "3"})
    assert s3.get("k", query="partNumber=3").refusal == refusal


def test_the_tag_of_an_upload_is_needed_in_full(s3: Wire) -> None:
    full_object(s3)
    etag = s3.head("k")["etag"] or ""
    assert etag.endswith('-2"')
    before = s3.everything()
    assert s3.put("k", if_match=etag.replace("-2", "")).refusal[0] == 412
    assert s3.put("k", if_match=md5(WHOLE).hexdigest()).refusal[0] == 412
    assert s3.everything() == before
    assert s3.put("k", if_match=etag).status == 200


@pytest.mark.parametrize("make", [full_object, composite])
def test_a_copy_of_an_upload_is_an_object_of_one_piece(s3: Wire, make: object) -> None:
    make(s3)  # type: ignore[operator]
    answer = s3.copy("bucket/k", "copy")
    assert answer.xml is not None
    assert answer.xml.text_of("ETag") == f'"{md5(WHOLE).hexdigest()}"'
    assert answer.xml.text_of("ChecksumType") == "FULL_OBJECT"
    if make is composite:
        assert answer.xml.text_of("ChecksumSHA256") == sha(WHOLE)
    else:
        assert answer.xml.text_of("ChecksumCRC64NVME") == s3.head("k", x_amz_checksum_mode="ENABLED")["x-amz-checksum-crc64nvme"]
    assert s3.get("copy").body == WHOLE
    assert s3.get("copy", query="partNumber=2").refusal[1] == "InvalidPartNumber"


def attributes(s3: Wire, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return s3("GET", "/bucket/k", query="attributes", headers={"x-amz-object-attributes": "Checksum,ObjectParts", **sent})


def test_attributes_list_the_parts_of_a_composite_object_by_pages(s3: Wire) -> None:
    composite(s3)
    answer = attributes(s3)
    assert answer.xml is not None
    checksum, parts = answer.xml.child("Checksum"), answer.xml.child("ObjectParts")
    assert checksum is not None
    assert parts is not None
    assert "-" not in (checksum.text_of("ChecksumSHA256") or "-")
    assert checksum.text_of("ChecksumType") == "COMPOSITE"
    assert [(child.tag, child.text) for child in parts if child.tag != "Part"] == [
        ("PartsCount", "2"),
        ("PartNumberMarker", "0"),
        ("NextPartNumberMarker", "2"),
        ("MaxParts", "1000"),
        ("IsTruncated", "false"),
    ]
    listed = [(part.text_of("PartNumber"), part.text_of("Size"), part.text_of("ChecksumSHA256")) for part in parts.all("Part")]
    assert listed == [("1", str(5 * MIB), sha(FIRST)), ("2", "6", sha(SECOND))]
    page = attributes(s3, x_amz_max_parts="1").xml
    assert page is not None
    first = page.child("ObjectParts")
    assert first is not None
    assert (first.text_of("IsTruncated"), first.text_of("NextPartNumberMarker"), len(first.all("Part"))) == ("true", "1", 1)
    page = attributes(s3, x_amz_max_parts="1", x_amz_part_number_marker="1").xml
    assert page is not None
    last = page.child("ObjectParts")
    assert last is not None
    assert (last.text_of("IsTruncated"), [part.text_of("PartNumber") for part in last.all("Part")]) == ("false", ["2"])


def test_attributes_only_count_the_parts_of_a_full_object(s3: Wire) -> None:
    full_object(s3)
    answer = attributes(s3)
    assert answer.xml is not None
    parts = answer.xml.child("ObjectParts")
    assert parts is not None
    assert [(child.tag, child.text) for child in parts] == [("PartsCount", "2")]


def test_an_object_of_one_piece_was_completed_by_no_upload(s3: Wire) -> None:
    s3.put("k")
    before = s3.everything()
    assert complete(s3, "", b"").refusal == (404, "NoSuchUpload", {"UploadId": ""})
    assert s3.everything() == before

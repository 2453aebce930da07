"""Multipart uploads: begin, parts, complete, abort. Conditions are in test_s3_multipart_conditions.py."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256
from zlib import crc32

import pytest
from s3_uploads import MIB, begin, complete, listed, upload
from s3_wire import Wire, bucket_called

from condemu.s3.errors.uploads import INVALID_PART
from condemu.s3.state.records import PARTS, UPLOADS

BIG = b"b" * (5 * MIB)
OUT_OF_BOUNDS = {"ArgumentName": "partNumber", "ArgumentValue": "10001"}


def base64_crc32(data: bytes) -> str:
    return b64encode(crc32(data).to_bytes(4, "big")).decode()


def base64_sha256(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode()


def held(s3, table):
    return s3.store.view(lambda txn: list(txn.scan(table)))


def test_one_part_becomes_the_object_with_the_recorded_etag_and_checksum(s3: Wire) -> None:
    upload_id = begin(s3, x_amz_meta_color="red", content_type="text/plain")
    etag = upload(s3, upload_id, 1, b"test")
    answer = complete(s3, upload_id, [(1, etag)])
    assert answer.status == 200
    assert answer.xml.tag == "CompleteMultipartUploadResult"
    names = [child.tag for child in answer.xml]
    assert names == ["Location", "Bucket", "Key", "ETag", "ChecksumCRC64NVME", "ChecksumType"]
    assert answer.xml.text_of("ETag") == '"60cd54a928cbbcbb6e7b5595bab46a9e-1"'
    assert answer.xml.text_of("ChecksumCRC64NVME") == "+bu+zv66sUM="
    assert answer.xml.text_of("ChecksumType") == "FULL_OBJECT"
    assert answer["x-amz-server-side-encryption"] == "AES256"
    got = s3("GET", "/bucket/k")
    assert (got.body, got["x-amz-meta-color"], got["content-type"]) == (b"test", "red", "text/plain")
    assert held(s3, UPLOADS) == held(s3, PARTS) == []


def test_parts_are_joined_in_order_and_those_not_listed_are_dropped(s3: Wire) -> None:
    upload_id = begin(s3)
    last = upload(s3, upload_id, 10_000, b"end")
    upload(s3, upload_id, 7, b"dropped")
    upload(s3, upload_id, 2, b"replaced")
    first = upload(s3, upload_id, 2, BIG)
    answer = complete(s3, upload_id, [(2, first), (10_000, last.strip('"'))])
    digest = md5(md5(BIG).digest() + md5(b"end").digest()).hexdigest()
    assert answer.xml.text_of("ETag") == f'"{digest}-2"'
    assert s3("GET", "/bucket/k").body == BIG + b"end"


def test_an_upload_in_progress_is_no_object_and_abort_takes_it_away(s3: Wire) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    assert s3("GET", "/bucket/k").code == "NoSuchKey"
    assert s3("PUT", "/bucket/k", b"", headers={"If-None-Match": "*"}).status == 200
    assert s3("DELETE", "/bucket/k", query=f"uploadId={upload_id}").status == 204
    for answer in (
        s3("DELETE", "/bucket/k", query=f"uploadId={upload_id}"),
        s3("PUT", "/bucket/k", b"x", query=f"uploadId={upload_id}&partNumber=1"),
        s3("GET", "/bucket/k", query=f"uploadId={upload_id}"),
        complete(s3, upload_id, [(1, etag)]),
        complete(s3, upload_id, b""),
    ):
        assert answer.refusal == (404, "NoSuchUpload", {"UploadId": upload_id})
    assert held(s3, PARTS) == []


def test_an_upload_belongs_to_its_key(s3: Wire) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    assert complete(s3, upload_id, [(1, etag)], key="other").code == "NoSuchUpload"
    assert s3("PUT", "/bucket/other", b"x", query=f"uploadId={upload_id}&partNumber=1").code == "NoSuchUpload"
    assert len(held(s3, PARTS)) == 1


def test_a_repeated_complete_with_the_same_parts_is_answered_alike(s3: Wire) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    first = complete(s3, upload_id, [(1, etag)], headers={"If-None-Match": "*"})
    index = s3.store.index
    again = complete(s3, upload_id, [(1, etag)], headers={"If-None-Match": "*"})
    assert (again.status, again.body, again.headers) == (200, first.body, first.headers)
    assert s3.store.index == index
    assert complete(s3, upload_id, [(2, etag)]).code == "NoSuchUpload"
    s3("PUT", "/bucket/k", b"other")
    assert complete(s3, upload_id, [(1, etag)]).code == "NoSuchUpload"


def test_a_repeated_complete_finds_its_version_below_newer_ones(s3: Wire) -> None:
    s3.versioning("Enabled")
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    first = complete(s3, upload_id, [(1, etag)])
    assert first["x-amz-version-id"]
    s3("PUT", "/bucket/k", b"newer")
    again = complete(s3, upload_id, [(1, etag)])
    assert (again.status, again["x-amz-version-id"]) == (200, first["x-amz-version-id"])
    assert s3("GET", "/bucket/k").body == b"newer"


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (b"", (400, "InvalidRequest", {})),
        (b"<CompleteMultipartUpload", (400, "MalformedXML", {})),
        (b"<Delete></Delete>", (400, "MalformedXML", {})),
        (listed([(1, "x")]).replace(b"<PartNumber>1</PartNumber>", b""), (400, "MalformedXML", {})),
        (listed([(1, "x")]).replace(b"<ETag>x</ETag>", b""), (400, "MalformedXML", {})),
        (b"<CompleteMultipartUpload><Piece/></CompleteMultipartUpload>", (400, "MalformedXML", {})),
        (listed([("one", "x")]), (400, "MalformedXML", {})),
        (listed([(number, "x") for number in range(1, 10_002)]), (400, "InvalidArgument", OUT_OF_BOUNDS)),
        (b"<CompleteMultipartUpload/>", (400, "InvalidRequest", {})),
    ],
)
def test_a_list_that_is_none_is_refused_and_the_upload_stays(s3: Wire, document, refusal) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    assert complete(s3, upload_id, document).refusal == refusal
    assert complete(s3, upload_id, [(1, etag)]).status == 200


def test_a_list_of_no_parts_says_so(s3: Wire) -> None:
    answer = complete(s3, begin(s3), [])
    assert (answer.code, answer.xml.text_of("Message")) == ("InvalidRequest", "You must specify at least one part")


def test_parts_must_be_there_with_their_etags_in_ascending_order_and_large_enough(s3: Wire) -> None:
    upload_id = begin(s3)
    one, two = upload(s3, upload_id, 1, b"test"), upload(s3, upload_id, 2, b"more")
    bare = md5(b"test").hexdigest()

    def refusal(*parts):
        return complete(s3, upload_id, parts).refusal

    wrong = {"UploadId": upload_id, "PartNumber": "3", "ETag": "abc"}
    assert refusal((3, '"abc"')) == (400, "InvalidPart", wrong)
    assert refusal((1, '"abc"')) == (400, "InvalidPart", {**wrong, "PartNumber": "1"})
    assert refusal((2, two), (1, one)) == (400, "InvalidPartOrder", {"UploadId": upload_id})
    assert refusal((1, one), (1, one)) == (400, "InvalidPartOrder", {"UploadId": upload_id})
    small = {"ETag": bare, "MinSizeAllowed": "5242880", "PartNumber": "1", "ProposedSize": "4"}
    assert refusal((1, one), (2, two)) == (400, "EntityTooSmall", small)
    bounds = {"ArgumentName": "partNumber", "ArgumentValue": "-1"}
    assert refusal((-1, one)) == (400, "InvalidArgument", bounds)
    assert s3("GET", "/bucket/k").code == "NoSuchKey"
    assert complete(s3, upload_id, [(1, one)]).status == 200


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x", "", "1.5", "99999999999"])
def test_part_numbers_are_bounded(s3: Wire, number) -> None:
    upload_id = begin(s3)
    answer = s3("PUT", "/bucket/k", b"x", query=f"uploadId={upload_id}&partNumber={number}")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert "Part number must be an integer between 1 and 10000, inclusive" in answer.body.decode()
    assert held(s3, PARTS) == []


def test_the_announced_object_size_is_held_to(s3: Wire) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    answer = complete(s3, upload_id, [(1, etag)], headers={"x-amz-mp-object-size": "5"})
    message = "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4"
    assert (answer.status, answer.code, answer.xml.text_of("Message")) == (400, "InvalidRequest", message)
    odd = complete(s3, upload_id, [(1, etag)], headers={"x-amz-mp-object-size": "x"})
    assert (odd.code, odd.xml.text_of("Message")) == ("InvalidRequest", "Value for x-amz-mp-object-size header is invalid.")
    assert complete(s3, upload_id, [(1, etag)], headers={"x-amz-mp-object-size": "4"}).status == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (
            {"x-amz-checksum-type": "COMPOSITE"},
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
        ),
        (
            {"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"},
            "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.",
        ),
        (
            {"x-amz-checksum-algorithm": "SHA1", "x-amz-checksum-type": "FULL_OBJECT"},
            "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.",
        ),
        (
            {"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "BOTH"},
            "Value for x-amz-checksum-type header is invalid.",
        ),
        ({"x-amz-checksum-algorithm": "CRC16"}, "Checksum algorithm provided is unsupported."),
    ],
)
def test_checksum_choices_that_do_not_fit_are_refused(s3: Wire, headers, message) -> None:
    answer = s3("POST", "/bucket/k", query="uploads", headers=headers)
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert answer.xml.text_of("Message").startswith(message)
    assert held(s3, UPLOADS) == []


def test_a_composite_checksum_is_that_of_the_parts_and_wanted_for_each(s3: Wire) -> None:
    upload_id = begin(s3, x_amz_checksum_algorithm="SHA256")
    bodies = [BIG, b"end"]
    sums = [base64_sha256(body) for body in bodies]
    tags = [upload(s3, upload_id, n, body, x_amz_checksum_sha256=sums[n - 1]) for n, body in enumerate(bodies, 1)]

    def message(*parts, **headers):
        answer = complete(s3, upload_id, parts, headers={name.replace("_", "-"): v for name, v in headers.items()})
        return answer.code, answer.xml.text_of("Message")

    needed = "checksum. The complete request must include the checksum for each part. It was missing for part"
    missing = f"The upload was created using a sha256 {needed} 1 in the request."
    assert message((1, tags[0]), (2, tags[1])) == ("InvalidRequest", missing)
    assert message((1, tags[0], "SHA256", sums[1])) == ("InvalidPart", INVALID_PART.message)
    other = "The crc32 you specified for part 1 did not match what we received."
    assert message((1, tags[0], "CRC32", "AAAAAA==")) == ("BadDigest", other)
    good = [(1, tags[0], "SHA256", sums[0]), (2, tags[1], "SHA256", sums[1])]
    mode = "The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode."
    assert message(*good, x_amz_checksum_type="FULL_OBJECT") == ("InvalidRequest", mode)
    bad = "The sha256 you specified did not match the calculated checksum."
    assert message(*good, x_amz_checksum_sha256=sums[0]) == ("BadDigest", bad)
    answer = complete(s3, upload_id, good)
    whole = b64encode(sha256(b"".join(sha256(body).digest() for body in bodies)).digest()).decode()
    assert answer.xml.text_of("ChecksumSHA256") == f"{whole}-2"
    assert answer.xml.text_of("ChecksumType") == "COMPOSITE"


def test_a_composite_checksum_needs_part_numbers_without_gaps(s3: Wire) -> None:
    upload_id = begin(s3, x_amz_checksum_algorithm="SHA256")
    etag = upload(s3, upload_id, 2, b"x", x_amz_checksum_sha256=base64_sha256(b"x"))
    assert complete(s3, upload_id, [(2, etag, "SHA256", base64_sha256(b"x"))]).refusal == (500, "InternalError", {})
    assert len(held(s3, UPLOADS)) == 1


def test_a_full_object_crc_is_combined_from_those_of_the_parts(s3: Wire) -> None:
    upload_id = begin(s3, x_amz_checksum_algorithm="CRC32", x_amz_checksum_type="FULL_OBJECT")
    bodies = [BIG, b"c" * (5 * MIB + 17), b"end"]
    sums = [base64_crc32(body) for body in bodies]
    parts = [(n, upload(s3, upload_id, n, body, x_amz_checksum_crc32=sums[n - 1])) for n, body in enumerate(bodies, 1)]
    whole = base64_crc32(b"".join(bodies))
    bad = complete(s3, upload_id, parts, headers={"x-amz-checksum-crc32": sums[0]})
    assert bad.code == "BadDigest"
    assert bad.xml.text_of("Message") == "The crc32 you specified did not match the calculated checksum."
    other = complete(s3, upload_id, parts, headers={"x-amz-checksum-sha256": base64_sha256(b"")})
    assert other.code == "InvalidRequest"
    malformed = complete(s3, upload_id, parts, headers={"x-amz-checksum-crc32": "x"})
    assert (malformed.status, malformed.code) == (400, "InvalidRequest")
    good = complete(s3, upload_id, parts, headers={"x-amz-checksum-crc32": whole, "x-amz-checksum-type": "FULL_OBJECT"})
    assert (good.xml.text_of("ChecksumCRC32"), good.xml.text_of("ChecksumType")) == (whole, "FULL_OBJECT")


def test_a_part_with_another_algorithm_than_the_uploads_is_refused(s3: Wire) -> None:
    upload_id = begin(s3, x_amz_checksum_algorithm="SHA256")

    def sent(headers):
        answer = s3("PUT", "/bucket/k", b"x", query=f"uploadId={upload_id}&partNumber=1", headers=headers)
        return answer.status, answer.code, answer.xml.text_of("Message")

    mismatch = "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: "
    assert sent({"x-amz-checksum-crc32": base64_crc32(b"x")}) == (400, "InvalidRequest", mismatch + "crc32")
    assert sent({}) == (400, "InvalidRequest", mismatch + "null")
    assert held(s3, PARTS) == []


def test_an_upload_without_an_algorithm_names_its_mode_null(s3: Wire) -> None:
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"x")
    answer = complete(s3, upload_id, [(1, etag)], headers={"x-amz-checksum-type": "FULL_OBJECT"})
    text = "The upload was created using the null checksum mode. The complete request must use the same checksum mode."
    assert (answer.code, answer.xml.text_of("Message")) == ("InvalidRequest", text)
    assert s3("GET", "/bucket/k").status == 404


def test_the_objects_last_modified_is_the_uploads_initiation(s3: Wire) -> None:
    upload_id = begin(s3)
    began = s3.clock.now()
    s3.clock.advance(3600)
    etag = upload(s3, upload_id, 1, b"x")
    complete(s3, upload_id, [(1, etag)])
    assert began == s3.store.view(lambda txn: txn.get("s3.object", bucket_called(txn).at("k"))).modified

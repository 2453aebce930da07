"""What is said of a body, and what it turns out to be. Every refusal here leaves nothing behind."""

from __future__ import annotations

from asyncio import run
from base64 import b64encode
from hashlib import md5, sha256
from types import SimpleNamespace
from zlib import crc32

import pytest
from s3_wire import Wire

from condemu.core.http import BytesBody, Request
from condemu.s3.errors.general import BODY_LENGTH, UNSUPPORTED_CHECKSUM_ALGORITHM
from condemu.s3.objects.bodies import framing_error
from condemu.s3.operations import BY_NAME
from condemu.s3.requests.request import S3Request
from condemu.wire.aws_chunked import Decoder

BODY = b"hello world"
CRC32 = b64encode(crc32(BODY).to_bytes(4, "big")).decode()
MD5 = b64encode(md5(BODY).digest()).decode()
OTHER_MD5 = b64encode(md5(b"other").digest()).decode()
SHA256 = sha256(BODY).hexdigest()
UNSIGNED = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "11"}
SIGNED = {"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length": "11"}
TRAILER = {**UNSIGNED, "x-amz-trailer": "x-amz-checksum-crc32"}


def chunked(trailers: str = "", body: bytes = BODY) -> bytes:
    return b"%x\r\n%s\r\n0\r\n" % (len(body), body) + trailers.encode() + b"\r\n"


ACCEPTED = [
    (BODY, {}),
    (BODY, {"content-md5": MD5}),
    (BODY, {"x-amz-checksum-crc32": CRC32, "x-amz-sdk-checksum-algorithm": "CRC32"}),
    (BODY, {"x-amz-content-sha256": SHA256}),
    (BODY, {"x-amz-content-sha256": SHA256.upper()}),
    (BODY, {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}),
    (BODY, {"content-md5": MD5, "x-amz-sdk-checksum-algorithm": "CRC32"}),
    (chunked(), UNSIGNED),
    (chunked(f"x-amz-checksum-crc32:{CRC32}\r\n"), {**TRAILER, "x-amz-sdk-checksum-algorithm": "CRC32"}),
    (chunked(f"x-amz-checksum-crc32:{CRC32}\n\r\n"), TRAILER),
    (b"b;chunk-signature=aa\r\n%s\r\n0;chunk-signature=bb\r\n\r\n" % BODY, SIGNED),
]


@pytest.mark.parametrize(("body", "headers"), ACCEPTED)
def test_a_body_is_decoded_and_verified(s3: Wire, body: bytes, headers: dict[str, str]) -> None:
    assert s3("PUT", "/bucket/key", body, headers=headers).status == 200
    assert s3.get("key").body == BODY


def test_the_checksum_of_a_trailer_is_kept(s3: Wire) -> None:
    answer = s3("PUT", "/bucket/key", chunked(f"x-amz-checksum-crc32:{CRC32}\r\n"), headers=TRAILER)
    assert answer["x-amz-checksum-crc32"] == CRC32


REFUSED = [  # (body, headers, status, code, text)
    (BODY, {"content-md5": "nonsense"}, 400, "InvalidDigest", "The Content-MD5 you specified was invalid."),
    (BODY, {"content-md5": "AAAA"}, 400, "InvalidDigest", "The Content-MD5 you specified was invalid."),
    (BODY, {"content-md5": OTHER_MD5}, 400, "BadDigest", "The Content-MD5 you specified did not match what we received."),
    (
        BODY,
        {"x-amz-checksum-crc32": "AAAAAA=="},
        400,
        "BadDigest",
        "The CRC32 you specified did not match the calculated checksum.",
    ),
    (BODY, {"x-amz-checksum-sha256": CRC32}, 400, "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."),
    (
        BODY,
        {"x-amz-checksum-crc32": CRC32, "x-amz-checksum-crc32c": CRC32},
        400,
        "InvalidRequest",
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    ),
    (
        BODY,
        {"x-amz-sdk-checksum-algorithm": "CRC32"},
        400,
        "InvalidRequest",
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    ),
    (BODY, {"x-amz-sdk-checksum-algorithm": "CRC7"}, 400, "InvalidRequest", UNSUPPORTED_CHECKSUM_ALGORITHM.message),
    (BODY, {"x-amz-content-sha256": "0" * 64}, 400, "XAmzContentSHA256Mismatch", "does not match what was computed."),
    (BODY, {"x-amz-content-sha256": "x" * 64}, 400, "InvalidRequest", "The value of x-amz-content-sha256 header is invalid."),
    (BODY, {"x-amz-content-sha256": "STREAMING-OTHER"}, 400, "InvalidRequest", "x-amz-content-sha256 header is invalid."),
    (
        BODY,
        {**UNSIGNED, "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"},
        501,
        "NotImplemented",
        "x-amz-content-sha256",
    ),
    (BODY, {"x-amz-content-sha256": UNSIGNED["x-amz-content-sha256"]}, 411, "MissingContentLength", "Content-Length"),
    (BODY, {"content-length": "-1"}, 411, "MissingContentLength", "Content-Length"),
    (BODY, {"content-length": "5368709121"}, 400, "EntityTooLarge", "<MaxSizeAllowed>5368709120</MaxSizeAllowed>"),
    (BODY, UNSIGNED, 400, "IncompleteBody", "The request body terminated unexpectedly"),
    (chunked(body=b"short"), UNSIGNED, 400, "IncompleteBody", BODY_LENGTH.message),
    (chunked(f"x-amz-checksum-crc32:{CRC32}\r\n"), UNSIGNED, 400, "MalformedTrailerError", "was not well-formed"),
    (chunked(), TRAILER, 400, "MalformedTrailerError", "was not well-formed"),
    (
        chunked("x-amz-checksum-crc32:nonsense\r\n"),
        TRAILER,
        400,
        "InvalidRequest",
        "Value for x-amz-checksum-crc32 trailing header is invalid.",
    ),
    (chunked("x-amz-checksum-crc32:AAAAAA==\r\n"), TRAILER, 400, "BadDigest", "The CRC32 you specified did not match"),
    (
        chunked(),
        {**UNSIGNED, "x-amz-trailer": "x-other"},
        400,
        "InvalidRequest",
        "The value specified in the x-amz-trailer header is not supported",
    ),
    (chunked(), {**TRAILER, "x-amz-checksum-crc32": CRC32}, 400, "InvalidRequest", "Expecting a single x-amz-checksum- header."),
    (
        b"4\r\nhell\r\n7\r\no world\r\n0\r\n\r\n",
        UNSIGNED,
        403,
        "InvalidChunkSizeError",
        "Only the last chunk is allowed to have a size less than 8192 bytes",
    ),
]


@pytest.mark.parametrize(("body", "headers", "status", "code", "text"), REFUSED)
def test_a_body_that_is_not_what_was_said_is_refused(
    s3: Wire, body: bytes, headers: dict[str, str], status: int, code: str, text: str
) -> None:
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", body, headers=headers)
    assert (answer.status, answer.code) == (status, code)
    assert text in answer.body.decode()
    assert s3.everything() == before


def test_the_expected_digest_of_a_put_is_told_in_hex(s3: Wire) -> None:
    answer = s3("PUT", "/bucket/key", BODY, headers={"content-md5": OTHER_MD5})
    assert answer.refusal[2] == {"ExpectedDigest": md5(b"other").hexdigest(), "CalculatedDigest": MD5}


def test_a_transfer_of_unknown_length_is_not_implemented(s3: Wire) -> None:
    before = s3.everything()
    wire = {"transfer-encoding": "chunked"}
    request_without_length = {**wire, "content-length": ""}
    assert s3("PUT", "/bucket/key", BODY, headers=request_without_length).status == 411
    http = Request("PUT", "/bucket/key", "", {"host": "s3.localhost", **wire}, BytesBody(BODY), received_index=s3.store.index)
    response = run(s3.service.handle(http))
    assert response.status == 501
    assert b"<Header>Transfer-Encoding</Header>" in bytes(response.body)  # type: ignore[arg-type]
    assert s3.everything() == before


def test_a_digest_is_compared_before_a_condition_is_judged(s3: Wire) -> None:
    s3.put("key")
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", BODY, headers={"content-md5": OTHER_MD5, "if-none-match": "*"})
    assert answer.code == "BadDigest"
    assert s3.everything() == before


def test_the_form_of_a_digest_and_the_conditions_are_judged_before_the_body(s3: Wire) -> None:
    both = {"content-md5": "nonsense", "if-match": "*"}
    assert s3("PUT", "/bucket/key", BODY, headers=both).code == "NotImplemented"
    assert s3("PUT", "/nowhere/key", BODY, headers=both).code == "NoSuchBucket"


class Chain:
    """Every chunk's signature is its digest."""

    access_key, string_to_sign = "AKID", ""

    def verify_chunk(self, signature: str, payload_sha256: str) -> bool:
        self.string_to_sign = f"chunk {payload_sha256}"
        return signature == payload_sha256

    def verify_trailer(self, signature: str, trailers_sha256: str) -> bool:
        return False


def test_a_changed_chunk_is_refused_with_what_its_signature_should_have_been_over(s3: Wire) -> None:
    chain = Chain()
    decoder = Decoder(11, signed=True, chain=chain)
    decoder.receive(b"b;chunk-signature=aa\r\n%s\r\n" % BODY)
    assert decoder.failure is not None
    http = Request("PUT", "/bucket/key", "", {}, BytesBody())
    request = S3Request(http, BY_NAME["PutObject"], "bucket", "key", {}, {})
    request.authentication = SimpleNamespace(chain=chain)
    error = framing_error(request, decoder.failure)
    assert (error.row.status, error.row.code) == (403, "SignatureDoesNotMatch")
    told = dict(error.elements)
    assert (told["AWSAccessKeyId"], told["StringToSign"], told["SignatureProvided"]) == ("AKID", f"chunk {SHA256}", "aa")
    assert told["StringToSignBytes"].startswith("63 68 75 6e 6b 20")

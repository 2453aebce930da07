"""Signed streams from end to end: the examples of AWS's own documentation, chunk by chunk and with a trailer."""

from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

from condemu.auth.authenticate import STRICT, Authenticator
from condemu.auth.credentials import CredentialBook, credential_of

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SCOPE = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
BODY = b"a" * 66560
PLAIN = (
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
    (
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ),
)
WITH_TRAILER = (
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    (
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ),
)
TRAILER = "x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
TRAILER_SIGNATURE = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"


def stream(signatures: tuple[str, ...], trailers: str = "", body: bytes = BODY) -> bytes:
    chunks = (body[:65536], body[65536:], b"")
    heads = [
        b"%x;chunk-signature=%s\r\n%s" % (len(chunk), signature.encode(), chunk + b"\r\n" if chunk else b"")
        for chunk, signature in zip(chunks, signatures)
    ]
    return b"".join(heads) + trailers.encode() + b"\r\n"


def send(s3: Wire, example: tuple[str, str, tuple[str, ...]], body: bytes, more: dict[str, str]) -> Answer:
    signature, signed_headers, _ = example
    kind = "-TRAILER" if "x-amz-trailer" in more else ""
    headers = {
        "host": "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": f"STREAMING-AWS4-HMAC-SHA256-PAYLOAD{kind}",
        "x-amz-decoded-content-length": "66560",
        "content-encoding": "aws-chunked",
        "content-length": "66824",
        "authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE},SignedHeaders={signed_headers},Signature={signature}",
        **more,
    }
    return s3("PUT", "/examplebucket/chunkObject.txt", body, headers=headers)


@pytest.fixture
def strict(s3: Wire) -> Wire:
    """Only the key of the documentation is let in, on the day of the documentation."""
    assert s3("PUT", "/examplebucket").status == 200
    book = CredentialBook([credential_of({"access_key": "AKIAIOSFODNN7EXAMPLE", "secret": SECRET})])
    s3.service.authenticator = Authenticator(book, STRICT)
    s3.clock.set(1_369_353_600)
    return s3


CASES = [
    (PLAIN, stream(PLAIN[2]), {}),
    (
        WITH_TRAILER,
        stream(WITH_TRAILER[2], f"{TRAILER}x-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n"),
        {"x-amz-trailer": "x-amz-checksum-crc32c"},
    ),
]


@pytest.mark.parametrize(("example", "body", "more"), CASES)
def test_the_documented_stream_is_stored(
    strict: Wire, example: tuple[str, str, tuple[str, ...]], body: bytes, more: dict[str, str]
) -> None:
    answer = send(strict, example, body, more)
    assert answer.status == 200, answer.body
    strict.service.authenticator = None
    got = strict("GET", "/examplebucket/chunkObject.txt")
    assert (got.body, got["content-encoding"], got["x-amz-storage-class"]) == (BODY, None, "REDUCED_REDUNDANCY")


@pytest.mark.parametrize(("example", "body", "more"), CASES)
@pytest.mark.parametrize("at", [100, 65800])
def test_one_changed_byte_of_any_chunk_is_refused_and_stores_nothing(
    strict: Wire, example: tuple[str, str, tuple[str, ...]], body: bytes, more: dict[str, str], at: int
) -> None:
    before = strict.everything()
    assert body[at : at + 1] == b"a"
    answer = send(strict, example, body[:at] + b"b" + body[at + 1 :], more)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    told = answer.refusal[2]
    assert told["AWSAccessKeyId"] == "AKIAIOSFODNN7EXAMPLE"
    assert told["StringToSign"].startswith("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n")
    assert strict.everything() == before


def test_a_changed_trailer_is_refused_and_stores_nothing(strict: Wire) -> None:
    before = strict.everything()
    body = stream(WITH_TRAILER[2], f"{TRAILER}x-amz-trailer-signature:{'0' * 64}\r\n")
    answer = send(strict, WITH_TRAILER, body, {"x-amz-trailer": "x-amz-checksum-crc32c"})
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.refusal[2]["StringToSign"].startswith("AWS4-HMAC-SHA256-TRAILER\n")
    assert strict.everything() == before

from hashlib import sha256
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.wire.aws_chunked import (
    INCOMPLETE_BODY,
    INVALID_CHUNK_SIZE,
    MALFORMED_TRAILER,
    SIGNATURE_MISMATCH,
    TERMINATED,
    WRONG_LENGTH,
    Decoder,
)

TRAILER = "x-amz-checksum-crc32"


class DigestChain:
    """A chain whose signature is the digest itself: shows what is asked, in which order."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def verify_chunk(self, signature: str, payload_sha256: str) -> bool:
        self.asked.append("chunk")
        return signature == payload_sha256

    def verify_trailer(self, signature: str, trailers_sha256: str) -> bool:
        self.asked.append("trailer")
        return signature == trailers_sha256


def unsigned(chunks: list[bytes], trailers: str = "") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailers.encode() + b"\r\n"


def signed(chunks: list[bytes], trailers: str = "") -> bytes:
    out = b"".join(
        b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), sha256(chunk).hexdigest().encode(), chunk) for chunk in chunks
    )
    return out + b"0;chunk-signature=%s\r\n" % sha256(b"").hexdigest().encode() + trailers.encode() + b"\r\n"


def decode(decoder: Decoder, data: bytes, size: int = 1 << 20) -> bytes:
    payload = b"".join(piece for start in range(0, len(data), size) for piece in decoder.receive(data[start : start + size]))
    decoder.finish()
    return payload


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=50), st.sampled_from([1, 2, 3, 7, 100, 8191, 1 << 20]), st.booleans())
def test_the_payload_comes_out_however_the_bytes_were_cut(last: bytes, size: int, with_signature: bool) -> None:
    chunks = [bytes(8192), *([last] if last else [])]
    payload = b"".join(chunks)
    decoder = Decoder(len(payload), signed=with_signature, chain=DigestChain() if with_signature else None)
    assert decode(decoder, (signed if with_signature else unsigned)(chunks), size) == payload
    assert (decoder.failure, decoder.complete, decoder.received) == (None, True, len(payload))


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\n\r\n"])
def test_an_unsigned_trailer_is_kept_whichever_way_its_line_ends(size: int, ending: str) -> None:
    decoder = Decoder(5, expected=(TRAILER,))
    assert decode(decoder, unsigned([b"hello"], f"X-Amz-Checksum-Crc32: abc={ending}"), size) == b"hello"
    assert (decoder.failure, decoder.trailers) == (None, {TRAILER: "abc="})


def test_a_trailer_without_the_last_empty_line_is_complete() -> None:
    decoder = Decoder(5, expected=(TRAILER,))
    decode(decoder, unsigned([b"hello"], f"{TRAILER}:abc=\r\n")[:-2])
    assert (decoder.failure, decoder.complete) == (None, True)


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("ending", ["\r\n", "\n\r\n"])
def test_a_signed_trailer_is_verified_after_all_chunks(size: int, ending: str) -> None:
    chain = DigestChain()
    decoder = Decoder(5, signed=True, chain=chain, expected=(TRAILER,))
    signature = sha256(f"{TRAILER}:abc=\n".encode()).hexdigest()
    body = signed([b"hello"], f"{TRAILER}:abc={ending}x-amz-trailer-signature:{signature}\r\n")
    assert decode(decoder, body, size) == b"hello"
    assert (decoder.failure, chain.asked) == (None, ["chunk", "chunk", "trailer"])


def test_the_streaming_example_of_awss_documentation_decodes() -> None:
    signatures = iter(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ]
    )
    body = b""
    for chunk in (b"a" * 65536, b"a" * 1024, b""):
        body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), next(signatures).encode(), chunk)
    assert len(body) == 66824  # the Content-Length that AWS gives

    class Anything(DigestChain):
        def verify_chunk(self, signature: str, payload_sha256: str) -> bool:
            return len(signature) == 64

    decoder = Decoder(66560, signed=True, chain=Anything())
    assert decode(decoder, body, 4096) == b"a" * 66560
    assert decoder.failure is None


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", TERMINATED),
        (b"5\r\nhel", TERMINATED),
        (b"5\r\nhello\r\n", TERMINATED),
        (b"5\r\nhelloX\r\n0\r\n\r\n", TERMINATED),
        (b"\r\n", TERMINATED),
        (b"-5\r\nhello\r\n0\r\n\r\n", TERMINATED),
        (b"0x5\r\nhello\r\n0\r\n\r\n", TERMINATED),
        (b"5 \r\nhello\r\n0\r\n\r\n", TERMINATED),
        (b"11111111111111111\r\n", TERMINATED),
        (b"f" * 5000, TERMINATED),
        (b"5\r\nhello\r\n0\r\n\r\nmore", TERMINATED),
        (b"5\r\nhello\r\n0\r\n\r\n" + b"\r\n" * 5, TERMINATED),
        (b"4\r\nhell\r\n0\r\n\r\n", WRONG_LENGTH),
        (b"6\r\nhello!\r\n0\r\n\r\n", WRONG_LENGTH),
        (b"ffffffffffffffff\r\nhello", WRONG_LENGTH),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_broken_framing_and_a_wrong_length_are_an_incomplete_body(body: bytes, detail: str, size: int) -> None:
    decoder = Decoder(5)
    decode(decoder, body, size)
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.failure.detail) == (INCOMPLETE_BODY, detail)


@pytest.mark.parametrize(
    ("trailers", "expected"),
    [
        ("", (TRAILER,)),
        (f"{TRAILER}:a\r\n", None),
        ("x-amz-checksum-sha1:a\r\n", (TRAILER,)),
        (f"{TRAILER}:a\r\n{TRAILER}:b\r\n", (TRAILER,)),
        (f"{TRAILER}\r\n", (TRAILER,)),
        (":a\r\n", (TRAILER,)),
        (f"{TRAILER}:a\r\nx-amz-trailer-signature:b\r\n", (TRAILER,)),
        (f"{TRAILER}:" + "a" * 5000, (TRAILER,)),
        ("".join(f"t{n}:a\r\n" for n in range(20)), (TRAILER,)),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_other_trailers_than_the_announced_are_malformed(trailers: str, expected: tuple[str, ...] | None, size: int) -> None:
    decoder = Decoder(5, expected=expected)
    decode(decoder, unsigned([b"hello"], trailers), size)
    assert decoder.failure is not None
    assert decoder.failure.kind == MALFORMED_TRAILER


def test_only_the_last_chunk_may_be_short() -> None:
    decoder = Decoder(6)
    decode(decoder, unsigned([b"abc", b"def"]))
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.failure.fields) == (INVALID_CHUNK_SIZE, {"Chunk": 2, "BadChunkSize": 3})


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_changed_chunk_fails_its_signature_and_nothing_after_it_is_decoded(size: int) -> None:
    decoder = Decoder(8195, signed=True, chain=DigestChain())
    body = signed([bytes(8192), b"abc"]).replace(b"abc", b"abd")
    assert decode(decoder, body + b"rest", size)[:8192] == bytes(8192)
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.failure.fields["Chunk"]) == (SIGNATURE_MISMATCH, 2)


def test_a_changed_trailer_fails_its_signature_and_a_missing_one_is_malformed() -> None:
    for line, kind in ((f"x-amz-trailer-signature:{'0' * 64}\r\n", SIGNATURE_MISMATCH), ("", MALFORMED_TRAILER)):
        decoder = Decoder(5, signed=True, chain=DigestChain(), expected=(TRAILER,))
        decode(decoder, signed([b"hello"], f"{TRAILER}:abc=\r\n{line}") + b"\r\n")
        assert decoder.failure is not None
        assert decoder.failure.kind == kind


def test_without_a_chain_signatures_are_demanded_and_not_verified() -> None:
    decoder = Decoder(5, signed=True, expected=(TRAILER,))
    body = signed([b"hello"], f"{TRAILER}:abc=\r\nx-amz-trailer-signature:anything\r\n").replace(b"hello", b"hallo")
    assert decode(decoder, body) == b"hallo"
    assert decoder.failure is None


def test_a_signed_body_without_signatures_is_incomplete() -> None:
    decoder = Decoder(5, signed=True, chain=DigestChain())
    decode(decoder, unsigned([b"hello"]))
    assert decoder.failure is not None
    assert decoder.failure.kind == INCOMPLETE_BODY


def test_whole_pieces_of_a_chunk_are_handed_on_without_a_copy() -> None:
    decoder = Decoder(1 << 20)
    decoder.receive(b"100000\r\n")
    piece = bytes(65536)
    assert decoder.receive(piece)[0] is piece


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 40), st.integers(1, 9))
def test_garbage_never_raises_and_always_ends_in_a_verdict(data: bytes, at: int, size: int) -> None:
    body = unsigned([b"hello world"], f"{TRAILER}:{crc32(b'x'):x}\r\n")
    decoder = Decoder(11, expected=(TRAILER,))
    decode(decoder, body[:at] + data + body[at:], size)
    assert decoder.complete or decoder.failure is not None

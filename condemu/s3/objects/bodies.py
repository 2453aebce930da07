"""Receiving an object's body: decoded, digested and spooled to a blob, before any decision is made.

What the headers say of the body is checked before the first byte is read, what the body turns out to be after the last. A row
is checked before those below it.

| when   | what                             | else                          |
|--------|----------------------------------|-------------------------------|
| before | there is a length                | 411 MissingContentLength      |
| before | it is 5 GiB at most              | 400 EntityTooLarge            |
| before | Content-MD5 is of 16 bytes       | 400 InvalidDigest             |
| before | there is one x-amz-checksum-*    | 400 InvalidRequest            |
| after  | x-amz-content-sha256 is right    | 400 XAmzContentSHA256Mismatch |
| after  | Content-MD5 is right             | 400 BadDigest                 |
| after  | x-amz-checksum-* is right        | 400 BadDigest                 |

That form precedes comparison is recorded on AWS; the order among the rows before, and among those after, is inferred. A chunked
transfer without a length is 501. Framing, signatures and trailers of aws-chunked are checked as the bytes come.
"""

from __future__ import annotations

import re
from hashlib import md5, sha256
from typing import Final

from condemu.core.blobs import SMALL, BlobStore, BlobWriter, MemoryWriter, NoRoom
from condemu.core.errors import ServiceError
from condemu.core.http import BytesBody, read_body
from condemu.core.records import record
from condemu.s3.errors.general import (
    BAD_CHECKSUM,
    BAD_CONTENT_MD5,
    BODY_LENGTH,
    BODY_TERMINATED,
    CHECKSUM_WITHOUT_VALUE,
    CHUNK_SIGNATURE_MISMATCH,
    CONTENT_SHA256_MISMATCH,
    DOCUMENT_TOO_LONG,
    ENTITY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_CHECKSUM,
    INVALID_CHUNK_SIZE,
    INVALID_CONTENT_SHA256,
    INVALID_DIGEST,
    INVALID_TRAILING_CHECKSUM,
    MALFORMED_TRAILER,
    MISSING_CONTENT_LENGTH,
    MISSING_MD5_OR_CHECKSUM,
    NOT_IMPLEMENTED,
    SEVERAL_CHECKSUMS,
    UNSUPPORTED_CHECKSUM_ALGORITHM,
    UNSUPPORTED_TRAILER,
)
from condemu.s3.requests.request import Digests, S3Request
from condemu.wire import aws_chunked
from condemu.wire.aws_chunked import Chain, Decoder, Failure
from condemu.wire.checksums import ALGORITHMS, BY_HEADER, DEFAULT, Algorithm, Hasher, decode, encode, of_whole

MAX_PUT: Final = 5 * 1024**3  # bytes that one PutObject or UploadPart may carry
STREAMING: Final = "STREAMING-"
UNSIGNED_TRAILER: Final = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED: Final = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER: Final = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
SIGV4A: Final = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
_CHECKSUMS: Final = frozenset(BY_HEADER)
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@record
class Announced:
    """What the headers say of the body."""

    length: int  # of the payload, decoded
    declaration: str  # x-amz-content-sha256
    md5: str | None  # Content-MD5 as sent
    algorithm: Algorithm | None  # of the checksum that the client sends
    checksum: str | None  # its value; None while it is still to come in a trailer
    trailer: bool


async def receive(request: S3Request, blobs: BlobStore, announced: Announced | None = None) -> None:
    """Fill `request.body` and `request.digests`. `announced` is given when it is not the headers that speak of the body."""
    if announced is None:
        announced = announcement(request)
    whole = None if announced.declaration.startswith(STREAMING) else request.http.body.take()
    try:
        if whole is None:
            await _spool(request, blobs, announced)
        else:
            request.digests = _digests_of(request, announced, whole)
            request.body = blobs.keep(whole)
        if request.body.size > SMALL:
            await blobs.share(request.body)
    except NoRoom:
        raise ServiceError(INTERNAL_ERROR, because="there is no room for the body on condemu's disk") from None


async def _spool(request: S3Request, blobs: BlobStore, announced: Announced) -> None:
    """A body that comes piece by piece."""
    writer = blobs.writer()
    try:
        request.digests = await _take(request, announced, writer)
        request.body = writer.finish()
    except BaseException:
        writer.abandon()
        raise


async def document(request: S3Request, limit: int) -> bytes:
    """A body that is a document: whole and in memory, digests verified as an object's. It needs no length beforehand."""
    headers = request.http.headers
    if request.operation.checksum_of_object:
        headers = request.http.headers = {name: value for name, value in headers.items() if name not in BY_HEADER}
    if "content-length" not in headers and "x-amz-decoded-content-length" not in headers:
        data = await read_body(request.http.body, limit)
        if data is None:
            raise ServiceError(DOCUMENT_TOO_LONG)
        if "content-md5" not in headers and "x-amz-content-sha256" not in headers and checksum_header(headers)[0] is None:
            return data
        request.http.headers = {**headers, "content-length": str(len(data))}
        request.http.body = BytesBody(data)
    announced = announcement(request)
    if announced.length > limit:
        raise ServiceError(DOCUMENT_TOO_LONG)
    writer = MemoryWriter()
    request.digests = await _take(request, announced, writer)
    return writer.finish().bytes()


def _digests_of(request: S3Request, announced: Announced, data: bytes) -> Digests:
    """Those of a plain body that is here in one piece, verified."""
    computed = sha256(data).hexdigest() if announced.declaration else ""
    checksum, crc = of_whole(data, announced.algorithm)
    return _verified(request, announced, computed, announced.checksum, md5(data, usedforsecurity=False).digest(), checksum, crc)


async def _take(request: S3Request, announced: Announced, writer: BlobWriter) -> Digests:
    chosen = announced.algorithm
    md5_hasher = md5(usedforsecurity=False)
    crc = DEFAULT.hasher()
    hashers: list[Hasher] = [md5_hasher, crc]
    own = crc
    if chosen is not None and chosen is not DEFAULT:
        own = chosen.hasher()
        hashers.append(own)
    decoder = _decoder(request, announced)
    payload_sha256 = sha256() if announced.declaration and decoder is None else None
    if payload_sha256 is not None:
        hashers.append(payload_sha256)
    body = request.http.body
    while data := await body.next_chunk():
        for piece in (data,) if decoder is None else decoder.receive(data):
            for hasher in hashers:
                hasher.update(piece)
            writer.write(piece)
    trailing = announced.checksum
    if decoder is not None:
        failure = decoder.finish()
        if failure is not None:
            raise framing_error(request, failure)
        if announced.trailer and chosen is not None:
            trailing = decoder.trailers[chosen.header]
            if decode(trailing, chosen.size) is None:
                raise ServiceError(INVALID_TRAILING_CHECKSUM, {"Header": chosen.header})
    computed = payload_sha256.hexdigest() if payload_sha256 is not None else ""
    return _verified(request, announced, computed, trailing, md5_hasher.digest(), encode(own.digest()), crc.digest())


def _verified(
    request: S3Request, announced: Announced, computed: str, sent: str | None, md5_digest: bytes, checksum: str, crc: bytes
) -> Digests:
    """What was computed over the body against what was said of it. `computed` is its SHA-256 where one was declared, `sent` the
    client's checksum and `checksum` what it has to be."""
    if computed and computed != announced.declaration.lower():
        fields = {"ClientComputedContentSHA256": announced.declaration, "S3ComputedContentSHA256": computed}
        raise ServiceError(CONTENT_SHA256_MISMATCH, fields)
    if announced.md5 is not None:
        _compare_md5(request, announced.md5, md5_digest)
    chosen = announced.algorithm
    kept = chosen or DEFAULT
    if sent is not None and sent != checksum:
        raise ServiceError(BAD_CHECKSUM, {"Algorithm": kept.name}, because=f"{sent} was sent and the body's is {checksum}")
    return Digests(md5_digest.hex(), kept.name, checksum, chosen.name if chosen is not None else "", crc)


def announcement(request: S3Request) -> Announced:
    """What the headers say of the body, or the refusal that they deserve."""
    headers = request.http.headers
    declaration = headers.get("x-amz-content-sha256", "")
    chunked = declaration.startswith(STREAMING)
    if declaration and not chunked:
        declaration = _plain_declaration(request, declaration)
    elif chunked and declaration not in (UNSIGNED_TRAILER, SIGNED, SIGNED_TRAILER):
        if declaration.startswith(SIGV4A):
            raise ServiceError(NOT_IMPLEMENTED, {"Header": "x-amz-content-sha256"}, because="SigV4A is not implemented")
        raise ServiceError(INVALID_CONTENT_SHA256)
    length = headers.get("x-amz-decoded-content-length" if chunked else "content-length")
    if length is None and not chunked and "transfer-encoding" in headers:
        raise ServiceError(NOT_IMPLEMENTED, {"Header": "Transfer-Encoding"}, because="S3 wants to know the length beforehand")
    if length is None or not length.isascii() or not length.isdigit() or len(length) > 20:
        raise ServiceError(MISSING_CONTENT_LENGTH)
    if int(length) > MAX_PUT:
        raise ServiceError(ENTITY_TOO_LARGE, {"ProposedSize": length, "MaxSizeAllowed": MAX_PUT})
    content_md5 = headers.get("content-md5")
    if content_md5 is not None and decode(content_md5, 16) is None:
        raise ServiceError(INVALID_DIGEST, {"Content-MD5": content_md5})
    algorithm, value = checksum_header(headers)
    trailer = headers.get("x-amz-trailer") if chunked and declaration != SIGNED else None
    if trailer is not None:
        algorithm = _trailing_algorithm(trailer, algorithm)
    announced_algorithm = headers.get("x-amz-sdk-checksum-algorithm")
    if announced_algorithm is not None:
        if announced_algorithm.upper() not in ALGORITHMS:
            raise ServiceError(UNSUPPORTED_CHECKSUM_ALGORITHM)
        if algorithm is None and content_md5 is None:
            raise ServiceError(CHECKSUM_WITHOUT_VALUE)
    return Announced(int(length), declaration, content_md5, algorithm, value, trailer is not None)


def check_digest(request: S3Request) -> None:
    """DeleteObjects, PutObjectRetention and PutObjectLegalHold: what they are sent must prove its bytes (documented)."""
    headers = request.http.headers
    if "content-md5" not in headers and "x-amz-trailer" not in headers and checksum_header(headers)[0] is None:
        raise ServiceError(MISSING_MD5_OR_CHECKSUM)


def checksum_header(headers: dict[str, str]) -> tuple[Algorithm | None, str | None]:
    """The one x-amz-checksum-* header: its algorithm and its value. `-algorithm`, `-type` and `-mode` are none."""
    if _CHECKSUMS.isdisjoint(headers):
        return None, None
    found = [name for name in BY_HEADER if name in headers]
    if len(found) > 1:
        raise ServiceError(SEVERAL_CHECKSUMS)
    algorithm, value = BY_HEADER[found[0]], headers[found[0]]
    if decode(value, algorithm.size) is None:
        raise ServiceError(INVALID_CHECKSUM, {"Header": algorithm.header})
    return algorithm, value


def _plain_declaration(request: S3Request, declaration: str) -> str:
    """The payload's SHA-256, or "" when it is not to be verified. A presigned request's header counts for nothing (recorded)."""
    if declaration == "UNSIGNED-PAYLOAD" or "X-Amz-Signature" in request.query:
        return ""
    if _SHA256.fullmatch(declaration) is None:
        raise ServiceError(INVALID_CONTENT_SHA256)
    return declaration


def _trailing_algorithm(trailer: str, header: Algorithm | None) -> Algorithm:
    algorithm = BY_HEADER.get(trailer.strip().lower())
    if algorithm is None:
        raise ServiceError(UNSUPPORTED_TRAILER)
    if header is not None:
        raise ServiceError(SEVERAL_CHECKSUMS)
    return algorithm


def _decoder(request: S3Request, announced: Announced) -> Decoder | None:
    if not announced.declaration.startswith(STREAMING):
        return None
    expected = (announced.algorithm.header,) if announced.trailer and announced.algorithm is not None else None
    signed = announced.declaration != UNSIGNED_TRAILER
    return Decoder(announced.length, signed=signed, chain=_chain_of(request) if signed else None, expected=expected)


def _chain_of(request: S3Request) -> Chain | None:
    """What verifies the signatures of chunks; None where nothing can or need be verified."""
    return request.authentication.chain if request.authentication is not None else None


def _compare_md5(request: S3Request, sent: str, computed: bytes) -> None:
    """ExpectedDigest is what the client sent: in hex on PutObject and in base64 on UploadPart (both recorded)."""
    if sent != encode(computed):
        shown = sent if request.operation.echoes_base64 else (decode(sent, 16) or b"").hex()
        raise ServiceError(BAD_CONTENT_MD5, {"ExpectedDigest": shown, "CalculatedDigest": encode(computed)})


def framing_error(request: S3Request, failure: Failure) -> ServiceError:
    """A body that is not what its encoding promised, as S3 answers it."""
    if failure.kind == aws_chunked.INCOMPLETE_BODY:
        return ServiceError(BODY_LENGTH if failure.detail == aws_chunked.WRONG_LENGTH else BODY_TERMINATED)
    if failure.kind == aws_chunked.INVALID_CHUNK_SIZE:
        return ServiceError(INVALID_CHUNK_SIZE, failure.fields)
    if failure.kind == aws_chunked.MALFORMED_TRAILER:
        return ServiceError(MALFORMED_TRAILER, because=failure.detail)
    fields = dict(failure.fields)
    if request.authentication is not None and request.authentication.chain is not None:
        chain = request.authentication.chain
        to_sign = chain.string_to_sign
        bytes_to_sign = to_sign.encode("latin-1", "replace").hex(" ")
        fields.update(AWSAccessKeyId=chain.access_key, StringToSign=to_sign, StringToSignBytes=bytes_to_sign)
    return ServiceError(CHUNK_SIGNATURE_MISMATCH, fields, because=f"the signature of a {failure.detail} does not fit its bytes")

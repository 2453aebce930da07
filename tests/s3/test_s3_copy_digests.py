"""What a copy has to read is read before its decision, in turns with everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import md5
from typing import Any

import pytest
from s3_wire import bucket_called

from condemu.core.blobs import Blob
from condemu.core.http import BytesBody, Response
from condemu.core.store import MemoryStore
from condemu.s3.state.records import OBJECTS
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.wire.checksums import ALGORITHMS, encode
from condemu.wire.xml import parse

MIB = 1024 * 1024
SIZES = (6 * MIB, 2 * MIB)
CALLER = {
    "host": "localhost",
    "authorization": "AWS4-HMAC-SHA256 Credential=somebody/20260101/us-east-1/s3/aws4_request,"
    f"SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature={'0' * 64}",
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "x-amz-date": "20260101T000000Z",
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    built = build(Config(buckets=("bucket",)))
    yield built
    built.close()


def call(emulator: Emulator, method: str, key: str, body: bytes = b"", query: str = "", **headers: str) -> Any:
    sent = {**CALLER, "content-length": str(len(body)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    return emulator.answer(emulator.received(method, f"/bucket/{key}", query, sent, BytesBody(body)))


def text_of(response: Response, tag: str) -> str | None:
    assert isinstance(response.body, bytes)
    return parse(response.body).text_of(tag)


async def upload(emulator: Emulator, key: str, fill: bytes) -> bytes:
    """An object of two parts, whose ETag is nobody's MD5; its bytes."""
    upload_id = text_of(await call(emulator, "POST", key, query="uploads"), "UploadId")
    listed = ""
    for number, size in enumerate(SIZES, 1):
        part = await call(emulator, "PUT", key, fill * size, f"partNumber={number}&uploadId={upload_id}")
        etag = dict(part.headers)["ETag"]
        listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    assert (await call(emulator, "POST", key, document, f"uploadId={upload_id}")).status == 200
    return fill * sum(SIZES)


def test_others_are_answered_while_a_copy_is_hashed(emulator: Emulator) -> None:
    async def meet() -> list[str]:
        await upload(emulator, "large", b"a")
        done = []

        async def note(name: str, answer: Any) -> None:
            assert (await answer).status == 200
            done.append(name)

        await asyncio.gather(
            note("copy", call(emulator, "PUT", "copy", x_amz_copy_source="bucket/large")),
            *(note("put", call(emulator, "PUT", f"small-{number}", b"x")) for number in range(5)),
        )
        return done

    assert asyncio.run(meet()) == ["put"] * 5 + ["copy"]


@pytest.mark.parametrize("algorithm", ["CRC64NVME", "SHA256", "XXHASH3"])
def test_no_decision_about_a_copy_reads_bytes(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, algorithm: str) -> None:
    deciding: list[str] = []
    transact, pieces = MemoryStore.transact, Blob.pieces

    def transacting(store: MemoryStore, decide: Any, ids: Any = None) -> Any:
        deciding.append("yes")
        try:
            return transact(store, decide, ids)
        finally:
            deciding.pop()

    def read(blob: Blob) -> Any:
        assert not deciding
        return pieces(blob)

    async def copy() -> None:
        body = await upload(emulator, "large", b"a")
        upload_id = text_of(await call(emulator, "POST", "parts", query="uploads"), "UploadId")
        monkeypatch.setattr(MemoryStore, "transact", transacting)
        monkeypatch.setattr(Blob, "pieces", read)
        answer = await call(emulator, "PUT", "to", x_amz_copy_source="bucket/large", x_amz_checksum_algorithm=algorithm)
        assert text_of(answer, "ETag") == f'"{md5(body).hexdigest()}"'
        assert text_of(answer, f"Checksum{algorithm}") == encode(ALGORITHMS[algorithm].of(body))
        query = f"partNumber=1&uploadId={upload_id}"
        copied = {"x_amz_copy_source": "bucket/large", "x_amz_copy_source_range": "bytes=5-6291500"}
        answer = await call(emulator, "PUT", "parts", query=query, **copied)
        assert text_of(answer, "ETag") == f'"{md5(body[5:6291501]).hexdigest()}"'

    asyncio.run(copy())


def test_a_source_that_changes_while_it_is_hashed_is_copied_as_it_is_at_the_decision(emulator: Emulator) -> None:
    async def meet() -> Response:
        await upload(emulator, "large", b"a")
        await upload(emulator, "other", b"b")

        def exchange(txn: Any) -> None:
            bucket = bucket_called(txn)
            txn.put(OBJECTS, bucket.at("large"), txn.get(OBJECTS, bucket.at("other")))

        async def change() -> None:
            emulator.engine.administer_now(exchange)

        answer, _ = await asyncio.gather(call(emulator, "PUT", "copy", x_amz_copy_source="bucket/large"), change())
        return answer

    answer = asyncio.run(meet())
    body = b"b" * sum(SIZES)
    assert text_of(answer, "ETag") == f'"{md5(body).hexdigest()}"'
    assert text_of(answer, "ChecksumCRC64NVME") == encode(ALGORITHMS["CRC64NVME"].of(body))


def test_a_key_written_while_a_conditional_copy_to_it_is_hashed_is_found_taken(emulator: Emulator) -> None:
    async def meet() -> list[int]:
        await upload(emulator, "large", b"a")
        copy = call(emulator, "PUT", "to", x_amz_copy_source="bucket/large", if_none_match="*")
        answers = await asyncio.gather(copy, call(emulator, "PUT", "to", b"first", if_none_match="*"))
        return [answer.status for answer in answers]

    assert asyncio.run(meet()) == [412, 200]


def test_what_will_be_refused_is_not_read(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    async def copy() -> int:
        await upload(emulator, "large", b"a")
        await call(emulator, "PUT", "to", b"there")

        def read(blob: Blob) -> Any:
            raise AssertionError("the bytes were read")

        monkeypatch.setattr(Blob, "pieces", read)
        status: int = (await call(emulator, "PUT", "to", x_amz_copy_source="bucket/large", if_none_match="*")).status
        return status

    assert asyncio.run(copy()) == 412

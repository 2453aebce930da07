"""Bodies that outgrow memory."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.blobs import Blob, NoRoom
from condemu.core.http import BytesBody
from condemu.server.app import build
from condemu.server.config import Config
from condemu.storage import spool
from condemu.storage.file_blobs import FileBlobs
from condemu.storage.spool import SLACK, SLOT, SLOTS, SMALL, SpoolBlobs
from tests.server.conftest import SOMEBODY

MIB = 1024 * 1024


@pytest.fixture
def blobs(tmp_path):
    store = SpoolBlobs(str(tmp_path), threshold=MIB, budget=4 * MIB)
    yield store
    store.close()


def stored(blobs: SpoolBlobs, data: bytes, piece: int = 65536) -> Blob:
    writer = blobs.writer()
    for start in range(0, len(data), piece):
        writer.write(data[start : start + piece])
    return writer.finish()


def test_a_body_up_to_the_threshold_stays_in_memory(blobs):
    blob = stored(blobs, bytes(MIB))
    assert (blobs.on_disk, blobs.in_memory) == (0, MIB)
    assert blob.bytes() == bytes(MIB)


def test_a_body_over_the_threshold_goes_to_disk(blobs):
    data = random.Random(1).randbytes(MIB + 1)
    blob = stored(blobs, data)
    assert (blobs.on_disk, blobs.in_memory, blobs.descriptors) == (SLOT, 0, 1)
    assert blob.bytes() == data


def test_bodies_over_the_common_budget_go_to_disk(blobs):
    held = [stored(blobs, bytes([n]) * MIB) for n in range(6)]
    assert blobs.in_memory == 4 * MIB
    assert blobs.on_disk == 2 * SLOT
    assert [blob.bytes()[:1] for blob in held] == [bytes([n]) for n in range(6)]


def test_small_bodies_stay_in_memory_whatever_the_budget(blobs):
    held = [stored(blobs, bytes(MIB)) for _ in range(4)]
    assert stored(blobs, b"x" * SMALL).bytes() == b"x" * SMALL
    assert blobs.on_disk == 0
    assert held


def test_files_have_no_name(blobs, tmp_path):
    blob = stored(blobs, bytes(2 * MIB))
    assert os.listdir(tmp_path) == []
    assert blob.size == 2 * MIB


def test_space_comes_back_when_nothing_refers_to_it(blobs):
    blob = stored(blobs, bytes(3 * SLOT))
    part = blob.cut(SLOT + 1, SLOT + 2)
    del blob
    blobs.settle()
    assert blobs.on_disk == SLOT  # the middle one, of which one byte is still wanted
    assert part.bytes() == b"\0"
    del part
    blobs.settle()
    assert blobs.on_disk == 0


def test_memory_comes_back_when_nothing_refers_to_it(blobs):
    blob = stored(blobs, bytes(MIB))
    copy = Blob.joined([blob, blob])
    del blob
    blobs.settle()
    assert blobs.in_memory == MIB
    del copy
    blobs.settle()
    assert blobs.in_memory == 0


def test_an_abandoned_body_gives_its_space_back(blobs):
    writer = blobs.writer()
    writer.write(bytes(5 * MIB))
    writer.abandon()
    blobs.settle()
    assert (blobs.on_disk, blobs.in_memory) == (0, 0)


def test_free_slots_are_used_again_lowest_first(tmp_path):
    blobs = SpoolBlobs(str(tmp_path), threshold=0, budget=0)
    first, second, third = (stored(blobs, bytes([n]) * 5000) for n in range(3))
    spare = blobs.slot()
    assert [spare.segment, spare.number] == [0, 3]
    del first
    again = stored(blobs, b"\7" * 5000)
    del spare
    assert blobs.slot().number == 3
    assert [blob.bytes()[:1] for blob in (again, second, third)] == [b"\7", b"\1", b"\2"]
    blobs.close()


def test_a_file_shrinks_behind_what_is_alive_but_not_for_every_slot(tmp_path):
    blobs = SpoolBlobs(str(tmp_path), threshold=0, budget=0)
    held = [stored(blobs, b"x" * 5000) for _ in range(SLACK + 10)]
    descriptor = blobs.slot()._descriptor
    before = os.fstat(descriptor).st_size
    del held[-5:]
    blobs.settle()
    assert os.fstat(descriptor).st_size == before
    del held[2:]
    blobs.settle()
    assert os.fstat(descriptor).st_size <= (2 + SLACK) * SLOT < before
    assert [blob.bytes() for blob in held] == [b"x" * 5000] * 2
    blobs.close()


def test_a_gibibyte_is_one_descriptor_and_an_empty_one_is_closed(tmp_path):
    blobs = SpoolBlobs(str(tmp_path), threshold=0, budget=0)
    held = [blobs.slot() for _ in range(SLOTS * 2 + 1)]
    assert blobs.descriptors == 3
    del held[SLOTS:]
    blobs.settle()
    assert blobs.descriptors == 1
    blobs.close()


def test_bodies_that_are_still_arriving_count(blobs):
    writers = [blobs.writer() for _ in range(6)]
    for writer in writers:
        writer.write(bytes(MIB))
    assert blobs.in_memory <= 4 * MIB
    assert blobs.on_disk == 2 * SLOT
    for writer in writers[:3]:
        writer.abandon()
    kept = [writer.finish() for writer in writers[3:]]
    assert blobs.in_memory == MIB
    assert [blob.size for blob in kept] == [MIB] * 3


def test_a_body_being_read_keeps_its_bytes_though_its_record_is_gone(blobs):
    blob = stored(blobs, b"a" * (2 * MIB))
    pieces = blob.pieces()
    first = next(pieces)
    del blob
    overwriting = stored(blobs, b"b" * (2 * MIB))
    assert first + b"".join(pieces) == b"a" * (2 * MIB)
    assert overwriting.size == 2 * MIB


def test_an_empty_body_is_empty(blobs):
    writer = blobs.writer()
    writer.write(b"")
    assert writer.finish().bytes() == b""


def limit(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Let no file grow beyond so many bytes on the disk."""
    write = os.pwrite

    def pwrite(descriptor: int, piece: memoryview, offset: int) -> int:
        written = write(descriptor, piece, offset)
        if os.fstat(descriptor).st_blocks * 512 > room:
            spool.punch(descriptor, offset, written)
            raise OSError(errno.ENOSPC, "No space left on device")
        return written

    monkeypatch.setattr(os, "pwrite", pwrite)


@pytest.fixture(params=["mounted", "pretended"])
def small_disk(request, tmp_path, monkeypatch):
    """A store on a disk of 24 MiB, and the lines that it says: on a file system of its own, and where writing fails as if."""
    if sys.platform != "linux":
        pytest.skip("holes are punched on Linux")
    lines: list[str] = []
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path]
    mounted = request.param == "mounted" and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if request.param == "mounted" and not mounted:
        pytest.skip("nothing may be mounted here")
    if not mounted:
        limit(monkeypatch, 24 * MIB)
    store = SpoolBlobs(str(tmp_path), threshold=0, budget=0, tell=lines.append)
    yield store, lines
    store.close()
    if mounted:
        subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk_refuses_a_body_in_one_line_and_keeps_what_is_there(small_disk):
    blobs, lines = small_disk
    held = [stored(blobs, bytes([n]) * (3 * MIB)) for n in range(7)]
    for _ in range(3):
        writer = blobs.writer()
        with pytest.raises(NoRoom):
            writer.write(bytes(8 * MIB))
        writer.abandon()
    assert [blob.bytes() for blob in held] == [bytes([n]) * (3 * MIB) for n in range(7)]
    assert len(lines) == 1
    assert "no room on the disk" in lines[0]
    with pytest.raises(NoRoom):
        blobs.keep(bytes(8 * MIB))
    assert blobs.in_memory == 0


def test_a_body_that_a_failing_disk_refuses_leaves_no_descriptor_and_no_room_taken(tmp_path, monkeypatch):
    """It may fail in other ways than by being full."""

    def fails(*_):
        raise OSError(errno.EIO, "it fails")

    stores = [SpoolBlobs(str(tmp_path), threshold=0, budget=0), FileBlobs(str(tmp_path), lambda: "name", budget=0)]
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    with monkeypatch.context() as broken:
        broken.setattr(os, "pwrite", fails)
        broken.setattr(os, "write", fails)
        for store in stores:
            with pytest.raises(OSError, match="it fails"):
                store.keep(bytes(2 * MIB))
    for store in stores:
        store.settle()
        assert store.in_memory == 0
    if before:
        assert len(os.listdir("/proc/self/fd")) - before == stores[0].descriptors
    stores[0].close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_recovers_when_bodies_are_deleted(small_disk):
    """The slots that are free are not where the new body goes: their place must come back, or there is none for it."""
    blobs, lines = small_disk
    held = [stored(blobs, bytes([n]) * (MIB + n)) for n in range(22)]
    with pytest.raises(NoRoom):
        stored(blobs, b"x" * (4 * MIB))
    del held[:12]
    blob = stored(blobs, b"y" * (11 * MIB))
    assert blob.bytes() == b"y" * (11 * MIB)
    assert [kept.bytes() for kept in held] == [bytes([n]) * (MIB + n) for n in range(12, 22)]
    del blob, held
    assert stored(blobs, b"z" * (22 * MIB)).bytes() == b"z" * (22 * MIB)
    assert not blobs.full
    with pytest.raises(NoRoom):
        stored(blobs, bytes(25 * MIB))
    assert len(lines) == 2  # it is said again, for there was room meanwhile


def test_holes_give_back_what_is_free_in_the_middle(tmp_path):
    blobs = SpoolBlobs(str(tmp_path), threshold=0, budget=0)
    held = [stored(blobs, b"x" * 65536) for _ in range(3 * SLACK)]
    descriptor = held[0]._spans[0][0]._descriptor
    before = os.fstat(descriptor).st_blocks
    del held[1:-1]
    blobs.settle()
    assert os.fstat(descriptor).st_blocks * 512 <= (SLACK + 2) * 65536 < before * 512
    assert [blob.bytes() for blob in held] == [b"x" * 65536] * 2
    again = [stored(blobs, b"y" * 65536) for _ in range(3 * SLACK)]
    assert all(blob.bytes() == b"y" * 65536 for blob in again)
    blobs.close()


def test_a_full_disk_is_an_internal_error_of_s3_and_the_next_upload_after_a_reset_succeeds(small_disk, capfd):
    """Through the service: AWS's INTERNAL_ERROR with the reason beside it, no trace, and no sign of it after a reset."""
    blobs, lines = small_disk
    emulator = build(Config(auth="off", buckets=("bucket",)))
    for service in emulator.services.values():
        if hasattr(service, "blobs"):
            service.blobs = blobs
    emulator.blobs = blobs

    def put(key: str, size: int):
        headers = {"host": "localhost", "authorization": SOMEBODY, "content-length": str(size)}
        return asyncio.run(emulator.answer(emulator.received("PUT", f"/bucket/{key}", "", headers, BytesBody(b"x" * size))))

    assert [put(f"k{n}", MIB).status for n in range(20)] == [200] * 20
    refused = put("large", 8 * MIB)
    assert refused.status == 500
    assert b"<Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message>" in refused.body
    assert ("x-condemu-because", "there is no room for the body on condemu's disk") in refused.headers
    emulator.reset_now()
    assert put("large", 20 * MIB).status == 200
    assert capfd.readouterr().err == ""
    assert len(lines) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.tuples(st.just("put"), st.integers(0, 30_000)), st.tuples(st.just("drop"), st.integers(0, 9))), max_size=40
    )
)
def test_whatever_comes_and_goes_the_rest_reads_back(steps):
    blobs = SpoolBlobs(threshold=8000, budget=40_000)
    held: list[tuple[bytes, Blob]] = []
    for number, (what, amount) in enumerate(steps):
        if what == "put":
            data = random.Random(number).randbytes(amount)
            held.append((data, stored(blobs, data, piece=3000)))
        elif held:
            del held[amount % len(held)]
        assert all(blob.bytes() == data for data, blob in held)
    held.clear()
    blobs.settle()
    assert (blobs.in_memory, blobs.on_disk) == (0, 0)
    blobs.close()

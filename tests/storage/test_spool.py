"""Bodies that outgrow memory."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.blobs import Blob
from condemu.storage.spool import SLACK, SLOT, SLOTS, SMALL, SpoolBlobs

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

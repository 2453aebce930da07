"""Ropes of bytes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.blobs import EMPTY, PIECE, Blob, MemoryBlobs


class Far:
    """A leaf that is not in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, start: int, stop: int) -> bytes:
        return self.data[start:stop]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=20), st.booleans()), max_size=6), st.data())
def test_a_cut_of_a_join_is_the_cut_of_the_bytes(parts, data):
    blobs = [Blob(((Far(part), 0, len(part)),)) if far else Blob.of(part) for part, far in parts]
    joined, plain = Blob.joined(blobs), b"".join(part for part, _ in parts)
    assert (joined.bytes(), joined.size, len(joined)) == (plain, len(plain), len(plain))
    start = data.draw(st.integers(0, len(plain)))
    stop = data.draw(st.integers(start, len(plain)))
    cut = joined.cut(start, stop)
    assert cut.bytes() == plain[start:stop]
    again = data.draw(st.integers(0, cut.size))
    assert cut.cut(again, cut.size).bytes() == plain[start + again : stop]


def test_a_copy_shares_the_bytes():
    data = bytes(1000)
    blob = Blob.of(data)
    assert next(iter(Blob.joined([blob]).pieces())) is data
    assert blob.cut(0, 1000) is blob


def test_pieces_are_bounded():
    assert [len(piece) for piece in Blob.of(bytes(PIECE * 2 + 1)).pieces()] == [PIECE, PIECE, 1]


def test_a_body_that_trickled_in_is_kept_in_few_leaves():
    writer = MemoryBlobs().writer()
    for _ in range(10_000):
        writer.write(b"x" * 100)
    blob = writer.finish()
    assert blob.size == 1_000_000
    assert len(list(blob.pieces())) <= 10


def test_nothing_is_the_empty_blob():
    assert MemoryBlobs().writer().finish().size == 0
    assert Blob.of(b"") is EMPTY
    assert EMPTY.bytes() == b""

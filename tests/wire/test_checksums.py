from base64 import b64decode

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.wire.checksums import (
    ALGORITHMS,
    BY_HEADER,
    BY_MEMBER,
    COMPOSITE,
    DEFAULT,
    FULL_OBJECT,
    combine,
    composite,
    decode,
    encode,
)

CHECK = b"123456789"  # the catalogs of CRCs give each one's value over these bytes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRC32", "cbf43926"),
        ("CRC32C", "e3069283"),
        ("CRC64NVME", "ae8b14860a799888"),
        ("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ("MD5", "25f9e794323b453885f5181f1b624d0b"),
        ("XXHASH64", "8cb841db40e6ae83"),
    ],
)
def test_a_digest_is_the_published_one_in_big_endian(name: str, value: str) -> None:
    assert ALGORITHMS[name].of(CHECK).hex() == value


def test_the_value_that_aws_recorded_for_a_body_of_four_letters() -> None:
    assert encode(DEFAULT.of(b"test")) == "+bu+zv66sUM="


def test_the_table_is_botocores_list_of_algorithms_and_headers() -> None:
    model = botocore.session.get_session().get_service_model("s3")
    assert set(ALGORITHMS) == set(model.shape_for("ChecksumAlgorithm").enum)
    members = model.operation_model("PutObject").input_shape.members
    for row in ALGORITHMS.values():
        assert members[row.member].serialization["name"].lower() == row.header
        assert BY_HEADER[row.header] is row
        assert BY_MEMBER[row.member] is row


def test_crc64nvme_is_full_object_only_and_other_digests_composite_only() -> None:
    assert ALGORITHMS["CRC64NVME"].types == (FULL_OBJECT,)
    assert ALGORITHMS["CRC32"].types == ALGORITHMS["CRC32C"].types == (COMPOSITE, FULL_OBJECT)
    assert all(row.types == (COMPOSITE,) for row in ALGORITHMS.values() if row.crc is None)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["CRC32", "CRC32C", "CRC64NVME"]), st.binary(max_size=300), st.binary(max_size=300))
def test_crcs_of_parts_combine_to_that_of_the_whole(name: str, first: bytes, second: bytes) -> None:
    row = ALGORITHMS[name]
    assert combine(row, row.of(first), row.of(second), len(second)) == row.of(first + second)


@pytest.mark.parametrize("name", ["CRC32", "CRC32C", "CRC64NVME"])
def test_crcs_combine_over_a_long_second_part(name: str) -> None:
    row, second = ALGORITHMS[name], b"\x07" * (5 * 1024 * 1024 + 3)
    assert combine(row, row.of(b"head"), row.of(second), len(second)) == row.of(b"head" + second)


def test_digests_that_are_no_crcs_do_not_combine() -> None:
    with pytest.raises(ValueError):
        combine(ALGORITHMS["SHA1"], b"", b"", 1)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(ALGORITHMS)), st.lists(st.binary(max_size=100), max_size=5))
def test_running_digests_do_not_depend_on_how_the_bytes_were_cut(name: str, pieces: list[bytes]) -> None:
    row = ALGORITHMS[name]
    hasher = row.hasher()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.digest() == row.of(b"".join(pieces))
    assert len(hasher.digest()) == row.size


def test_a_composite_is_the_digest_of_the_digests_and_their_number() -> None:
    row = ALGORITHMS["SHA256"]
    digests = [row.of(b"a"), row.of(b"b")]
    text, _, count = composite(row, digests).partition("-")
    assert (b64decode(text), count) == (row.of(digests[0] + digests[1]), "2")


@pytest.mark.parametrize("text", ["", "AAAA", "AAAAAA=", "AAAAAA=A", "AAAAA===", "AAAAAAAA", "AAAA\nAA=", "ÄAAAAA==", "A A AA=="])
def test_what_is_not_base64_of_four_bytes_is_no_crc32(text: str) -> None:
    assert decode(text, 4) is None


def test_base64_of_the_right_length_is_decoded() -> None:
    assert decode("AAAAAQ==", 4) == b"\0\0\0\x01"

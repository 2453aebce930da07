import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.wire.form_data import MALFORMED, MAX_FIELDS, TOO_LONG, Parser, boundary_of


def form(fields: list[tuple[str, str]], file: bytes | None = b"content", after: list[tuple[str, str]] = []) -> bytes:  # noqa: B006
    def field(name: str, value: str) -> bytes:
        return f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    out = b"".join(field(name, value) for name, value in fields)
    if file is not None:
        out += b'--B\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\nContent-Type: text/plain\r\n\r\n'
        out += file + b"\r\n"
    return out + b"".join(field(name, value) for name, value in after) + b"--B--\r\n"


def parse(data: bytes, size: int = 1 << 20) -> tuple[Parser, bytes]:
    parser = Parser(b"B")
    file = b"".join(piece for start in range(0, len(data), size) for piece in parser.receive(data[start : start + size]))
    parser.finish()
    return parser, file


@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
@pytest.mark.parametrize("file", [b"content", b"", b"\r\n", b"\r\n--", b"\r\n--BB\r\n--B-", b"--B--", b"a\r\n\r\nb" * 50])
def test_fields_and_file_come_out_however_the_bytes_were_cut(file: bytes, size: int) -> None:
    parser, content = parse(form([("key", "a/ü"), ("Policy", ""), ("key", "second")], file, [("late", "ignored")]), size)
    assert (parser.failure, content) == (None, file)
    assert parser.fields == {"key": "a/ü", "policy": ""}
    assert (parser.has_file, parser.file_name, parser.file_content_type) == (True, 'a "b".txt', "text/plain")


def test_a_form_without_a_file_says_so() -> None:
    parser, content = parse(form([("key", "k")], None))
    assert (parser.failure, parser.has_file, content) == (None, False, b"")


@pytest.mark.parametrize(
    "data",
    [b"", b"--B", b"--B-", form([("key", "k")])[:-5], b"nothing", b"--B\r\nX: y\r\n\r\n\r\n--B--", b"x" * (MAX_FIELDS + 200)],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_form_that_is_cut_off_or_without_names_is_malformed(data: bytes, size: int) -> None:
    assert parse(data, size)[0].failure == MALFORMED


@pytest.mark.parametrize("data", [form([("key", "k" * (MAX_FIELDS + 1))]), b"--B\r\n" + b"A: b\r\n" * MAX_FIELDS])
def test_what_precedes_the_file_is_bounded(data: bytes) -> None:
    assert parse(data, 1000)[0].failure == TOO_LONG


def test_the_file_itself_is_not_bounded() -> None:
    parser, content = parse(form([("key", "k")], bytes(100_000)), 777)
    assert (parser.failure, len(content)) == (None, 100_000)


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('Multipart/Form-Data;charset=utf-8;boundary="a b"', b"a b"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=abc", None),
        ("", None),
    ],
)
def test_the_boundary_is_read_from_the_content_type(content_type: str, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=80), st.integers(0, 150), st.integers(1, 20))
def test_garbage_never_raises_and_always_ends_in_a_verdict(data: bytes, at: int, size: int) -> None:
    whole = form([("key", "k")])
    parser, _ = parse(whole[:at] + data + whole[at:], size)
    assert parser.failure is None or parser.failure in (MALFORMED, TOO_LONG)

from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.wire.rest import (
    form_decode,
    http_date,
    iso_8601,
    iso_8601_ms,
    parse_http_date,
    parse_iso_8601,
    parse_query,
    percent_decode,
    percent_encode,
    url_encode,
)

SECONDS = st.integers(0, 253_402_300_799)


@settings(deadline=None, max_examples=100)
@given(SECONDS)
def test_dates_survive_writing_and_reading(seconds: int) -> None:
    assert http_date(seconds + 0.75) == formatdate(seconds, usegmt=True)
    assert parse_http_date(http_date(seconds)) == seconds
    assert parse_iso_8601(iso_8601(seconds + 0.75)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "sun, 06 nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 +0000 ",
    ],
)
def test_the_three_forms_of_http_dates_are_read(text: str) -> None:
    assert parse_http_date(text) == 784111777


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "1994-11-06", "06 Nov 1994", "0"]
)
def test_what_is_no_http_date_is_none(text: str) -> None:
    assert parse_http_date(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2020-01-01T00:00:00Z", 1577836800),
        ("2020-01-01T00:00:00.250Z", 1577836800.25),
        ("2020-01-01T02:00:00+02:00", 1577836800),
        ("2019-12-31T16:00:00-0800", 1577836800),
        ("2020-01-01", 1577836800),
        ("2020-01-01T00:00", 1577836800),
        ("2020-13-01T00:00:00Z", None),
        ("2020-01-01T00:00:00Q", None),
        ("20200101T000000Z", None),
        ("2020-01-01T00:00:00+99:99", None),
        ("", None),
    ],
)
def test_iso_8601_is_read_with_a_zone_or_in_utc(text: str, seconds: float | None) -> None:
    assert parse_iso_8601(text) == seconds


def test_iso_8601_keeps_milliseconds_only_when_asked() -> None:
    assert (iso_8601(1577836800.256), iso_8601_ms(1577836800.256)) == ("2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.256Z")
    assert iso_8601(-1) == "1969-12-31T23:59:59.000Z"


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=30))
def test_any_bytes_survive_percent_coding(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert percent_decode(percent_encode(text)) == text
    assert form_decode(url_encode(text)) == text


def test_encoding_type_url_keeps_slashes_and_writes_spaces_as_plus_signs() -> None:
    assert url_encode("a b/c+d&ü~") == "a+b/c%2Bd%26%C3%BC~"


def test_bytes_that_are_not_utf_8_stay_recognizable() -> None:
    assert percent_decode("%ff%41") == "\udcffA"


def test_a_query_keeps_its_order_its_repetitions_and_its_plus_signs() -> None:
    assert parse_query("b=1&a&&b=2%263&c=+&=x") == [("b", "1"), ("a", ""), ("b", "2&3"), ("c", "+"), ("", "x")]
    assert parse_query("") == []

"""Documents as lines of JSON: each is read as it was written, whoever writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condemu.storage.json_lines import document_of, line_of

TEXT = st.text(st.characters(codec=None, exclude_categories=()))  # lone surrogates too
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_a_line_says_the_document_again(document):
    line = line_of(document)
    assert b"\n" not in line
    found = document_of(line)
    assert found == document
    assert repr(found) == repr(document)  # 1 and 1.0 and True are not the same


@given(DOCUMENTS)
def test_a_line_is_json_to_anybody(document):
    assert json.loads(line_of(document).decode("utf-8", "surrogatepass")) == document


def test_what_is_usual_is_written_the_quick_way():
    assert line_of({"key": ("é", 1, 1.5)}) == '{"key":["é",1,1.5]}'.encode()


@pytest.mark.parametrize("document", ["\ud800", 1 << 64, {"\udfff": [1 << 200]}])
def test_what_only_the_standard_library_can_say_is_marked(document):
    assert line_of([document]).startswith(b" ")
    assert document_of(line_of([document])) == [document]


@pytest.mark.parametrize("document", [object(), b"bytes", {1: 2}.keys(), [{"set": {1}}]])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(TypeError):
        line_of(document)


@pytest.mark.parametrize("line", [b"", b" ", b"{", b' {"a":}', b"\xff", b"[1] x"])
def test_what_is_no_line_is_refused(line):
    with pytest.raises(ValueError):
        document_of(line)

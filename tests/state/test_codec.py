"""What the spaces declare survives being written down: every type of record, with anything in its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import BY_NAME, check_commit, round_trip

from condemu.core.blobs import Blob
from condemu.core.codec import MemoryBodies, Unencodable, codec_of, name_of
from condemu.core.spaces import Space, space
from condemu.core.store import Change, Commit
from condemu.dynamodb.data.values import decode_item, item_size
from condemu.dynamodb.state.records import AS_JSON, Before, StreamRecord, packed
from condemu.server.state import SPACES

ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
TEXT = st.text(max_size=8)
NUMBERS = st.sampled_from(["0", "1", "-1", "1.5", "1E+125", "-9.99E-130", "12345678901234567890123456789012345678"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, TEXT),
        st.builds(lambda number: {"N": number}, NUMBERS),
        st.sampled_from(
            [
                {"B": "AAECAw=="},
                {"B": ""},
                {"BOOL": True},
                {"NULL": True},
                {"SS": ["b", "a"]},
                {"NS": ["1", "2.5"]},
                {"BS": ["AA==", "AQ=="]},
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=3)),
        st.builds(lambda entries: {"M": entries}, st.dictionaries(TEXT, inner, max_size=3)),
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(TEXT.filter(bool), VALUES, max_size=4).map(decode_item)
STORED = st.builds(lambda item, changed: packed(item, item_size(item), changed), ITEMS, st.integers(1, 2**40))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | st.binary(max_size=4),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(TEXT | st.just("$tuple"), inner, max_size=3),
    ),
    max_leaves=6,
)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT, int: st.integers(), bool: st.booleans(), bytes: st.binary(max_size=8), Any: TREES, NoneType: st.none(),
    float: st.floats(allow_nan=False, allow_infinity=False), Blob: st.binary(max_size=8).map(Blob.of),
}  # fmt: skip


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as a record declares it."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    arguments = get_args(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: anything(hints[field.name]) for field in fields(kind) if field.init})  # type: ignore[arg-type]
    if get_origin(kind) in (Union, UnionType):
        return st.one_of([anything(argument) for argument in arguments])
    if get_origin(kind) is tuple and arguments[-1] is not ...:
        return st.tuples(*(anything(argument) for argument in arguments))
    if get_origin(kind) is tuple:
        return st.lists(anything(arguments[0]), max_size=3).map(tuple)
    assert issubclass(get_origin(kind), Mapping), kind
    return st.dictionaries(TEXT, anything(arguments[1]), max_size=3)


def records(of: Space) -> st.SearchStrategy[Any]:
    if of.codec is AS_JSON:
        return STORED
    if of.kind is StreamRecord:
        times = st.floats(0, 2e9)
        return st.builds(StreamRecord, times, st.none() | STORED, st.none() | STORED, st.booleans())
    if of.kind is Before:
        return st.builds(Before, st.floats(0, 2e9), st.none() | STORED)
    return anything(of.kind)


@pytest.mark.parametrize("name", sorted(BY_NAME))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_record_survives_being_written_down(name: str, data: st.DataObject) -> None:
    one = BY_NAME[name]
    parts = [ACCOUNTS if part.name == "account" else SIMPLE[part.kind] for part in one.parts]
    key = data.draw(st.tuples(*parts))
    assert not one.fault_in(key)
    round_trip(one, key, data.draw(records(one)))


def test_names_of_spaces_are_unique_and_all_but_one_begin_with_the_account() -> None:
    assert len(BY_NAME) == len(SPACES)
    assert [one.name for one in SPACES if one.parts[0].name != "account"] == ["s3.name"]


def test_an_item_is_written_as_dynamodb_writes_it() -> None:
    item = decode_item({"pk": {"S": "a"}, "n": {"N": "1.50"}, "b": {"B": "AAE="}})
    key = ("000000000000", "table", b"p", b"")
    assert BY_NAME["dynamodb.item"].document(key, packed(item, 11, 7), MemoryBodies()) == {
        "space": "dynamodb.item",
        "version": 2,
        "key": ["000000000000", "table", "cA==", ""],
        "record": {"Item": {"pk": {"S": "a"}, "n": {"N": "1.5"}, "b": {"B": "AAE="}}, "Size": 11, "Changed": 7},
    }


def test_a_body_is_written_by_name_and_shared_as_before() -> None:
    body, bodies = Blob.of(b"content"), MemoryBodies()
    codec = codec_of(Blob)
    document = codec.encode(body, bodies)
    assert document == name_of(body) == name_of(Blob.joined([Blob.of(b"con"), Blob.of(b"tent")]))
    assert codec.decode(json.loads(json.dumps(document)), bodies) is body
    with pytest.raises(KeyError):
        codec.decode(document, MemoryBodies())


def test_a_document_of_another_version_is_refused() -> None:
    one = space("some.space", str)
    document = one.document(("000000000000",), "held", MemoryBodies())
    with pytest.raises(ValueError, match="has version 1, the document 2"):
        one.entry({**document, "version": 2}, MemoryBodies())


@dataclass
class Unclear:
    value: int | str


@dataclass
class Timed:
    value: Decimal


def test_a_type_that_no_document_stands_for_is_refused() -> None:
    for kind in (Unclear, set, complex, dict[int, str]):
        with pytest.raises(Unencodable):
            codec_of(kind)
    with pytest.raises(Unencodable):
        codec_of(Any).encode(object(), MemoryBodies())
    with pytest.raises(Unencodable):
        codec_of(Timed).encode("text", MemoryBodies())
    assert codec_of(Timed).encode(Timed(Decimal("1.50")), MemoryBodies()) == {"value": "1.50"}


@pytest.mark.parametrize(
    "change",
    [
        Change("s3.object", ("bucket", "key"), None, "anything"),
        Change("s3.object", ("bucket", 1, "key"), None, "anything"),
        Change("s3.object", ("000000000000", "1", "key"), None, "anything"),
        Change("s3.object", ("000000000000", 1, "key"), None, "no version"),
        Change("s3.unheard", ("000000000000",), None, "anything"),
    ],
    ids=["two parts", "no account", "no incarnation", "another record", "another space"],
)
def test_what_no_space_declares_is_noticed(change: Change) -> None:
    with pytest.raises(AssertionError):
        check_commit(Commit(None, 1, (change,)))

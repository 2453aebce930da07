"""Items as JSON text: what the renderer of documents would have made of them."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from dynamodb_strategies import items
from hypothesis import given

from condemu.dynamodb.data.rendering import Items, OneItem, document
from condemu.dynamodb.data.values import encode_item
from condemu.wire import json_1_0

EVERY_KIND = {
    "text": 'a "quoted" line\n\\', "é": "日本", "whole": -17, "fraction": Decimal("0.5"), "large": 10**125, "bytes": b"\0\xff",
    "yes": True, "no": False, "null": None, "list": ["x", 1, [], None], "map": {"a": {"b": {}}}, "ss": ("a", 'b"'),
    "ns": (1, Decimal("2.5")), "bs": (b"", b"a"),
}  # fmt: skip


@given(items)
def test_the_text_of_an_item_is_that_of_its_encoding(item):
    assert OneItem(item).json() == json_1_0.render(encode_item(item)).decode()


def test_every_kind_of_value_is_rendered_as_it_is_encoded():
    assert OneItem(EVERY_KIND).json() == json_1_0.render(encode_item(EVERY_KIND)).decode()


@pytest.mark.parametrize("found", [[], [{}], [EVERY_KIND, {"pk": "é"}]], ids=len)
def test_a_document_takes_the_texts_of_items_as_they_are(found):
    result = {"Items": Items(found), "Count": len(found), "Name": '"'}
    plain = {**result, "Items": [encode_item(item) for item in found]}
    assert result["Items"].readable() == plain["Items"]
    assert json_1_0.render(document(result)) == json_1_0.render(plain)


def test_half_a_surrogate_pair_is_escaped_wherever_it_stands():
    item = {"\ud800": 'x\udfffy"é'}
    for rendered in (json_1_0.render(document({"Item": OneItem(item)})), json_1_0.render({"Item": encode_item(item)})):
        assert json.loads(rendered) == {"Item": {"\ud800": {"S": 'x\udfffy"é'}}}
        assert "é".encode() in rendered

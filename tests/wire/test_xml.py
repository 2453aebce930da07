from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.wire.xml import MAX_DEPTH, XSI, Malformed, parse, render

XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def test_a_document_is_read_with_or_without_its_namespace() -> None:
    for attribute in ("", ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'):
        root = parse(f"<Delete{attribute}><Object><Key>a &amp; b </Key></Object><Object/><Quiet>true</Quiet></Delete>".encode())
        assert (root.tag, len(root), root.text_of("Quiet")) == ("Delete", 3, "true")
        assert [item.text_of("Key") for item in root.all("Object")] == ["a & b ", None]


def test_attributes_keep_their_local_names() -> None:
    root = parse(f'<Grantee xmlns:xsi="{XSI}" xsi:type="Group"/>'.encode())
    assert root.attributes == {"type": "Group"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<a>",
        b"<a/><b/>",
        b"<a>&unknown;</a>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<x:a/>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
        b"<a>" + b"<b/>" * 200_001 + b"</a>",
        b"<a>" + b"x" * (2 * 1024 * 1024) + b"</a>",
    ],
)
def test_what_is_not_one_plain_document_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60))
def test_garbage_is_malformed_and_nothing_worse(data: bytes) -> None:
    with suppress(Malformed):
        assert parse(data).tag


def test_a_mapping_is_written_in_its_order_with_awss_escapes_and_times() -> None:
    content: dict[str, Any] = {
        "Name": "b",
        "Prefix": "",
        "Nothing": None,
        "Empty": {},
        "Contents": [{"ETag": '"a"', "LastModified": 1767225600.9, "Size": 0, "IsLatest": False}, {"ETag": "<&>\r"}],
        "None": [],
    }
    assert render("R", content, namespace="urn:x").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="urn:x"><Name>b</Name><Prefix></Prefix><Empty/>'
        "<Contents><ETag>&quot;a&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>0</Size>"
        "<IsLatest>false</IsLatest></Contents><Contents><ETag>&lt;&amp;&gt;&#13;</ETag></Contents></R>"
    )


def test_attributes_stand_in_the_enclosing_element() -> None:
    grantee = {"@xmlns:xsi": XSI, "@xsi:type": "CanonicalUser", "ID": 'a"b'}
    assert render("Grantee", grantee, declaration=False).decode() == (
        f'<Grantee xmlns:xsi="{XSI}" xsi:type="CanonicalUser"><ID>a&quot;b</ID></Grantee>'
    )
    assert render("Name", {"@encoding": "base64", "#": "YQ=="}, declaration=False) == b'<Name encoding="base64">YQ==</Name>'


def test_a_root_may_have_text_or_nothing() -> None:
    assert render("LocationConstraint", "EU", declaration=False) == b"<LocationConstraint>EU</LocationConstraint>"
    assert render("LocationConstraint", {}, namespace="urn:x", declaration=False) == b'<LocationConstraint xmlns="urn:x"/>'


def test_characters_that_xml_cannot_carry_become_references_and_broken_text_is_replaced() -> None:
    assert render("K", "a\x01\uffff\ud800", declaration=False) == b"<K>a&#x1;&#xffff;?</K>"


@settings(deadline=None, max_examples=150)
@given(XML_TEXT)
def test_text_survives_rendering_and_parsing(text: str) -> None:
    data = render("R", {"K": text})
    assert parse(data).text_of("K") == text
    assert (ElementTree.fromstring(data).findtext("K") or "") == text

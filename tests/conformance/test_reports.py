"""Reports say what was found, how well it is known, and nothing that could run as a script."""

from __future__ import annotations

from typing import Any

from lxml import etree, html

from conformance.certificate import badge, verdict_of
from conformance.matrix import page
from conformance.picture import COLUMN, picture
from conformance.report import markdown


def document(target: str, **outcomes: str) -> dict[str, Any]:
    return {
        "target": target,
        "date": "2026-11-21",
        "cases": [
            {
                "id": f"s3/test_x::{name}",
                "service": "s3",
                "rule": f"Rule <b>{name}</b>.",
                "sources": ["AWS"],
                "evidence": "recorded",
                "tier": "core",
                "outcome": outcome,
                "detail": "</script><script>alert(1)</script>",
                "gap": "",
                "exchanges": [],
            }
            for name, outcome in outcomes.items()
        ],
    }


def test_the_matrix_has_a_cell_for_every_rule_and_target() -> None:
    tree = html.document_fromstring(page([document("one", a="as AWS", b="ignored"), document("two", a="wrong code")]))
    rows = (row.findall(".//button") for row in tree.findall(".//tr"))
    texts = [[button.text for button in row] for row in rows if row]
    assert texts == [["as AWS", "wrong code"], ["ignored", "not run"]]


def test_the_matrix_escapes_what_a_target_said() -> None:
    text = page([document("one", a="ignored")])
    assert "<script>alert" not in text
    assert "Rule &lt;b&gt;a&lt;/b&gt;." in text


def test_the_picture_has_a_bar_for_every_chapter_and_target_as_long_as_its_share() -> None:
    drawn = picture([document("one", a="as AWS", b="ignored", c="as AWS", d="as AWS"), document("t<o", a="wrong code")])
    tree = etree.fromstring(drawn.encode())
    told = [node.text for node in tree.iter("{*}text")]
    assert {"one", "t<o", "S3: x", "all"} <= set(told)
    assert [text for text in told if text and " of " in text] == ["3 of 4", "0 of 4"] * 2  # the chapter, and all
    parts = [(node[0].text, float(node.get("width", "0"))) for node in tree.iter("{*}rect") if len(node)]
    quarter = COLUMN / 4
    wanted = [("3 as AWS", 3 * quarter), ("1 ignored", quarter), ("1 wrong code", quarter), ("3 not run", 3 * quarter)] * 2
    assert parts == [(text, round(width, 1)) for text, width in wanted]


def test_all_targets_of_a_row_are_counted_against_the_same_number() -> None:
    text = page([document("one", a="as AWS", b="not applicable"), document("two", a="as AWS"), document("three", c="as AWS")])
    row = html.document_fromstring(text).find(".//table[@class='overview']").findall("tr")[1]
    assert [cell.text for cell in row.findall(".//small")] == ["1 of 3"] * 3


def test_the_first_line_of_a_report_says_how_well_the_rules_are_known() -> None:
    assert "2 rules: 2 recorded" in markdown(document("one", a="as AWS", b="ignored"))


def test_a_certificate_counts_what_is_not_enforced() -> None:
    assert verdict_of(document("one", a="as AWS", b="as AWS")) == ("2/2 rules", "good")
    assert verdict_of(document("one", a="as AWS", b="wrong code")) == ("1/2 rules", "partly")
    assert verdict_of(document("one", a="ignored", b="not atomic")) == ("0/2 rules, 2 not enforced", "bad")
    assert verdict_of(document("one", a="as AWS", b="not applicable")) == ("1/1 rules", "good")
    assert verdict_of(document("one", a="as AWS", b="not run")) == ("1/1 rules, interrupted with 1 to go", "partly")


def test_a_badge_is_xml_that_carries_its_text() -> None:
    tree = html.fragment_fromstring(badge("1/2 rules & more", "#d9a514"))
    assert "1/2 rules & more" in tree.text_content()

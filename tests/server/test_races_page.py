"""docs/races-over-http.md: its calls are answered as it says, its programs are those of the examples, its tables are complete."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from condemu.server.lab import by_hand, races
from condemu.server.lab.lab import ROUTES
from condemu.testing.server import Server
from tests.server.races_client import Admin

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "races-over-http.md").read_text()
SOURCES = {
    "js": "javascript/race.mjs", "go": "go/main.go", "java": "java/Race.java", "rust": "rust/src/main.rs",
}  # fmt: skip


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def admin() -> Iterator[Admin]:
    with Server() as server:
        yield Admin(server.url)


EXCHANGES = [part.splitlines() for block in blocks("http") for part in block.strip().split("\n\n")]


def test_every_exchange_on_the_page_is_so(admin):
    assert len(EXCHANGES) > 10
    for asked, answered in EXCHANGES:
        method, path, *document = asked.split(" ", 2)
        status, answer = admin(method, path.removeprefix("/_condemu/"), json.loads(document[0]) if document else None)
        said, _, text = answered.partition(" ")
        assert (asked, str(status)) == (asked, said)
        assert matches(answer, text), f"{asked} answers {json.dumps(answer)}"


def matches(answer: Any, text: str) -> bool:
    """An ellipsis on the page stands for any value."""
    if not text:
        return answer is None
    pattern = re.escape(text).replace("…", r"[^,}]+")
    return re.fullmatch(pattern, json.dumps(answer)) is not None


@pytest.mark.parametrize("language", SOURCES)
def test_a_program_on_the_page_is_that_of_the_example(language):
    source = (ROOT / "examples" / "races" / SOURCES[language]).read_text()
    shown = blocks(language)
    assert len(shown) == 1
    assert shown[0] in source


def test_every_call_member_and_word_is_on_the_page():
    for method, pattern in ROUTES:
        if pattern.startswith("races/"):
            called = pattern.replace("races/*", "races/r1").replace("actors/*", "actors/a")
            assert f"`{method} /_condemu/{called}" in PAGE, called
    assert [name for name in races.MEMBERS if f"`{name}`" not in PAGE] == []
    assert [word for word in {*by_hand.WORDS, *races.WORDS} if f"`{word}`" not in PAGE] == []

"""docs/checker.md: its programs run one after the other and print what the page shows; its picture is what they draw."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from condemu import cli
from condemu.lab import findings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "checker.md").read_text()
BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def ran(monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[list[str], list[str]]:
    """What each example printed, and what the page says that it prints."""
    monkeypatch.chdir(folder)
    names: dict[str, object] = {"__name__": "page"}
    printed, shown, codes, said = [], [], [], ""
    for kind, text in BLOCK.findall(PAGE):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            if kind == "python":
                exec(compile(text, "docs/checker.md", "exec"), names)
            elif kind == "sh":
                codes.append(cli.main(shlex.split(text)[1:]))
        said += output.getvalue()
        if kind == "text":
            printed.append(said.strip())
            shown.append(text.strip())
            said = ""
    assert len(shown) == 3
    assert codes == [1]
    return printed, shown


def test_the_examples_print_and_draw_what_the_page_shows(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    printed, shown = ran(monkeypatch, tmp_path)
    assert printed == shown
    assert (tmp_path / "race.svg").read_text() == (ROOT / "docs" / "checker.svg").read_text()


def test_every_kind_of_finding_has_its_row():
    rows = set(re.findall(r"^\| ([a-z, ]+) \|", PAGE, re.MULTILINE)) - {"finding"}
    assert rows == set(findings.KINDS)

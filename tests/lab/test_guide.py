"""docs/race-lab.md is right: its files are a project whose tests pass, but for the one whose failure is drawn there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from condemu.lab import RaceFound, explore, seconds
from condemu.lab.faults import ALSO, WORDS
from condemu.testing import mock_aws
from tests.projects import run

PAGE = (Path(__file__).parents[2] / "docs" / "race-lab.md").read_text()
FILES = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(DRAWING,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_bug_is_found_and_drawn_as_on_the_page(project):
    counts, output = run(project, "test_lease.py")
    assert counts == {"failed": 1}, output
    told = "\n".join(line.removeprefix("E").strip() for line in output.splitlines())
    for line in DRAWING.splitlines():
        assert line.strip() in told, f"not told: {line}"


def test_the_picture_on_the_page_is_that_of_the_failure(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(str(project))
    module = importlib.import_module("test_lease")
    with mock_aws(), pytest.raises(RaceFound) as found:
        explore(module.nightly, module.daemon, setup=module.setup, check=module.check, time_passes=[seconds(31)])
    drawn = (Path(__file__).parents[2] / "docs" / "lease.svg").read_text()
    assert found.value.svg == drawn
    root = ElementTree.fromstring(drawn)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "DeleteObject locks/nightly" in words
    assert "31 s pass" in words
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 5


def test_the_order_on_the_page_fails_again(project):
    token = re.search(r"CONDEMU_SCHEDULE=(v1\S+)", DRAWING)
    assert token is not None
    counts, output = run(project, "test_lease.py", f"--condemu-schedule={token[1]}")
    assert counts == {"failed": 1}
    assert "FAILED after 1 schedule:" in output


def test_all_other_examples_pass(project):
    counts, output = run(project, "--deselect", "test_lease.py")
    assert set(counts) == {"passed"}, output
    assert counts["passed"] >= 8


def test_the_table_of_faults_is_complete():
    rows = re.findall(r"^\| (`[a-z].*?) \|", PAGE, re.MULTILINE)
    words = {word for row in rows for word in re.findall(r"`([a-z_-]+)`", row)}
    assert words == set(WORDS) - {"delay"}
    assert not words & set(ALSO)

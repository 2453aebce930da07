"""Tests written for moto have the same outcomes with one import changed: collected, passed, failed; planted failures too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

FORMS = sorted((Path(__file__).parent / "forms").glob("form_*.py"))


def outcomes(folder: Path, changed: tuple[str, str] | None) -> dict[str, str]:
    """The outcome of each test of the forms, run by pytest in a process of its own, as a user of either would."""
    folder.mkdir()
    for form in FORMS:
        text = form.read_text()
        (folder / f"test_{form.name}").write_text(text if changed is None else text.replace(*changed))
    report = folder / "report.xml"
    words = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", f"--rootdir={folder}", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert report.is_file(), done.stdout + done.stderr
    return {
        f"{case.get('classname')}.{case.get('name')}": "failed" if len(case) and case[0].tag in ("failure", "error") else "passed"
        for case in ElementTree.parse(report).iter("testcase")
    }


@pytest.mark.long
def test_files_written_for_moto_have_the_same_outcomes_with_one_import_changed(tmp_path):
    assert len(FORMS) == 15
    moto = outcomes(tmp_path / "moto", None)
    here = outcomes(tmp_path / "condemu", ("from moto import", "from condemu.testing import"))
    assert here == moto
    planted = {name for name, outcome in moto.items() if outcome == "failed"}
    assert len(planted) >= 6
    assert len(moto) >= 36

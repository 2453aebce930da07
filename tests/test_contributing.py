"""CONTRIBUTING.md's example of adding an operation, carried out on a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
SECTION = PAGE.partition("## To add an operation\n")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with all that the text tells."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for name in ("condemu", "conformance", "docs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for language, name, text in re.findall(r"^```(python|diff)\n# (\S+)\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL):
        if language == "python":
            assert not (folder / name).exists(), f"{name} is there already"
            (folder / name).write_text(text)
        else:
            (folder / name).write_text(patched((folder / name).read_text(), text, name))
    for command in re.findall(r"^```sh\npython (\S+)\n```", SECTION, re.MULTILINE):
        run(folder, [command])
    return folder


def patched(source: str, diff: str, name: str) -> str:
    """The source with each group of removed lines replaced by the added lines behind it. A group must be there exactly once."""
    for removed, added in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", diff, re.MULTILINE):
        old, new = ("".join(line[1:] + "\n" for line in lines.splitlines()) for lines in (removed, added))
        assert source.count(old) == 1, f"{name}: {source.count(old)} times {old!r}"
        source = source.replace(old, new)
    return source


def run(folder: Path, words: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_new_tests_pass_and_so_do_those_of_the_tables(copy: Path) -> None:
    new = re.findall(r"^# (tests/\S+)$", SECTION, re.MULTILINE)
    told = run(copy, ["-m", "pytest", "-p", "no:cacheprovider", *new, "tests/s3/test_s3_operations.py"])
    assert "failed" not in told
    done = (copy / "docs" / "s3-compatibility.md").read_text().partition("Members without effect")[0]
    assert "`DeleteBucketMetadataTableConfiguration`" in done


def test_what_was_added_is_of_the_houses_style(copy: Path) -> None:
    files = re.findall(r"^# ((?:condemu|tests)/\S+)$", SECTION, re.MULTILINE)
    assert len(files) > 2
    run(copy, ["-m", "ruff", "check", *files])
    run(copy, ["-m", "mypy", "-p", "condemu.s3.buckets.metadata_table"])


def test_without_the_example_the_operation_is_still_missing() -> None:
    """Else the example has to choose another one."""
    missing = (ROOT / "docs" / "s3-compatibility.md").read_text().partition("answer 501")[2]
    assert "`DeleteBucketMetadataTableConfiguration`" in missing

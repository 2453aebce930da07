"""The README is true: its examples run, its commands are those that CI runs, its tables are complete."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from condemu.auth.credentials import read_credentials
from condemu.cli import COMMANDS, parser
from condemu.server.admin import ACTIONS
from condemu.server.app import build
from condemu.server.config import Config
from tests.server.conftest import serving

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_python_examples_run_and_print_what_they_say(monkeypatch):
    """In order, as one program. A comment behind a print is what it prints."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    program = "".join(blocks("python"))
    said = re.findall(r"^print\(.*\)  # (.*)$", program, re.MULTILINE) + re.findall(
        r"^    print\(.*\)  # (.*)$", program, re.MULTILINE
    )
    output = io.StringIO()
    with serving(build()) as (host, port), contextlib.redirect_stdout(output):
        exec(compile(program.replace("http://127.0.0.1:4566", f"http://{host}:{port}"), "README.md", "exec"), {})
    printed = output.getvalue().splitlines()
    assert len(said) > 2
    assert [line for line in said if line not in printed] == []


def test_the_test_in_it_passes(s3_client):
    """The last example is a test: run it with the fixture that it asks for."""
    names: dict[str, object] = {}
    exec(compile(blocks("python")[-1], "README.md", "exec"), names)
    names["test_only_one_leader_is_elected"](s3_client)  # type: ignore[operator]


@pytest.mark.parametrize("condition", [True, False])
def test_a_lock_of_ones_own_is_tested_as_the_readme_shows(tmp_path: Path, condition: bool) -> None:
    """A stranger's folder: both tests pass, and both fail if the lock forgets its condition, as the text says."""
    files = {block.splitlines()[0].removeprefix("# "): block for block in blocks("py") if block.startswith("# ")}
    assert set(files) == {"lock.py", "test_lock.py"}
    for name, text in files.items():
        (tmp_path / name).write_text(text if condition else text.replace(', IfNoneMatch="*"', ""))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1800)
    assert ("2 passed" if condition else "2 failed") in done.stdout, done.stdout + done.stderr


def test_a_setting_that_the_readme_shows_is_usable(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    assert len(read_credentials(block)) == 1


def test_every_link_leads_somewhere() -> None:
    """In the README and in every page of docs: files of the repository, and headings of pages."""
    for page in (ROOT / "README.md", *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "conformance" / "README.md"):
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            assert path.exists(), f"{page.name}: {target}"
            if anchor:
                titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


def test_the_compose_file_serves_this_machine_alone() -> None:
    yaml = pytest.importorskip("yaml")
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["condemu"]
    assert service["ports"] == ["127.0.0.1:4566:4566"]
    assert service["read_only"]
    assert service["tmpfs"] == ["/tmp"]
    for name in service["environment"]:
        assert name.removeprefix("CONDEMU_").lower() in {field.name for field in fields(Config)}


def test_ci_runs_the_test_command_word_for_word():
    command = next(block.strip() for block in blocks("sh") if "[dev]" in block)
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_start_command_starts_what_is_installed():
    assert any(block.strip().endswith("condemu serve") for block in blocks("sh"))
    assert 'condemu = "condemu.cli:main"' in (ROOT / "pyproject.toml").read_text()


def test_every_command_and_every_setting_is_in_its_table():
    assert re.findall(r"^\| `condemu (\w+)` \|", README, re.MULTILINE) == list(COMMANDS)
    rows = re.findall(r"^\| `--([\w-]+)` \| `CONDEMU_(\w+)` \| ([^|]*)\|", README, re.MULTILINE)
    assert [flag.replace("-", "_") for flag, _, _ in rows] == [field.name for field in fields(Config)]
    assert [variable.lower() for _, variable, _ in rows] == [field.name for field in fields(Config)]
    for field, (flag, _, default) in zip(fields(Config), rows, strict=True):
        assert hasattr(parser().parse_args(["serve", f"--{flag}", "1"]), field.name)
        assert default.strip(" `") == str(field.default) or field.default in ("", ()) or field.name.startswith("spool")


@pytest.mark.parametrize("path", sorted({path for _, path in ACTIONS if path.startswith("/_condemu")}))
def test_every_administrative_path_is_in_its_table(path):
    assert re.search(rf"^\| `(GET|POST) {path}`", README, re.MULTILINE)

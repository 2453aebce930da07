"""What is installed: the names that it takes, the files that it carries, and the suite under its installed name."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = ROOT / "requirements-dev.lock"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_takes_two_names_and_both_begin_with_condemu(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"condemu", "condemu_conformance"}
    assert "condemu/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert "condemu_conformance/cases/policy_cases.json" in names


@pytest.mark.long
@pytest.mark.parametrize("command", ["conformance", "certify"])
def test_the_installed_suite_runs_beside_a_folder_called_conformance(wheel: Path, tmp_path: Path, command: str) -> None:
    """`python -m` puts the working directory first on the path, so that the user's folder would win by its name."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    theirs = tmp_path / "project" / "conformance"
    theirs.mkdir(parents=True)
    (theirs / "__init__.py").write_text("raise SystemExit('the folder of the user was imported')\n")
    program = (
        "import sys; from condemu.cli import main; from condemu.testing.server import Server\n"
        "if sys.argv[1] == 'conformance': sys.exit(main([*sys.argv[1:], '-k', 'test_put_from_two_readers_of_one_etag']))\n"
        "with Server() as server: sys.exit(main(['certify', server.url, '--services', 'races', '--out', 'page']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-c", program, command], cwd=theirs.parent, env=environment, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 as AWS" in done.stdout if command == "conformance" else (theirs.parent / "page" / "badge.svg").exists()


@pytest.mark.parametrize("path", sorted((ROOT / "conformance").rglob("*.py")), ids=lambda path: path.stem)
def test_the_suite_imports_itself_relatively(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        assert [name for name in names if name.split(".")[0] in ("conformance", "condemu_conformance")] == []


def test_the_lock_file_has_every_dependency_in_a_version_that_is_asked_for() -> None:
    """The first line of the file says which command writes it anew."""
    pins: dict[str, list[str]] = {}
    for line in LOCK.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).extend(specifier.version for specifier in pin.specifier)
    asked = [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]]
    missing = [
        str(requirement)
        for requirement in asked
        if not any(requirement.specifier.contains(version) for version in pins.get(canonicalize_name(requirement.name), []))
    ]
    assert missing == []
    assert len(asked) > 20

"""Races in JavaScript, Go, Java and Rust over HTTP: each finds the lost update, runs it again the same, and draws it as all do.

What compiles takes minutes (`pytest -m long`), and needs its packages on this machine: no test fetches anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from condemu.testing.server import Server

ROOT = Path(__file__).parents[2]
RACES = ROOT / "examples" / "races"
DRAWING = re.findall(r"^```text\n(.*?)^```", (ROOT / "docs" / "races-over-http.md").read_text(), re.MULTILINE | re.DOTALL)[0]
NODE_MODULES = ROOT / "tests" / "clients" / "js" / "node_modules"


def has(*tools: str) -> pytest.MarkDecorator:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{' and '.join(missing)} is not installed")


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=3600, check=False
    )


def packages(command: list[str], folder: Path, **environment: str) -> None:
    """Skip where the packages are not here."""
    found = run(command, folder, **environment)
    if found.returncode:
        pytest.skip(f"its packages are not on this machine: {(found.stderr or found.stdout).strip()[-200:]}")


def copied(language: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(RACES / language, tmp_path / language))


def finds_the_lost_update(command: list[str], folder: Path) -> None:
    with Server() as server:
        done = run([*command, server.url], folder)
    assert done.returncode == 0, done.stderr
    found, again, held = re.split(r"\n\n(?=FAILED|\d)", done.stdout.strip())[:3]
    assert found.strip() == DRAWING.strip()
    assert again.strip() == DRAWING.strip().replace("after 2 schedules", "after 1 schedule")
    assert re.match(r"\d+ schedules: every order there is", held)


@has("node")
@pytest.mark.skipif(not NODE_MODULES.is_dir(), reason="`npm ci` was not run in tests/clients/js")
def test_javascript_finds_the_lost_update_and_draws_it(tmp_path):
    folder = copied("javascript", tmp_path)
    (folder / "node_modules").symlink_to(NODE_MODULES)
    finds_the_lost_update(["node", "race.mjs"], folder)


@pytest.mark.long
@has("go")
def test_go_finds_the_lost_update_and_draws_it(tmp_path):
    folder = copied("go", tmp_path)
    packages(["go", "list", "-deps", "./..."], folder, GOPROXY="off", GOFLAGS="-mod=mod")
    built = run(["go", "build", "-o", "race", "."], folder, GOPROXY="off")
    assert built.returncode == 0, built.stderr
    finds_the_lost_update(["./race"], folder)


@pytest.mark.long
@has("java", "mvn")
def test_java_finds_the_lost_update_and_draws_it(tmp_path):
    folder = copied("java", tmp_path)
    packages(["mvn", "-o", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"], folder)
    finds_the_lost_update(["java", "-cp", "lib/*", "Race.java"], folder)


@pytest.mark.exhaustive
@has("cargo")
def test_rust_finds_the_lost_update_and_draws_it(tmp_path):
    folder = copied("rust", tmp_path)
    packages(["cargo", "fetch", "--offline"], folder)
    built = run(["cargo", "build", "--offline"], folder)
    assert built.returncode == 0, built.stderr
    finds_the_lost_update(["target/debug/race"], folder)

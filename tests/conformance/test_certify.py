"""`condemu certify`: it asks whether somebody answers, says how far it is, and keeps what it found when it is interrupted."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from condemu.testing.server import Server
from conformance.progress import Progress
from conformance.selection import Unreadable, selection

ROOT = Path(__file__).parents[2]

# Ctrl-C after five cases, as Python sees it.
INTERRUPTED = """
import sys
from conformance import certificate, cli

class Impatient(certificate.Progress):
    def pytest_runtest_logreport(self, report):
        super().pytest_runtest_logreport(report)
        if self.done == 5 and report.when == "teardown":
            raise KeyboardInterrupt

certificate.Progress = Impatient
sys.exit(cli.main(["certify", *sys.argv[1:]]))
"""


def certify(url: str, folder: Path, *words: str, program: tuple[str, ...] = ("-m", "conformance", "certify")):
    command = [sys.executable, *program, url, "--out", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_a_url_at_which_nothing_answers_is_said_before_a_case_is_tried(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = certify(f"http://127.0.0.1:{port}", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith(f"condemu: nothing answers at http://127.0.0.1:{port}: ")
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()
    assert "is no URL" in certify("localhost:4566", tmp_path / "out").stderr


def test_a_run_says_how_far_it_is_and_writes_its_reports(tmp_path: Path) -> None:
    with Server() as server:
        done = certify(server.url, tmp_path, "-k", "s3/test_write_conditions and answers_409")
    assert done.returncode == 0, done.stdout + done.stderr
    total = len(json.loads((tmp_path / "results.json").read_text())["cases"])
    assert f"{total} of {total} cases, 0 not as AWS" in done.stdout
    assert done.stdout.splitlines()[-1].startswith(f"{server.url}: {total}/{total} rules. See ")
    assert {"badge.svg", "index.html", "junit.xml", "results.json", "results.md"} <= {file.name for file in tmp_path.iterdir()}


def test_an_interrupted_run_writes_what_it_found_and_says_that_it_is_a_part(tmp_path: Path) -> None:
    with Server() as server:
        done = certify(server.url, tmp_path, "-k", "s3/test_write_conditions", program=("-c", INTERRUPTED))
    assert done.returncode == 130, done.stdout + done.stderr
    cases = json.loads((tmp_path / "results.json").read_text())["cases"]
    left = sum(case["outcome"] == "not run" for case in cases)
    assert len(cases) - left == 5
    assert f"5/5 rules, interrupted with {left} to go" in done.stdout
    assert "interrupted" in (tmp_path / "badge.svg").read_text()
    assert "not run" in (tmp_path / "index.html").read_text()


def test_an_expression_does_not_match_the_folder_that_the_suite_is_in(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "run", "-k", "conformance"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert " deselected" in done.stdout


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ("s3", "ab"),
        ("not s3", "c"),
        ("test_a or test_c and dynamodb", "ac"),
        ("(test_a or test_c) and dynamodb", "c"),
        ("IF_MATCH=Etag", "b"),
        ("s3 and not (test_a)", "b"),
    ],
)
def test_an_expression_is_read_as_pytest_reads_it(expression: str, chosen: str) -> None:
    ids = {"a": "s3/m::test_a", "b": "s3/m::test_b[if_match=etag]", "c": "dynamodb/m::test_c"}
    assert "".join(name for name, identity in ids.items() if selection(expression)(identity)) == chosen


@pytest.mark.parametrize("expression", ["", "a and", "or", "(a", "a)", "a b", "not"])
def test_an_expression_that_means_nothing_is_refused(expression: str) -> None:
    with pytest.raises(Unreadable):
        selection(expression)


def test_progress_is_told_in_tenths_where_nobody_watches() -> None:
    told, times = io.StringIO(), iter(range(100))
    progress = Progress(told, lambda: next(times))
    progress.pytest_collection_finish(SimpleNamespace(items=[None] * 20))
    for number in range(20):
        for when in ("setup", "call", "teardown"):
            failed = number == 3 and when == "call"
            progress.pytest_runtest_logreport(SimpleNamespace(when=when, failed=failed, passed=not failed))
    lines = told.getvalue().splitlines()
    assert lines[:2] == ["20 cases", "2 of 20 cases, 0 not as AWS, 0:02, about 0:18 left"]
    assert lines[-1] == "20 of 20 cases, 1 not as AWS, 0:20"
    assert len(lines) == 11

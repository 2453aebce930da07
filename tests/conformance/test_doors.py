"""The suite's commands: what they print, what they write, and how they end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from condemu.cli import main as condemu
from conformance.cli import main as suite


def test_the_suite_is_a_command_of_condemu(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        condemu(["conformance", "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: condemu conformance")


def test_aws_is_announced_and_not_touched_without_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert condemu(["conformance", "--target", "aws"]) == 2
    told = capsys.readouterr().out
    assert "Nothing was created" in told
    assert '"s3:PutObject"' in told
    assert "US$" in told


def test_an_sdk_that_cannot_send_all_conditions_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("boto3.__version__", "1.40.9")
    assert condemu(["conformance", "-k", "nothing"]) == 2
    assert "boto3>=1.41" in capsys.readouterr().err


def test_the_sweeper_wants_a_yes_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(["sweep"]) == 2
    assert "--yes" in capsys.readouterr().err


def test_a_run_over_a_socket_writes_every_report(tmp_path: Path) -> None:
    words = ["--target", "condemu", "-k", "test_put_from_two_readers_of_one_etag"]
    files = {kind: tmp_path / f"r.{kind}" for kind in ("json", "markdown", "html", "junit")}
    for kind, path in files.items():
        words += [f"--{kind}", str(path)]
    ended = subprocess.run([sys.executable, "-m", "conformance", "run", *words], capture_output=True, text=True, timeout=1800)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    document = json.loads(files["json"].read_text())
    assert [(case["outcome"], case["evidence"]) for case in document["cases"]] == [("as AWS", "documented")]
    assert [exchange["status"] for exchange in document["cases"][0]["exchanges"]][:3] == [200, 200, 412]
    assert "| as AWS |" in files["markdown"].read_text()
    assert "Of two writers that read the same ETag" in files["html"].read_text()
    assert "<testsuite" in files["junit"].read_text()


def test_a_store_is_certified_by_its_url(tmp_path: Path) -> None:
    """The black-box part, on a part of the rules: the whole of it is what `condemu conformance` runs anyway."""
    program = (
        "import sys; from condemu.testing.server import Server; from conformance.cli import main\n"
        "with Server() as server: sys.exit(main(['certify', server.url, '--services', 'races', '--out', sys.argv[1]]))"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=1800)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", "results.json", "results.md", "badge.svg", "junit.xml"}
    assert "rules" in (tmp_path / "badge.svg").read_text()


def test_a_case_that_would_be_the_targets_end_is_not_sent(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        words = ["--target", url, "--target-name", "dynalite", "-k", "alt-0691", "--json", str(results)]
        command = [sys.executable, "-m", "conformance", "run", *words]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as ended:
            listener.settimeout(1800)
            asked, _ = listener.accept()  # whether anybody answers here at all
            with asked:
                assert asked.recv(1000).startswith(b"GET / ")
                asked.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            ended.wait(1800)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert ended.returncode == 1
    (case,) = json.loads(results.read_text())["cases"]
    assert (case["outcome"], case["detail"]) == ("broken", "not sent: it would hang for ever")

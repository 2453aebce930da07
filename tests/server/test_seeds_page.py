"""docs/seeds.md: its files are a seed, its program prints what it says, its sentence is the one that is told."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from condemu.data_cli import COMMANDS
from condemu.server.init_hooks import DIRECTORIES, ERROR, RUNNING, SUCCESSFUL, UNKNOWN
from condemu.server.state_files.buckets import MEMBERS
from tests.server.test_cli import ask, run, served

PAGE = (Path(__file__).parents[2] / "docs" / "seeds.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    bucket, table, domain = blocks("json")
    root = tmp_path / "seed"
    for name, held in {
        "s3/reports/2026/01/sales.csv": "a,b\n", "s3/reports.json": bucket, "s3/locks.json": "{}", "dynamodb/orders.json": table,
        "dynamodb/orders.items.json": '{"Items": [{"id": {"S": "o-3"}}], "Count": 1, "ScannedCount": 1}',
        "simpledb/users.json": domain,
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(held)
    [shown] = [block for block in blocks("text") if block.startswith("seed/")]
    assert set(re.findall(r"[\w.]+\.(?:json|csv)\b", shown)) >= {path.name for path in root.rglob("*") if path.is_file()}
    return root


def test_the_program_prints_what_it_says(seed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(seed.parent)
    output = io.StringIO()
    [program] = blocks("python")
    with contextlib.redirect_stdout(output):
        exec(compile(program, "docs/seeds.md", "exec"), {"__name__": "example"})
    assert output.getvalue().splitlines() == re.findall(r"print\(.*\)  # (.*)$", program, re.MULTILINE)


def test_the_commands_serve_save_and_load(seed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(seed.parent)
    lines = [line.split()[1:] for block in blocks("sh") for line in block.splitlines() if line.startswith("condemu ")]
    assert lines[0] == ["serve", "--seed", "seed"]
    assert {line[1] for line in lines if line[0] == "data"} <= set(COMMANDS)
    with served(*lines[0][1:]) as (_, url):
        assert ask(url, "GET", "/reports/2026/01/sales.csv") == (200, b"a,b\n")
        for words in lines[1:-1]:
            assert run(*words, CONDEMU_URL=url).returncode == 0
    for seed_of in (lines[-1][2], "new-seed"):
        with served("--seed", seed_of) as (_, url):
            assert ask(url, "HEAD", "/reports/folder/")[0] == 200


def test_the_sentence_is_the_one_that_is_told(seed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(seed.parent)
    table = seed / "dynamodb" / "orders.json"
    table.write_text(table.read_text().replace('"id": {"S": "o-2"}', '"id": {"N": "2"}'))
    [sentence] = [block for block in blocks("text") if block.startswith("condemu: ")]
    done = run("serve", "--port", "0", "--seed", "seed")
    assert (done.returncode, done.stderr) == (1, sentence)


def test_the_mark_of_the_page_gives_a_test_its_seed(seed: Path) -> None:
    [mark] = re.findall(r"`(@pytest\.mark\.condemu\(seed=.*?\))`", PAGE)
    seed.rename(seed.parent / "tests-seed")
    (seed.parent / "test_it.py").write_text(
        f"import pytest\n\n{mark.replace('tests/seed', 'tests-seed')}\n"
        "def test_it(s3_client):\n    assert s3_client.head_object(Bucket='reports', Key='folder/')['ContentLength'] == 0\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    done = subprocess.run(command, cwd=seed.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.skipif(os.name != "posix", reason="the script is for a POSIX shell")
def test_the_script_makes_what_it_says(tmp_path: Path) -> None:
    [script] = [block for block in blocks("sh") if block.startswith("#!")]
    (tmp_path / "init").mkdir()
    (tmp_path / "init" / "uploads.sh").write_text(script)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with served("--init-dir", str(tmp_path / "init"), PATH=path) as (_, url):
        assert b"<Status>Enabled</Status>" in ask(url, "GET", "/uploads?versioning")[1]


def test_the_directories_and_the_states_of_scripts_are_on_the_page() -> None:
    assert re.findall(r"^\d\. `(/etc/\S+)`", PAGE, re.MULTILINE) == list(DIRECTORIES)
    assert ", ".join(f"`{state}`" for state in (UNKNOWN, RUNNING, SUCCESSFUL, ERROR)) in PAGE


def test_every_member_of_a_buckets_file_is_in_the_table() -> None:
    rows = PAGE.partition("| members | |")[2].partition("###")[0]
    assert set(re.findall(r"`(\w+)`", rows)) - {"Key", "Body"} == set(MEMBERS)

"""docs/storage.md, and `condemu data` on directories, in processes of their own as a person runs them."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from condemu.shell import data_directories
from tests.storage.crashes import Connection, Served
from tests.storage.test_damage import held, log_of, written

PAGE = (Path(__file__).parents[2] / "docs" / "storage.md").read_text()


def condemu(*words: str, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", "condemu.cli", *words], cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def rows(after: str) -> list[list[str]]:
    """The table that follows a sentence of the page."""
    lines = PAGE.partition(after)[2].split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def test_the_page_lists_the_files_that_a_data_directory_has(tmp_path):
    server = Served(tmp_path / "state", "--snapshot-after", "1")
    connection = Connection(server.port)
    assert connection.send("PUT", "/bucket")[0] == 200
    assert connection.send("PUT", "/bucket/large", bytes(70_000))[0] == 200
    while not list((tmp_path / "state").glob("snapshot-*.cdm")):
        assert connection.send("PUT", "/bucket/key", b"x")[0] == 200
    server.stop()
    named = [re.escape(row[0].strip("`")).replace("…", "[^/]+") for row in rows("It has these files:")]
    state = tmp_path / "state"
    found = [str(path.relative_to(state)) for path in state.rglob("*") if path.is_file()]
    assert [name for name in found if not any(re.fullmatch(pattern, name) for pattern in named)] == []
    assert [pattern for pattern in named if not any(re.fullmatch(pattern, name) for name in found)] == []


def test_the_commands_of_the_page_do_what_it_says(tmp_path):
    written(tmp_path / "state")
    export, import_ = re.findall(r"^condemu (data (?:export|import).*)$", PAGE, re.MULTILINE)
    status, said, _ = condemu(*export.split(), cwd=tmp_path)
    assert (status, said) == (0, f"state.zip: {(tmp_path / 'state.zip').stat().st_size} bytes\n")
    status, said, _ = condemu(*import_.split(), cwd=tmp_path)
    assert (status, said) == (0, "./new-state holds what state.zip does\n")
    assert held(tmp_path / "new-state") == held(tmp_path / "state") != []


def test_check_and_repair_say_what_they_found(tmp_path):
    written(tmp_path / "state")
    assert condemu("data", "check", "state", cwd=tmp_path)[:2] == (
        0, "state: no snapshot, commits up to 13, 14 entries\nall of it is sound\n"
    )  # fmt: skip
    assert condemu("data", "repair", "state", cwd=tmp_path)[0] == 0
    assert not list((tmp_path / "state").glob("damaged-*"))
    os.truncate(log_of(tmp_path / "state"), log_of(tmp_path / "state").stat().st_size - 1)
    status, said, _ = condemu("data", "check", "state", cwd=tmp_path)
    assert status == 1
    assert "commit 13 was acknowledged, commits up to 12 are intact" in said
    status, _, said = condemu("serve", "--port", "0", "--data", "state", cwd=tmp_path)
    assert (status, said.count("\n")) == (1, 1)
    assert "`condemu data check state` says more; `condemu data repair state` goes on with what is intact" in said
    status, said, _ = condemu("data", "repair", "state", cwd=tmp_path)
    assert status == 0
    assert "what was damaged is in state/damaged-1" in said
    assert held(tmp_path / "state") == list(range(11))


@pytest.mark.parametrize(("command", "said"), [
    ("check", "condemu: nowhere is no data directory: there is no condemu.json in it\n"),
    ("repair", "condemu: nowhere is no data directory: there is no condemu.json in it\n"),
    ("export", "condemu: nowhere: there is no such directory\n"),
])  # fmt: skip
def test_a_directory_that_is_not_there_is_named_and_not_made(tmp_path, command, said):
    words = ("nowhere", "file.zip") if command == "export" else ("nowhere",)
    assert condemu("data", command, *words, cwd=tmp_path) == (1, "", said)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_directory_is_not_exported_and_stays_empty(tmp_path):
    """It was made a data directory, and its nothing a file."""
    (tmp_path / "empty").mkdir()
    said = "condemu: empty is no data directory: there is no condemu.json in it\n"
    assert condemu("data", "export", "empty", "file.zip", cwd=tmp_path) == (1, "", said)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_an_import_of_no_snapshot_leaves_nothing(tmp_path):
    (tmp_path / "file.zip").write_bytes(b"no zip")
    status, _, said = condemu("data", "import", "state", "file.zip", cwd=tmp_path)
    assert status == 1
    assert said.startswith("condemu: file.zip: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "state").exists() or list((tmp_path / "state").iterdir()) == []


def test_an_import_that_the_disk_ends_leaves_nothing_so_that_it_can_be_tried_again(tmp_path, monkeypatch, capsys):
    async def fails(*_):
        raise OSError(28, "No space left on device", "log")

    (tmp_path / "file.zip").write_bytes(b"no zip")
    monkeypatch.setattr(data_directories, "_load", fails)
    options = argparse.Namespace(directory=str(tmp_path / "state"), file=str(tmp_path / "file.zip"), bucket_names="global")
    assert data_directories.import_(options) == 1
    assert capsys.readouterr().err == "condemu: log: No space left on device\n"
    assert list((tmp_path / "state").iterdir()) == []


def test_an_import_into_a_directory_with_something_in_it_is_refused(tmp_path):
    written(tmp_path / "state")
    before = held(tmp_path / "state")
    (tmp_path / "file.zip").write_bytes(b"no zip")
    status, _, said = condemu("data", "import", "state", "file.zip", cwd=tmp_path)
    assert (status, said) == (1, "condemu: state is not empty; a snapshot is imported into a new directory\n")
    assert held(tmp_path / "state") == before


def test_a_directory_that_cannot_be_written_is_refused_in_one_sentence(tmp_path):
    disk = tmp_path / "state"
    disk.mkdir(mode=0o500)
    why = "Permission denied"
    if os.geteuid() == 0:  # who may write anywhere, but to a disk that cannot be written
        why = "Read-only file system"
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "condemu-test", disk], capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"a disk that cannot be written cannot be made here: {made.stderr.strip()}")
    try:
        status, _, said = condemu("serve", "--port", "0", "--data", "state", cwd=tmp_path)
        assert (status, said) == (1, f"condemu: state cannot be used as a data directory: {why}\n")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", disk], check=True)


def test_a_second_process_is_refused_in_one_sentence(tmp_path):
    server = Served(tmp_path / "state")
    status, _, said = condemu("serve", "--port", "0", "--data", "state", cwd=tmp_path)
    assert (status, said) == (
        1, f"condemu: state is in use by process {server.process.pid}; it belongs to one condemu at a time\n"
    )  # fmt: skip
    assert Connection(server.port).send("PUT", "/bucket")[0] == 200
    server.stop()

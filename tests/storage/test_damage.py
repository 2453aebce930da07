"""A data directory that is not as it was left: what is noticed, what is refused, and how to go on."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from condemu.core.effects import CountingIds, ManualClock
from condemu.server.state import SPACES
from condemu.storage.data_directory import DataUnusable
from condemu.storage.file_log import acknowledge
from condemu.storage.frames import framed, frames
from condemu.storage.repair import Inspected
from tests.state.accounts import World

ACCOUNT = "000000000000"
WRITES = 12


def written(path: Path, writes: int = WRITES) -> None:
    """A bucket, and objects "0", "1" … of which each is one commit."""
    world = World(data=str(path))
    assert world.s3(ACCOUNT, "PUT", "/bucket").status == 200
    for number in range(writes):
        assert world.s3(ACCOUNT, "PUT", f"/bucket/{number}", b"content %d" % number).status == 200
    world.emulator.close()


def held(path: Path) -> list[int]:
    """The numbers of the objects that are there, all of them whole."""
    world = World(data=str(path))
    try:
        found = []
        for number in range(WRITES + 5):
            answer = world.s3(ACCOUNT, "GET", f"/bucket/{number}")
            if answer.status == 200:
                assert body_of(answer) == b"content %d" % number
                found.append(number)
        return found
    finally:
        world.emulator.close()


def body_of(answer):
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def inspected(path: Path) -> Inspected:
    return Inspected(str(path), SPACES, ManualClock(), CountingIds("inspected"))


def log_of(path: Path) -> Path:
    return max(path.glob("log-*.cdm"))


def test_a_directory_that_was_left_in_order_is_sound(tmp_path):
    written(tmp_path)
    found = inspected(tmp_path)
    assert found.report.sound
    assert found.report.intact == found.report.acknowledged == WRITES + 1
    found.close()
    assert held(tmp_path) == list(range(WRITES))


@pytest.mark.parametrize("place", range(8))
def test_any_flipped_bit_is_found_and_nothing_before_it_is_lost(tmp_path, place):
    written(tmp_path / "data")
    log = log_of(tmp_path / "data")
    pieces = list(frames(str(log), b"condemu log, format 1\n"))
    content = log.read_bytes()
    at = pieces[2].start + (len(content) - pieces[2].start) * (2 * place + 1) // 16
    log.write_bytes(content[:at] + bytes([content[at] ^ 1 << place]) + content[at + 1 :])
    intact = sum(frame.end <= at for frame in pieces)
    with pytest.raises(DataUnusable, match=f"commits up to {intact} are intact.*condemu data repair"):
        World(data=str(tmp_path / "data"))
    found = inspected(tmp_path / "data")
    assert not found.report.sound
    assert found.report.intact == intact
    aside = found.repair()
    found.close()
    assert os.listdir(aside) == [log.name]
    assert held(tmp_path / "data") == list(range(intact - 1))


@pytest.mark.parametrize("cut", [1, 20, 300, 2000])
def test_a_log_that_lacks_what_was_acknowledged_is_refused(tmp_path, cut):
    written(tmp_path)
    log = log_of(tmp_path)
    os.truncate(log, log.stat().st_size - cut)
    with pytest.raises(DataUnusable, match=f"commit {WRITES + 1} was acknowledged"):
        World(data=str(tmp_path))
    found = inspected(tmp_path)
    intact = found.report.intact
    found.repair()
    found.close()
    assert held(tmp_path) == list(range(intact - 1))


def test_after_a_repair_commits_are_numbered_behind_all_that_was_acknowledged(tmp_path):
    written(tmp_path)
    os.truncate(log_of(tmp_path), log_of(tmp_path).stat().st_size - 3)
    found = inspected(tmp_path)
    found.repair()
    found.close()
    world = World(data=str(tmp_path))
    assert world.store.index > WRITES + 1
    assert world.s3(ACCOUNT, "PUT", f"/bucket/{WRITES - 1}", b"content %d" % (WRITES - 1)).status == 200
    world.emulator.close()
    assert held(tmp_path) == list(range(WRITES))


@pytest.mark.parametrize("rest", [b"c", b"cdmu", b"cdmu" + bytes(20), b"cdmu" + bytes(28) + b"x" * 50, b"x" * 50])
def test_what_was_never_acknowledged_is_cut_off(tmp_path, rest):
    written(tmp_path)
    size = log_of(tmp_path).stat().st_size
    with open(log_of(tmp_path), "ab") as file:
        file.write(rest)
    found = inspected(tmp_path)
    assert found.report.sound
    assert found.report.torn
    found.close()
    assert held(tmp_path) == list(range(WRITES))
    assert log_of(tmp_path).stat().st_size == size


@pytest.mark.parametrize("room", [0, 1, 500, 300_000])
@pytest.mark.parametrize("written_of_it", [0, 1, 3, 4, 6, 20, 32, 40, 200])
def test_a_frame_that_ends_in_zeros_is_what_a_killed_process_leaves(tmp_path, written_of_it, room):
    """Even without the note of what was acknowledged it is no damage: whoever asked for it was told nothing."""
    written(tmp_path)
    log = log_of(tmp_path)
    size = log.stat().st_size
    frame = framed(WRITES + 1, WRITES + 2, b'{"commit":%d,"at":1.0,"changes":[]}' % (WRITES + 2) + b" " * 200)
    with open(log, "ab") as file:
        file.write(frame[:written_of_it] + bytes(room))
    (tmp_path / "acknowledged").unlink()
    found = inspected(tmp_path)
    assert found.report.sound
    assert bool(found.report.torn) is (written_of_it > 0)
    found.close()
    assert held(tmp_path) == list(range(WRITES))
    assert log.stat().st_size == size


def test_zeros_where_a_commit_was_acknowledged_are_damage(tmp_path):
    written(tmp_path)
    log = log_of(tmp_path)
    last = list(frames(str(log), b"condemu log, format 1\n"))[-1]
    with open(log, "r+b") as file:
        file.seek(last.start)
        file.write(bytes(last.end - last.start))
    with pytest.raises(DataUnusable, match=f"commit {WRITES + 1} was acknowledged"):
        World(data=str(tmp_path))


def test_the_room_behind_the_end_is_given_back_at_the_end(tmp_path):
    world = World(data=str(tmp_path))
    assert world.s3(ACCOUNT, "PUT", "/bucket").status == 200
    log = log_of(tmp_path)
    while_open = log.read_bytes()
    assert len(while_open) > 4096
    world.emulator.close()
    assert log.read_bytes() == while_open.rstrip(b"\0")


def test_a_whole_commit_that_was_not_acknowledged_counts_as_done(tmp_path):
    written(tmp_path)
    acknowledge(str(tmp_path), WRITES - 2)
    assert held(tmp_path) == list(range(WRITES))


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_a_damaged_snapshot_is_refused_and_what_is_sound_of_it_repaired(tmp_path, at):
    written(tmp_path)
    found = inspected(tmp_path)
    found.repair()  # makes a snapshot of a sound directory
    found.close()
    snapshot = max(tmp_path.glob("snapshot-*.cdm"))
    content = snapshot.read_bytes()
    place = int(len(content) * at)
    snapshot.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
    with pytest.raises(DataUnusable, match="is damaged at byte"):
        World(data=str(tmp_path))
    found = inspected(tmp_path)
    assert not found.report.sound
    found.repair()
    found.close()
    World(data=str(tmp_path)).emulator.close()


def test_segments_that_do_not_follow_each_other_are_refused(tmp_path):
    written(tmp_path)
    log = log_of(tmp_path)
    pieces = list(frames(str(log), b"condemu log, format 1\n"))
    content = log.read_bytes()
    log.write_bytes(content[: pieces[4].start] + content[pieces[5].start :])
    with pytest.raises(DataUnusable, match="are missing before it"):
        World(data=str(tmp_path))


def test_a_body_that_is_missing_is_named(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    world.s3(ACCOUNT, "PUT", "/bucket/large", bytes(100_000))
    world.emulator.close()
    [body] = (tmp_path / "bodies").iterdir()
    body.unlink()
    found = inspected(tmp_path)
    assert found.report.missing == (body.stem,)
    assert not found.report.sound
    found.close()


# --- what is refused, in one sentence ---------------------------------------------------------------------------------------


def test_a_directory_of_another_format_is_refused(tmp_path):
    written(tmp_path)
    (tmp_path / "condemu.json").write_text('{"format": 2, "made_by": "9.9.9"}')
    with pytest.raises(DataUnusable, match=r"has format 2, made by condemu 9\.9\.9"):
        World(data=str(tmp_path))


WITHOUT_SECRET = '{"format": 1, "made_by": "", "secret": 5}'


@pytest.mark.parametrize("damaged", ["", "{", "[]", '"text"', "{}", '{"format": 1}', WITHOUT_SECRET, "\0" * 90])
def test_a_header_that_is_damaged_is_refused_with_what_to_do_and_that_helps(tmp_path, damaged):
    written(tmp_path)
    header = tmp_path / "condemu.json"
    header.write_text(damaged)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.cdm")}
    with pytest.raises(DataUnusable, match="is damaged") as refused:
        World(data=str(tmp_path))
    with pytest.raises(DataUnusable, match="condemu data check says whether the rest is sound"):
        inspected(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.cdm")} == before
    assert header.read_text() == damaged
    header.write_text(re.search(r"write (\{.*\}) into it", str(refused.value))[1])
    assert held(tmp_path) == list(range(WRITES))


def test_a_log_of_another_format_is_refused(tmp_path):
    written(tmp_path)
    log = log_of(tmp_path)
    log.write_bytes(log.read_bytes().replace(b"format 1", b"format 7", 1))
    with pytest.raises(DataUnusable, match="is not what this version of condemu writes"):
        World(data=str(tmp_path))


def test_what_a_newer_version_keeps_is_refused(tmp_path):
    written(tmp_path)
    fewer = tuple(space for space in SPACES if space.name != "s3.object")
    with pytest.raises(DataUnusable, match="is nothing that this version of condemu keeps"):
        Inspected(str(tmp_path), fewer, ManualClock(), CountingIds())


def test_somebody_elses_directory_is_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataUnusable, match=r"is no data directory: it has 'letter\.txt' in it"):
        World(data=str(tmp_path))
    with pytest.raises(DataUnusable, match="is no data directory"):
        inspected(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_directory_in_use_is_refused(tmp_path):
    world = World(data=str(tmp_path))
    with pytest.raises(DataUnusable, match="is in use by process"):
        World(data=str(tmp_path))
    with pytest.raises(DataUnusable, match="is in use by process"):
        inspected(tmp_path)
    world.emulator.close()
    World(data=str(tmp_path)).emulator.close()


def test_a_file_is_no_directory(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataUnusable, match="cannot be used as a data directory"):
        World(data=str(tmp_path / "file"))


def test_a_copy_of_a_directory_is_another_one(tmp_path):
    written(tmp_path / "first")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    world = World(data=str(tmp_path / "first"))
    assert held(tmp_path / "second") == list(range(WRITES))
    world.emulator.close()

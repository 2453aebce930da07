"""A disk without room: what needs room is refused in the service's own form, nothing changes; with room it goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.state.accounts import World
from tests.storage.test_damage import ACCOUNT, body_of, inspected

TABLE = {
    "TableName": "table", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
}  # fmt: skip


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    path = tmp_path / "disk"
    path.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "condemu-test", path], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"a small disk cannot be made here: {made.stderr.strip()}")
    yield path
    subprocess.run(["umount", path], check=True)


@pytest.fixture
def world(small_disk: Path) -> Iterator[World]:
    world = World(data=str(small_disk / "data"))
    assert world.s3(ACCOUNT, "PUT", "/bucket").status == 200
    assert world.dynamodb(ACCOUNT, "CreateTable", **TABLE)[0] == 200
    assert world.simpledb(ACCOUNT, "CreateDomain", DomainName="domain").status == 200
    assert world.s3(ACCOUNT, "PUT", "/bucket/before", b"before").status == 200
    yield world
    world.emulator.close()


def fill(path: Path) -> Path:
    """A file that leaves no room."""
    ballast = path / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def test_a_full_disk_refuses_and_changes_nothing_and_goes_on_when_there_is_room(world, small_disk):
    ballast = fill(small_disk)
    for size in (20_000, 100):  # the log has had room ahead, which is used up now
        assert 503 in (world.s3(ACCOUNT, "PUT", f"/bucket/room/{number}", bytes(size)).status for number in range(200))
    before, index = world.everything(), world.store.index
    answers = [world.s3(ACCOUNT, "PUT", f"/bucket/{number}", bytes(20_000)) for number in range(3)]
    assert {answer.status for answer in answers} == {503}
    assert b"<Code>ServiceUnavailable</Code>" in body_of(answers[0])
    status, answer = world.dynamodb(ACCOUNT, "PutItem", TableName="table", Item={"pk": {"S": "x"}, "data": {"S": "x" * 20_000}})
    assert (status, answer["__type"].rpartition("#")[2]) == (503, "ServiceUnavailable")
    names = {f"Attribute__{n}__Name": f"a{n}" for n in range(1, 21)}
    large = names | {f"Attribute__{n}__Value": "x" * 1024 for n in range(1, 21)}
    answer = world.simpledb(ACCOUNT, "PutAttributes", DomainName="domain", ItemName="i", **large)
    assert answer.status == 503
    assert (world.everything(), world.store.index) == (before, index)
    assert world.s3(ACCOUNT, "GET", "/bucket/before").status == 200
    os.unlink(ballast)
    assert world.s3(ACCOUNT, "PUT", "/bucket/after", bytes(20_000)).status == 200
    assert world.store.index == index + 1


def test_what_a_full_disk_refused_is_not_there_after_a_restart(world, small_disk):
    ballast = fill(small_disk)
    refused = [number for number in range(40) if world.s3(ACCOUNT, "PUT", f"/bucket/{number}", bytes(9_000)).status == 503]
    assert 0 < len(refused) < 40
    os.unlink(ballast)
    world.emulator.close()
    found = inspected(small_disk / "data")
    assert found.report.sound
    found.close()
    again = World(data=str(small_disk / "data"))
    try:
        there = {number for number in range(40) if again.s3(ACCOUNT, "GET", f"/bucket/{number}").status == 200}
        assert there == set(range(40)) - set(refused)
        assert again.s3(ACCOUNT, "PUT", "/bucket/after", b"after").status == 200
    finally:
        world.emulator.close = lambda: None
        again.emulator.close()


def test_a_large_body_without_room_is_refused_and_leaves_nothing(world, small_disk):
    fill(small_disk)
    before = world.everything()
    answer = world.s3(ACCOUNT, "PUT", "/bucket/large", bytes(300_000))
    assert answer.status in (500, 503)
    assert b"<Error>" in body_of(answer)
    assert world.everything() == before
    world.emulator.blobs.settle()
    assert list((small_disk / "data" / "bodies").iterdir()) == []

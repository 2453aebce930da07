"""The log in a bucket: answers that were lost, places that were deleted, and two emulators on a third one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from test_shared import BIG, killed_before_its_commit, send, shared

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.log import LogUnavailable, Missed
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.system import SystemClock
from condemu.storage.data_directory import DataUnusable
from condemu.storage.s3_log import FRESH, OLD, S3Bodies, S3Log, S3Place, S3Snapshots
from condemu.storage.s3_objects import Answer, Objects, S3Address

Place = tuple[str, dict[str, str]]
TOKENS = count(1)


def objects(bucket: Place) -> Objects:
    return Objects(S3Address(*bucket), SystemClock())


def log_of(there: Objects) -> S3Log:
    return S3Log(there, lambda: next(TOKENS).to_bytes(16, "big"), lambda bodies: None)


@pytest.fixture
def place(bucket: Place) -> Place:
    S3Place(bucket[0], CountingIds(), SystemClock(), bucket[1])
    return bucket


@pytest.fixture
def made(bucket: Place) -> Iterator[Callable[..., Emulator]]:
    emulators: list[Emulator] = []

    def make(**settings: Any) -> Emulator:
        emulators.append(build(Config(store=bucket[0], auth="off", **settings), environment=bucket[1]))
        return emulators[-1]

    yield make
    for emulator in emulators:
        emulator.close()


def test_two_emulators_on_a_bucket_are_one(made):
    one, other = made(buckets=("mine",)), made()
    assert send(one, "PUT", "/mine/key", b"text", if_none_match="*")[0] == 200
    assert send(other, "GET", "/mine/key") == (200, b"text")
    assert send(other, "PUT", "/mine/key", b"late", if_none_match="*")[0] == 412
    assert send(other, "PUT", "/mine/long", BIG)[0] == 200
    assert send(one, "GET", "/mine/long") == (200, BIG)


def test_a_start_reads_the_newest_snapshot_and_who_missed_something_begins_anew(made):
    one, other = made(buckets=("mine",)), made()
    for turn in range(3):
        send(one, "PUT", f"/mine/{turn}", b"text")
        asyncio.run(shared(one).write_snapshot())
    assert send(made(), "GET", "/mine/0") == (200, b"text")
    assert other.engine.store.index < 3
    assert send(other, "PUT", "/mine/0", b"late", if_none_match="*")[0] == 412
    assert send(other, "PUT", "/mine/9", b"text")[0] == 200
    assert send(one, "GET", "/mine/9") == (200, b"text")


class Losing(Objects):
    """Carries requests out and loses the answer to some of them."""

    lose = 0
    conflict = 0

    def put(self, *args: Any, **options: Any) -> Answer:
        if self.conflict:
            self.conflict -= 1
            return Answer(409, b"", "ConditionalRequestConflict")
        answer = super().put(*args, **options)
        if self.lose:
            self.lose -= 1
            raise LogUnavailable("the answer was lost")
        return answer


def test_an_append_whose_answer_was_lost_is_found_to_have_happened(place):
    there = Losing(S3Address(*place), SystemClock())
    log = log_of(there)
    there.lose = 1
    assert log.append(0, 1, b"ours", [])
    assert log_of(objects(place)).read(0) == [(1, b"ours")]


def test_an_append_whose_answer_was_lost_is_found_to_have_been_forestalled(place):
    there = Losing(S3Address(*place), SystemClock())
    log = log_of(there)
    assert log_of(objects(place)).append(0, 1, b"theirs", [])
    there.lose = 1
    assert not log.append(0, 1, b"ours", [])


def test_a_conflict_is_resolved_by_trying_again(place):
    there = Losing(S3Address(*place), SystemClock())
    there.conflict = 2
    log = log_of(there)
    assert log.append(0, 1, b"ours", [])
    there.conflict = 3
    with pytest.raises(LogUnavailable):
        log.append(1, 2, b"ours", [])


def test_at_a_place_that_was_deleted_nobody_believes_an_append(place):
    late, log = log_of(objects(place)), log_of(objects(place))
    log.append(0, 1, b"1", [])
    assert late.read(0) == [(1, b"1")]
    for last in range(2, 5):
        log.append(last - 1, last, b"", [])
    snapshots = S3Snapshots(objects(place))
    objects(place).put("snapshot/00000000000000000003", b"")
    snapshots._forget(3, [])
    with pytest.raises(LogUnavailable):
        late.append(1, 2, b"a second list", [])
    with pytest.raises(Missed):
        late.read(1)


@pytest.mark.parametrize(
    ("url", "gone", "said"),
    [
        ("s3:///prefix", "", "names no bucket"),
        ("s3://bucket/x", "AWS_SECRET_ACCESS_KEY", "needs AWS_SECRET_ACCESS_KEY"),
        ("s3://nowhere/x", "", "NoSuchBucket"),
        ("s3://bucket/x?endpoint=localhost", "", "is no URL"),
        ("s3://bucket/x?endpoint=http://127.0.0.1:1", "", "Connection refused"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_refused_in_one_sentence(bucket, url, gone, said):
    environment = {name: value for name, value in bucket[1].items() if name != gone}
    with pytest.raises(DataUnusable, match=said) as refused:
        build(Config(store=url), environment=environment)
    assert "\n" not in str(refused.value)


def test_a_place_of_another_format_is_refused(place):
    objects(place).put("about.json", b'{"format": 7, "made_by": "9.9", "secret": ""}')
    with pytest.raises(DataUnusable, match=r"has format 7, made by condemu 9\.9"):
        build(Config(store=place[0]), environment=place[1])


# --- bodies that nothing names ------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours pass at once."""
    monkeypatch.setattr("condemu.storage.s3_log.LOOKS", 0)
    monkeypatch.setattr("condemu.storage.s3_log.OLD", -1.0)


def bodies_in(place: Place) -> list[str]:
    return objects(place).names("body/")


def test_what_a_process_sent_that_was_killed_before_its_commit_is_removed(bucket, made, impatient):
    killed_before_its_commit(bucket[0], **bucket[1])
    other = made()
    [left] = bodies_in(bucket)
    assert shared(other).tend() == []
    assert shared(other).tend(thoroughly=True) == [left.removeprefix("body/")]
    assert bodies_in(bucket) == []


def test_a_body_that_only_an_unread_commit_names_is_kept(bucket, made, impatient):
    one, other = made(buckets=("mine",)), made()
    assert send(one, "PUT", "/mine/key", BIG)[0] == 200
    one.close()
    assert shared(other).tend(thoroughly=True) == []
    assert send(other, "GET", "/mine/key") == (200, BIG)


def test_a_body_that_was_put_within_the_hour_is_kept(bucket, made, monkeypatch):
    monkeypatch.setattr("condemu.storage.s3_log.LOOKS", 0)
    killed_before_its_commit(bucket[0], **bucket[1])
    other = shared(made())
    assert [other.tend(thoroughly=True) for _ in range(3)] == [[], [], []]
    assert len(bodies_in(bucket)) == 1


@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the bucket", "in a directory"])
def test_a_process_that_was_stopped_puts_its_body_again_before_it_names_it(bucket, elsewhere, tmp_path):
    """It has not looked after bodies meanwhile; others have, and may be about to delete this one."""
    clock, there = ManualClock(), objects(bucket)
    bodies = S3Bodies(there, clock, elsewhere=elsewhere)
    path = tmp_path / "body"
    path.write_bytes(BIG)
    bodies.put("one", str(path))
    clock.advance(FRESH)
    assert bodies.claim(["one"]) == []
    bodies.put("two", str(path))
    clock.advance(FRESH + 1)
    assert bodies.claim(["two"]) == ["two"]
    assert bodies.claim(["one"]) == []  # a commit named it: it is nobody's to delete


def test_who_names_a_body_that_it_put_long_ago_puts_it_again(bucket, made):
    one = shared(made())
    clock = one.place.bodies._wall = ManualClock()
    leaf = one.blobs.keep(BIG).spans[0][0]
    name = f"body/{leaf.name}"
    one.shipped.ship_one(leaf)
    clock.advance(FRESH + 1)
    there = objects(bucket)
    there.put(name, b"as another process sees it")
    one.shipped.ship([leaf])
    assert there.get(name) == BIG
    there.put(name, b"it is not put a third time")
    one.shipped.ship([leaf])
    assert there.get(name) == b"it is not put a third time"


def test_the_age_of_an_object_is_told_by_the_stores_own_clock(place):
    there = objects(place)
    assert there.age("nothing") is None
    there.put("something", b"")
    assert there.age("something") < OLD

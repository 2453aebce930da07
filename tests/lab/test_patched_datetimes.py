"""`patch_time=True` and datetime: actors meet the race's clock, all others the machine's; the types stay what they are."""

from __future__ import annotations

import copy
import datetime as module
import pickle
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from condemu.explorer import datetimes
from condemu.lab import RaceFound, explore, seconds
from condemu.lab.clock import START

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
BEGAN = datetime.fromtimestamp(START, UTC)


class Stamp(datetime):
    """As libraries have them."""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="locks")


def test_every_way_to_ask_for_the_present_shows_the_races_clock_to_an_actor_and_to_nobody_else():
    seen, others = {}, []
    before = datetime.now()

    def asks():
        thread = threading.Thread(target=lambda: others.append(datetime.now()))
        thread.start()
        thread.join()
        seen.update(
            now=datetime.now(), aware=datetime.now(UTC), east=module.datetime.now(tz=timezone(timedelta(hours=2))),
            utcnow=datetime.utcnow(), today=datetime.today(), date=date.today(), stamp=Stamp.now(), stamp_utc=Stamp.utcnow(),
            seconds=time.time(),
        )  # fmt: skip

    explore(asks, check=lambda aws: others.append(datetime.now()), patch_time=True)
    local = datetime.fromtimestamp(START)
    assert seen == {
        "now": local, "aware": BEGAN, "east": BEGAN, "utcnow": BEGAN.replace(tzinfo=None), "today": local, "date": local.date(),
        "stamp": local, "stamp_utc": BEGAN.replace(tzinfo=None), "seconds": START,
    }  # fmt: skip
    assert seen["east"].utcoffset() == timedelta(hours=2)
    assert (type(seen["date"]), type(seen["today"]), type(seen["stamp"])) == (date, datetime, Stamp)
    assert len(others) == 2
    assert all(before <= other for other in others)
    assert before <= datetime.now()


def test_the_types_stay_what_they_are():
    def asks():
        now = datetime.now(UTC)
        assert type(now) is datetime
        assert isinstance(now, date)
        assert not isinstance(date.today(), datetime)
        assert pickle.loads(pickle.dumps(now)) == copy.deepcopy(now) == now
        assert pickle.loads(pickle.dumps(Stamp.now())) == Stamp.now()
        return pickle.dumps(now)

    dumped = []
    explore(asks, check=lambda aws, told: dumped.append(told.asks), patch_time=True)
    assert dumped == [pickle.dumps(BEGAN)]


def test_afterwards_the_methods_are_those_of_python():
    methods = datetime.__dict__["now"], datetime.__dict__["utcnow"], date.__dict__["today"]
    with pytest.raises(RaceFound):
        explore(lambda: 1 / 0, patch_time=True)
    assert (datetime.__dict__["now"], datetime.__dict__["utcnow"], date.__dict__["today"]) == methods


def test_where_nobody_asked_the_machine_is_asked():
    before, seen = datetime.now(UTC), []
    explore(lambda: seen.append(datetime.now(UTC)))
    assert seen[0] >= before


def test_a_lease_that_reads_datetime_is_taken_over_when_its_time_is_up_and_skews_are_met():
    def lease(aws):
        s3 = aws.client("s3")
        try:
            until = datetime.now(UTC) + timedelta(seconds=30)
            s3.put_object(Bucket="locks", Key="lease", Body=until.isoformat().encode(), IfNoneMatch="*")
            return until
        except s3.exceptions.ClientError:
            held = s3.get_object(Bucket="locks", Key="lease")
            if datetime.fromisoformat(held["Body"].read().decode()) > datetime.now(UTC):
                return None
            until = datetime.now(UTC) + timedelta(seconds=30)
            s3.put_object(Bucket="locks", Key="lease", Body=until.isoformat().encode(), IfMatch=held["ETag"])
            return until

    def one_holds_it(aws, told):
        now = datetime.fromtimestamp(aws.time(), UTC)
        assert sum(until is not None and until > now for until in told) <= 1

    settings = {"setup": bucket, "check": one_holds_it, "patch_time": True}
    assert explore(lease, lease, time_passes=[seconds(31)], **settings).complete
    with pytest.raises(RaceFound):
        explore(lease, lease, skew={"lease-2": 31}, **settings)


def test_another_python_is_left_alone(monkeypatch):
    monkeypatch.setattr("sys.implementation.name", "pypy")
    method = datetime.__dict__["now"]
    with datetimes.replaced(lambda: 0.0):
        assert datetime.__dict__["now"] is method

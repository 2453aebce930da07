"""The SDK's ways to send, to wait and to repeat, within a race: retry modes, asyncio, transfers, clocks of the process."""

from __future__ import annotations

import asyncio
import io
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from condemu.lab import RaceFound, explore, seconds


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="locks")


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_every_retry_mode_repeats_a_lost_reply_in_every_schedule(mode):
    """The quota of retries that standard clients keep is a fresh one for each schedule."""

    def create(aws):
        s3 = aws.client("s3", config=Config(retries={"mode": mode}))
        try:
            s3.put_object(Bucket="locks", Key="k", Body=b"", IfNoneMatch="*")
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "created"

    run = explore(create, create, setup=bucket, faults=["lost", "throttle"])
    assert run.complete
    both_refused = "create: 'PreconditionFailed', create-2: 'PreconditionFailed'"
    assert both_refused in run.outcomes
    assert run.outcomes == {
        both_refused, "create: 'created', create-2: 'PreconditionFailed'", "create: 'PreconditionFailed', create-2: 'created'"
    }  # fmt: skip


def test_aiobotocore_is_ordered_and_repeats_at_once():
    session_of = pytest.importorskip("aiobotocore.session").get_session

    async def careless(aws):
        async with session_of().create_client("s3", region_name="us-east-1") as s3:
            answer = await s3.get_object(Bucket="locks", Key="n")
            n = int(await answer["Body"].read())
            await s3.put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))

    def setup(aws):
        bucket(aws)
        aws.client("s3").put_object(Bucket="locks", Key="n", Body=b"0")

    def check(aws):
        assert aws.client("s3").get_object(Bucket="locks", Key="n")["Body"].read() == b"2"

    began = time.monotonic()
    with pytest.raises(RaceFound):
        explore(careless, careless, setup=setup, check=check, faults=["throttle"])
    assert time.monotonic() - began < 1800


def test_a_coroutine_that_sleeps_waits_by_the_races_clock():
    told = []

    async def sleeper(aws):
        before = aws.time()
        await asyncio.sleep(3600)
        told.append(aws.time() - before)

    assert explore(sleeper, setup=bucket).complete
    assert told == [pytest.approx(3600)]


def test_an_upload_is_made_in_the_actors_own_thread():
    def upload(aws):
        aws.client("s3").upload_fileobj(io.BytesIO(b"x" * 9_000_000), "locks", "large")

    run = explore(upload, setup=bucket)
    assert run.complete


def test_the_processs_clock_is_the_races_where_that_is_asked_for():
    def lease():
        s3 = boto3.client("s3")
        try:
            s3.put_object(Bucket="locks", Key="lease", Body=b"%d" % (time.time() + 30), IfNoneMatch="*")
        except ClientError:
            held = s3.get_object(Bucket="locks", Key="lease")
            if int(held["Body"].read()) > time.time():
                return False
            s3.put_object(Bucket="locks", Key="lease", Body=b"%d" % (time.time() + 30))
        return True

    def check(aws, told):
        assert not all(told)

    def run(**settings):
        return explore(lease, lease, setup=bucket, check=check, time_passes=[seconds(31)], **settings)

    assert run().complete
    with pytest.raises(RaceFound, match="31 s pass"):
        run(patch_time=True)


def test_nothing_stays_patched():
    before = time.sleep, time.time, time.monotonic, asyncio.sleep
    explore(lambda aws: None, setup=bucket, patch_time=True)
    assert (time.sleep, time.time, time.monotonic, asyncio.sleep) == before

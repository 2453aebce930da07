"""What the fixture has of the lab: faults that must strike, holds, a clock, snapshots."""

from __future__ import annotations

import threading

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from condemu.lab import UnknownFault
from condemu.testing import mock_aws
from condemu.testing.instruments import NeverHappened


@pytest.fixture
def s3(condemu):
    client = condemu.client("s3")
    client.create_bucket(Bucket="locks")
    return client


def create(client, key="job.lock"):
    client.put_object(Bucket="locks", Key=key, Body=b"ann", IfNoneMatch="*")


def refused(call, *arguments):
    with pytest.raises(ClientError) as error:
        call(*arguments)
    return error.value.response["Error"]["Code"]


def test_a_lost_reply_lets_the_retry_meet_its_own_write(condemu, s3):
    with condemu.fault("lost", operation="PutObject", key="*.lock", nth=1) as fault:
        assert refused(create, s3) == "PreconditionFailed"
    assert fault.hits == 1
    assert s3.get_object(Bucket="locks", Key="job.lock")["Body"].read() == b"ann"


def test_a_whole_call_is_lost_and_the_write_stands(condemu, s3):
    with condemu.fault("lost-call"), pytest.raises(ConnectionClosedError):
        create(s3)
    assert s3.get_object(Bucket="locks", Key="job.lock")["Body"].read() == b"ann"


def test_a_fault_strikes_only_within_its_block_and_only_what_it_picks(condemu, s3):
    with condemu.fault("s3:conflict", key="locks/job.lock"):
        create(s3, "other")
        assert refused(create, s3) == "ConditionalRequestConflict"
    create(s3)


def test_a_fault_that_never_struck_fails_the_test(condemu, s3):
    said = r"the fault lost .* never struck: no request was for it"
    with pytest.raises(NeverHappened, match=said), condemu.fault("lost", key="no"):
        create(s3)
    with condemu.fault("lost", key="no", must_strike=False):
        create(s3, "other")


def test_a_failing_block_says_what_failed_and_not_that_the_fault_never_struck(condemu, s3):
    with pytest.raises(KeyError), condemu.fault("lost", key="no"):
        raise KeyError("mine")


def test_a_throttled_request_is_repeated_by_the_sdk(condemu):
    dynamodb = boto3.client("dynamodb", config=Config(retries={"mode": "standard"}))
    with condemu.fault("throttle", first=1) as fault:
        assert dynamodb.list_tables()["TableNames"] == []
    assert (fault.hits, fault.seen) == (1, 2)


def test_a_request_is_held_and_released_and_arrives_then(condemu, s3):
    told = []
    with condemu.hold("s3:PutObject", key="*.lock") as parked:
        thread = threading.Thread(target=lambda: told.append(refused(create, s3)))
        thread.start()
        parked.wait()
        assert [line.endswith("'s PutObject locks/job.lock") for line in parked.waiting] == [True]
        s3.copy_object(Bucket="locks", Key="job.lock", CopySource=copied(s3))
        parked.release()
        thread.join()
    assert told == ["PreconditionFailed"]


def copied(s3):
    s3.put_object(Bucket="locks", Key="source", Body=b"ben")
    return {"Bucket": "locks", "Key": "source"}


def test_a_request_that_overlaps_another_is_answered_409(condemu, s3):
    told = []
    with condemu.hold("s3:PutObject", key="*.lock", overlapping=True) as parked:
        thread = threading.Thread(target=lambda: told.append(refused(create, s3)))
        thread.start()
        parked.wait()
        s3.copy_object(Bucket="locks", Key="job.lock", CopySource=copied(s3))
        s3.delete_object(Bucket="locks", Key="job.lock")
        parked.release()
        thread.join()
    assert told == ["ConditionalRequestConflict"]


def test_a_hold_that_nobody_came_to_fails_the_test_and_an_empty_one_releases_nobody(condemu, s3):
    said = "hold 1 of PutObject at ready: no request came to it"
    with pytest.raises(NeverHappened, match=said), condemu.hold("s3:PutObject") as parked:
        with pytest.raises(LookupError, match="nobody waits here"):
            parked.release()
        with pytest.raises(TimeoutError, match="1 requests were waited for, and after 0 s nobody waits"):
            parked.wait(seconds=0)


def test_a_request_that_is_never_released_goes_on_and_is_told(condemu, s3):
    said = r"waited 0\.01 s, and nobody released it"
    with pytest.raises(NeverHappened, match=said), condemu.hold("s3:PutObject", seconds=0.01):
        create(s3)


def test_the_clock_moves_what_depends_on_it_and_not_signatures(condemu, s3):
    condemu.clock.freeze()
    condemu.clock.set(1_800_000_000)
    create(s3)
    first = s3.head_object(Bucket="locks", Key="job.lock")["LastModified"]
    assert first.timestamp() == 1_800_000_000
    condemu.clock.advance(86_400)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "locks", "Key": "job.lock"}, ExpiresIn=60)
    create(s3, "later")
    assert (s3.head_object(Bucket="locks", Key="later")["LastModified"] - first).total_seconds() == 86_400
    assert "X-Amz-Signature" in url or "Signature" in url
    condemu.clock.resume()
    assert condemu.clock.now() >= 1_800_086_400


def test_a_snapshot_is_restored(condemu, s3):
    create(s3)
    kept = condemu.snapshot()
    s3.delete_object(Bucket="locks", Key="job.lock")
    create(s3, "other")
    condemu.restore(kept)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="locks")["Contents"]] == ["job.lock"]


def test_a_mock_has_the_same(tmp_path):
    with mock_aws() as local:
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="locks")
        with local.fault("lost", nth=1):
            assert refused(create, client) == "PreconditionFailed"


def test_a_word_that_is_none_is_told(condemu):
    with pytest.raises(UnknownFault, match="did you mean 'throttle'"), condemu.fault("throtle"):
        pass
    with pytest.raises(UnknownFault, match="overlapping=True"), condemu.fault("overlap"):
        pass
    with pytest.raises(UnknownFault, match="a fault has no 'bucket'"), condemu.fault("lost", bucket="locks"):
        pass
    with pytest.raises(ValueError, match="not at 'decided'"), condemu.hold("s3:PutObject", stage="decided"):
        pass


def test_instruments_of_another_server_are_elsewhere(condemu_server):
    from condemu.testing.local import MockAWS

    with MockAWS(url=condemu_server.url) as local, pytest.raises(NotImplementedError, match="/_condemu/"):
        local.fault("lost")

"""aiobotocore, answered in this process by the same event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from condemu.core.calls import Call
from condemu.core.engine import ObserverFailed, ReplyLost, Watch
from condemu.core.http import Response
from condemu.testing import Condemu, mock_aws

session = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed")


def test_an_async_client_writes_reads_and_is_refused(condemu: Condemu) -> None:
    async def scenario() -> tuple[str, bytes]:
        async with session.get_session().create_client("s3") as s3:
            await s3.create_bucket(Bucket="bucket")
            await s3.put_object(Bucket="bucket", Key="key", Body=b"first", IfNoneMatch="*")
            with pytest.raises(ClientError) as caught:
                await s3.put_object(Bucket="bucket", Key="key", Body=b"second", IfNoneMatch="*")
            answer: Any = await s3.get_object(Bucket="bucket", Key="key")
            async with answer["Body"] as stream:
                return caught.value.response["Error"]["Code"], await stream.read()

    assert asyncio.run(scenario()) == ("PreconditionFailed", b"first")


class Loses(Watch):
    """Loses the replies to the first PutObjects."""

    def __init__(self, how: str, times: int) -> None:
        self.how, self.times = how, times
        self.statuses: list[int] = []

    async def replying(self, call: Call, reply: Response) -> None:
        if call.operation == "PutObject":
            self.statuses.append(reply.status)
            if len(self.statuses) <= self.times:
                raise ReplyLost(self.how)


class Broken(Watch):
    def __init__(self) -> None:
        self.calls = 0

    async def ready(self, call: Call, step: Any) -> None:
        self.calls += 1
        raise ZeroDivisionError


async def put_if_absent(attempts: int) -> None:
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    async with session.get_session().create_client("s3", config=config) as s3:
        await s3.create_bucket(Bucket="bucket")
        await s3.put_object(Bucket="bucket", Key="key", Body=b"x", IfNoneMatch="*")


@pytest.mark.parametrize("how", ["reset", "stall"])
def test_a_lost_reply_is_tried_again_and_meets_its_own_write(how: str) -> None:
    loses = Loses(how, 1)
    with mock_aws(observers=(loses,)), pytest.raises(ClientError, match="PreconditionFailed"):
        asyncio.run(put_if_absent(3))
    assert loses.statuses == [200, 412]


@pytest.mark.parametrize(("how", "error"), [("reset", ConnectionClosedError), ("stall", ReadTimeoutError)])
def test_a_reply_that_is_always_lost_is_botocores_own_error(how: str, error: type[Exception]) -> None:
    with mock_aws(observers=(Loses(how, 10),)), pytest.raises(error):
        asyncio.run(put_if_absent(1))


def test_a_mistake_of_an_observer_reaches_the_test_and_is_not_tried_again() -> None:
    broken = Broken()
    with mock_aws(observers=(broken,)), pytest.raises(ObserverFailed, match="ZeroDivisionError"):
        asyncio.run(put_if_absent(3))
    assert broken.calls == 1

"""aiobotocore, answered in this process by the same event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from condemu.testing import Condemu

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

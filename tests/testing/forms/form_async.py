import asyncio

import boto3
from moto import mock_aws


async def creates():
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
    await asyncio.sleep(0)
    return len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"])


@mock_aws
def test_a_coroutine_inside_a_decorated_function():
    assert asyncio.run(creates()) == 1


def test_a_context_inside_a_coroutine():
    async def inside():
        with mock_aws():
            return await creates()

    assert asyncio.run(inside()) == 1
    assert asyncio.run(inside()) == 1


@mock_aws
def test_planted_failure():
    assert asyncio.run(creates()) == 2

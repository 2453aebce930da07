import boto3
import pytest
from moto import mock_aws


@pytest.fixture(autouse=True)
def mocked():
    with mock_aws():
        yield


@mock_aws
def test_nested_inside_the_fixture():
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")


@pytest.mark.parametrize("number", [1, 2])
@mock_aws
def test_parametrized(number):
    assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == []

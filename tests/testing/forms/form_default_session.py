import boto3
from moto import mock_aws


def application_reads():
    return [bucket["Name"] for bucket in boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]]


@mock_aws
def test_first():
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="first")
    assert application_reads() == ["first"]


@mock_aws
def test_second():
    boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="second")
    assert application_reads() == ["second"]


def test_third():
    with mock_aws():
        assert application_reads() == []

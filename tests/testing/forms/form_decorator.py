import boto3
from moto import mock_aws


@mock_aws
def test_without_parentheses():
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
    assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1


@mock_aws()
def test_with_parentheses():
    assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == []


@mock_aws
def test_planted_failure():
    assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == ["planted"]

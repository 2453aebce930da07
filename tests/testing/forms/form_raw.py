import boto3
from moto import mock_aws


def test_start_and_stop():
    mock = mock_aws()
    mock.start()
    try:
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
    finally:
        mock.stop()


def test_begins_empty():
    mock = mock_aws()
    mock.start()
    buckets = boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]
    mock.stop()
    assert buckets == []


def test_planted_failure():
    mock = mock_aws()
    mock.start()
    try:
        boto3.client("s3", region_name="us-east-1").head_bucket(Bucket="missing")
    finally:
        mock.stop()

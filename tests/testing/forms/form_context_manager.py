import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws


def test_state_ends_with_the_context():
    for _ in range(2):
        with mock_aws():
            s3 = boto3.client("s3", region_name="us-east-1")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="bucket")


def test_a_missing_key():
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="bucket")
        with pytest.raises(ClientError) as caught:
            s3.get_object(Bucket="bucket", Key="missing")
        assert caught.value.response["Error"]["Code"] == "NoSuchKey"

import boto3
from moto import mock_aws


@mock_aws
class TestPlainClass:
    def test_each_method_begins_empty(self):
        s3 = boto3.client("s3", region_name="us-east-1")
        assert s3.list_buckets()["Buckets"] == []
        s3.create_bucket(Bucket="bucket")

    def test_and_so_does_this_one(self):
        assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == []

    def test_planted_failure(self):
        raise AssertionError("planted")


@mock_aws
class TestWithSetUp:
    def setup_method(self, method):
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")

    def test_sees_what_setup_made(self):
        assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1

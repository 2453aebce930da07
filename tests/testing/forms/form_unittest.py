import unittest

import boto3
from moto import mock_aws


@mock_aws
class TestCase(unittest.TestCase):
    def setUp(self):
        self.s3 = boto3.client("s3", region_name="us-east-1")
        self.s3.create_bucket(Bucket="bucket")

    def test_one(self):
        self.s3.put_object(Bucket="bucket", Key="key", Body=b"x")
        self.assertEqual(len(self.s3.list_buckets()["Buckets"]), 1)

    def test_two(self):
        self.assertNotIn("Contents", self.s3.list_objects_v2(Bucket="bucket"))

    def test_planted_failure(self):
        self.assertEqual(1, 2)

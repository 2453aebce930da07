import boto3
from moto import mock_aws

s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
dynamodb = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def handler(event, context):
    s3.put_object(Bucket="bucket", Key=event["key"], Body=b"x")
    return s3.list_objects_v2(Bucket="bucket")["KeyCount"]


@mock_aws
def test_a_client_of_the_module():
    s3.create_bucket(Bucket="bucket")
    assert handler({"key": "a"}, None) == 1


@mock_aws
def test_a_client_of_the_module_begins_anew():
    assert s3.list_buckets()["Buckets"] == []


@mock_aws
def test_a_resource_of_the_module():
    assert list(dynamodb.tables.all()) == []

import boto3
import requests
from moto import mock_aws


@mock_aws
def test_a_presigned_url_is_fetched():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"body")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert requests.get(url, timeout=10).content == b"body"


@mock_aws
def test_a_presigned_put():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bucket")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "key"})
    assert requests.put(url, data=b"put", timeout=10).status_code == 200
    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"put"

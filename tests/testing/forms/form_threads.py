from concurrent.futures import ThreadPoolExecutor

import boto3
from moto import mock_aws


@mock_aws
def test_threads_of_one_mock_share_it():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bucket")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: s3.put_object(Bucket="bucket", Key=str(number), Body=b""), range(16)))
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 16

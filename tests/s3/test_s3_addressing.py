"""Virtual-hosted style by the names of this machine: AWS's forms (User Guide, VirtualHosting), and those of LocalStack's pages.

AWS's own names are compared with botocore's in tests/testing/test_reach.py.
"""

from __future__ import annotations

import pytest
from s3_wire import Wire

from condemu.s3.requests.addressing import bucket_of_host


@pytest.mark.parametrize("suffix", ["", ":4566"])
@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("my-bucket.localhost", "my-bucket"),
        ("my.bucket.localhost", "my.bucket"),
        ("my-bucket.s3.localhost", "my-bucket"),
        ("my-bucket.s3.eu-west-1.localhost", "my-bucket"),
        ("my.bucket.s3.us-gov-west-1.localhost", "my.bucket"),
        ("my-bucket.s3.localhost.localstack.cloud", "my-bucket"),
        ("my-bucket.s3.us-east-1.localhost.localstack.cloud", "my-bucket"),
        ("MY-Bucket.S3.Localhost", "my-bucket"),
        ("My-Bucket.s3.amazonaws.com", "my-bucket"),
        ("localhost", None),
        ("s3.localhost", None),
        ("s3.us-east-1.localhost", None),
        ("S3.US-East-1.localhost", None),
        ("dynamodb.us-east-1.localhost", None),
        ("www.localhost", None),
        ("s3.localhost.localstack.cloud", None),
        ("s3.us-east-1.localhost.localstack.cloud", None),
        ("localhost.localstack.cloud", None),
        ("127.0.0.1", None),
        ("condemu", None),
    ],
)
def test_the_bucket_that_a_host_names(host: str, suffix: str, bucket: str | None):
    assert bucket_of_host(host + suffix) == bucket


def test_an_object_is_put_and_read_by_each_of_the_names(s3: Wire):
    hosts = ("bucket.s3.us-east-1.localhost:4566", "BUCKET.localhost", "bucket.s3.localhost.localstack.cloud")
    for number, host in enumerate(hosts):
        assert s3("PUT", f"/key-{number}", b"body", headers={"host": host}).status == 200
        assert s3("PUT", f"/key-{number}", headers={"host": host, "if-none-match": "*"}).code == "PreconditionFailed"
        assert s3("GET", f"/bucket/key-{number}").body == b"body"

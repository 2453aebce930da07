import boto3
import pytest
from moto import mock_aws


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\naws_access_key_id = real\naws_secret_access_key = real\n[work]\naws_access_key_id = w\n"
        "aws_secret_access_key = w\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))


@mock_aws
def test_a_session_of_its_own():
    session = boto3.Session(region_name="us-east-1")
    session.client("s3").create_bucket(Bucket="bucket")
    assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1


def test_a_session_with_a_profile(profiles):
    with mock_aws():
        session = boto3.Session(profile_name="work", region_name="us-east-1")
        session.client("s3").create_bucket(Bucket="bucket")
        assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1


def test_an_unknown_profile(profiles):
    with mock_aws():
        boto3.Session(profile_name="missing")


@mock_aws
def test_explicit_keys_meet_the_default_ones():
    explicit = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    explicit.create_bucket(Bucket="bucket")
    assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1

"""A refusal that says why names the entry of docs/errors.md that says more."""

from __future__ import annotations

import re
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from condemu.server.help import EXPLAINED, PAGE
from condemu.testing import mock_aws

TEXT = (Path(__file__).parents[2] / PAGE).read_text()


def test_every_code_has_an_entry_and_every_entry_a_code():
    assert set(re.findall(r"^### ([A-Z]\w+)$", TEXT, re.MULTILINE)) == EXPLAINED


def test_a_refused_condition_names_its_entry():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"", IfNoneMatch="*")
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket="bucket", Key="key", Body=b"", IfNoneMatch="*")
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-condemu-help"] == "docs/errors.md#preconditionfailed"
    assert "x-condemu-because" in headers

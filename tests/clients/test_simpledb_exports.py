"""boto3's `simpledbv2` client: a domain goes into a bucket of the same emulator."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from condemu.testing import Condemu


def test_a_domain_is_exported_into_a_bucket(condemu: Condemu) -> None:
    sdb, exports, s3 = condemu.client("sdb"), condemu.client("simpledbv2"), condemu.client("s3")
    s3.create_bucket(Bucket="my-bucket")
    sdb.create_domain(DomainName="MyDomain")
    sdb.put_attributes(DomainName="MyDomain", ItemName="i", Attributes=[{"Name": "v", "Value": "1"}, {"Name": "v", "Value": "2"}])
    arn = exports.start_domain_export(domainName="MyDomain", s3Bucket="my-bucket", s3KeyPrefix="out/of here")["exportArn"]
    exports.get_waiter("export_succeeded").wait(exportArn=arn)
    got = exports.get_export(exportArn=arn)
    assert (got["exportStatus"], got["itemsCount"]) == ("SUCCEEDED", 1)
    manifest = json.loads(s3.get_object(Bucket="my-bucket", Key=got["exportManifest"])["Body"].read())
    assert manifest["exportArn"] == arn
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="my-bucket", Prefix="out/of here/AWSSimpleDB/")["Contents"]]
    assert len(keys) == 4
    (data,) = [key for key in keys if "/data/" in key]
    assert json.loads(s3.get_object(Bucket="my-bucket", Key=data)["Body"].read()) == [
        {"itemName": "i", "attributes": [{"name": "v", "values": ["1", "2"]}]}
    ]
    assert [entry["exportArn"] for entry in exports.list_exports(domainName="MyDomain")["exportSummaries"]] == [arn]


def test_an_export_into_no_bucket_fails(condemu: Condemu) -> None:
    condemu.client("sdb").create_domain(DomainName="MyDomain")
    exports = condemu.client("simpledbv2")
    arn = exports.start_domain_export(domainName="MyDomain", s3Bucket="no-such-bucket")["exportArn"]
    got = exports.get_export(exportArn=arn)
    assert (got["exportStatus"], got["failureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_refusals_have_their_modeled_exceptions(condemu: Condemu) -> None:
    exports = condemu.client("simpledbv2")
    with pytest.raises(exports.exceptions.NoSuchDomainException):
        exports.start_domain_export(domainName="nope", s3Bucket="my-bucket")
    with pytest.raises(ClientError, match="must be a valid Amazon SimpleDB Domain Export ARN"):
        exports.get_export(exportArn="not-an-arn-but-20-chars")

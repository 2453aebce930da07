"""Access control lists of buckets that allow none, and of buckets that were created with `private`; where a bucket may be."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import Difference, accepted, attempt, refused, same, unchanged
from ..resources import Resources
from ..tables import truth_table
from ..targeting import Target
from .steps import body_of, put


@pytest.mark.needs("s3.acls")
@truth_table("""
    | x-amz-acl | x-amz-grant-read | code                          | evidence |
    |-----------|------------------|-------------------------------|----------|
    | fake      | -                | InvalidArgument               | recorded |
    | -         | nobody="1"       | InvalidArgument               | recorded |
    | -         | id="1"           | InvalidArgument               | recorded |
    | private   | id="1"           | InvalidRequest                | recorded |
    | private   | -                | AccessControlListNotSupported | recorded |
""")
@pytest.mark.parametrize("subject", ["bucket", "object"])
def test_what_an_acl_says_is_read_first(s3: Any, bucket: str, key: str, row: dict[str, str], subject: str) -> None:
    """Where ACLs are switched off, one that means nothing is refused for that, and any other with AccessControlListNotSupported.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"")
    named: dict[str, Any] = {"Bucket": bucket} if subject == "bucket" else {"Bucket": bucket, "Key": key}
    get, set_ = (s3.get_bucket_acl, s3.put_bucket_acl) if subject == "bucket" else (s3.get_object_acl, s3.put_object_acl)
    sent = {name: row[header] for name, header in (("ACL", "x-amz-acl"), ("GrantRead", "x-amz-grant-read")) if header in row}
    with unchanged(lambda: get(**named)["Grants"], "the grants"):
        refused(set_, **named, **sent, status=400, code=row["code"])


@pytest.mark.needs("s3.acls")
@truth_table("""
    | x-amz-acl | x-amz-object-ownership | the bucket's ownership | evidence    |
    |-----------|------------------------|------------------------|-------------|
    | -         | -                      | BucketOwnerEnforced    | documented  |
    | private   | -                      | BucketOwnerPreferred   | third-party |
    | private   | BucketOwnerEnforced    | BucketOwnerEnforced    | third-party |
    | private   | ObjectWriter           | ObjectWriter           | inferred    |
""")
def test_a_bucket_created_as_private_takes_acls(client: Any, target: Target, key: str, row: dict[str, str]) -> None:
    """CreateBucket with `private` and no ownership makes a bucket whose objects take ACLs, so that clients that send one go on.

    Source: measured on AWS in 2026-02 by the authors of a client that sends `private` with every request [third-party]
    """
    kept, s3 = Resources(client, target.region), client("s3")
    names = (("ACL", "x-amz-acl"), ("ObjectOwnership", "x-amz-object-ownership"))
    try:
        bucket = kept.bucket(**{name: row[header] for name, header in names if header in row})
        controls = accepted(s3.get_bucket_ownership_controls, Bucket=bucket)["OwnershipControls"]
        same(controls["Rules"], [{"ObjectOwnership": row["the bucket's ownership"]}], "the ownership")
        owner = accepted(s3.get_bucket_acl, Bucket=bucket)
        same([grant["Permission"] for grant in owner["Grants"]], ["FULL_CONTROL"], "the owner's grant")
        if row["the bucket's ownership"] == "BucketOwnerEnforced":
            refused(
                s3.put_object, Bucket=bucket, Key=key, Body=b"body", ACL="private",
                status=400, code="AccessControlListNotSupported",
            )  # fmt: skip
            return
        put(s3, bucket, key, b"body", ACL="private")
        same(body_of(s3, bucket, key), b"body", "the body")
    finally:
        kept.remove_all()


@pytest.mark.needs("s3.regions")
@truth_table("""
    | endpoint  | LocationConstraint | answer                             |
    |-----------|--------------------|------------------------------------|
    | us-east-1 | EU                 | EU                                 |
    | eu-west-1 | EU                 | EU                                 |
    | eu-west-1 | eu-west-1          | eu-west-1                          |
    | us-west-2 | EU                 | IllegalLocationConstraintException |
""")
def test_where_the_old_name_of_ireland_is(target: Target, row: dict[str, str]) -> None:
    """`EU` is a location of the endpoints of us-east-1 and eu-west-1, and of no other.

    Source: recorded on AWS 2026-02 [recorded]
    """
    client = target.client("s3", region_name=row["endpoint"])
    kept = Resources(lambda _: client, row["endpoint"])
    location = {"LocationConstraint": row["LocationConstraint"]}
    try:
        answer = attempt(kept.bucket, CreateBucketConfiguration=location)
        if row["answer"].endswith("Exception"):
            code = getattr(answer, "code", None)
            if code is None:
                raise Difference("ignored", "AWS refuses this location; the target accepted it")
            same(code, row["answer"], "the code")
            return
        same(client.get_bucket_location(Bucket=answer)["LocationConstraint"], row["answer"], "the location")
    finally:
        kept.remove_all()

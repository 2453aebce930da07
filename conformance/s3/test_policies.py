"""Bucket policies that demand conditional requests: s3:if-none-match, s3:if-match and s3:ObjectCreationOperation.

The caller is the bucket's own account, which a policy can only take something from: every case is a Deny.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..expect import accepted, refused, same
from .steps import body_of, complete, copy, put

pytestmark = pytest.mark.needs("s3.policy")


def deny(s3: Any, bucket: str, action: str, **condition: dict[str, Any]) -> None:
    """Attach a policy that denies an action on all objects under these conditions."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": condition,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    accepted(s3.put_bucket_policy, Bucket=bucket, Policy=json.dumps(policy))


DENIED = {"status": 403, "code": "AccessDenied"}


@pytest.mark.tier("core")
def test_a_policy_that_demands_if_none_match(s3: Any, own_bucket: str, key: str) -> None:
    """Under a policy that denies puts without If-None-Match, a plain put is refused; a conditional one is judged as ever.

    Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets" [documented]
    """
    deny(s3, own_bucket, "s3:PutObject", Null={"s3:if-none-match": "true"})
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"plain", **DENIED)
    put(s3, own_bucket, key, b"first", IfNoneMatch="*")
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"x", IfNoneMatch="*", status=412, code="PreconditionFailed")
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"plain", **DENIED)
    same(body_of(s3, own_bucket, key), b"first", "the body")


@pytest.mark.tier("core")
def test_a_policy_that_demands_if_match(s3: Any, own_bucket: str, key: str) -> None:
    """Under a policy that denies puts without If-Match, only a compare-and-set replaces the object.

    Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets" [documented]
    """
    etag = put(s3, own_bucket, key, b"first")["ETag"]
    deny(s3, own_bucket, "s3:PutObject", Null={"s3:if-match": "true"})
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"plain", **DENIED)
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"x", IfNoneMatch="*", **DENIED)
    put(s3, own_bucket, key, b"second", IfMatch=etag)
    same(body_of(s3, own_bucket, key), b"second", "the body")


@pytest.mark.tier("core")
@pytest.mark.needs("s3.multipart")
def test_object_creation_operation_lets_parts_through(s3: Any, own_bucket: str, key: str) -> None:
    """With s3:ObjectCreationOperation in the Deny, creating an upload and its parts passes; only the completion needs the header.

    Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets" [documented]
    """
    deny(s3, own_bucket, "s3:PutObject", Null={"s3:if-none-match": "true"}, Bool={"s3:ObjectCreationOperation": "true"})
    finish = complete(s3, own_bucket, key, b"body")
    refused(finish, **DENIED)
    accepted(finish, IfNoneMatch="*")
    same(body_of(s3, own_bucket, key), b"body", "the body")


def test_a_copy_is_an_object_creation_operation(s3: Any, own_bucket: str, key: str) -> None:
    """A copy without the header is refused by a policy that demands it, a copy with it is accepted.

    Source: S3 User Guide, "Enforce conditional writes"; CopyObject's destination conditions recorded on AWS 2026-02 [recorded]
    """
    attempt_copy = copy(s3, own_bucket, key, b"body")
    deny(s3, own_bucket, "s3:PutObject", Null={"s3:if-none-match": "true"}, Bool={"s3:ObjectCreationOperation": "true"})
    refused(attempt_copy, **DENIED)
    accepted(attempt_copy, IfNoneMatch="*")


@pytest.mark.needs("s3.delete_if_match")
def test_a_policy_that_demands_conditional_deletes(s3: Any, own_bucket: str, key: str) -> None:
    """Under a policy that denies deletes without If-Match, a plain delete is refused, one with the ETag is accepted.

    Source: S3 User Guide, "Enforce conditional deletes" [documented]
    """
    etag = put(s3, own_bucket, key, b"body")["ETag"]
    deny(s3, own_bucket, "s3:DeleteObject", Null={"s3:if-match": "true"})
    refused(s3.delete_object, Bucket=own_bucket, Key=key, **DENIED)
    answer = accepted(s3.delete_objects, Bucket=own_bucket, Delete={"Objects": [{"Key": key}]})
    same([error["Code"] for error in answer.get("Errors", ())], ["AccessDenied"], "the error of a plain delete in a batch")
    accepted(s3.head_object, Bucket=own_bucket, Key=key)
    accepted(s3.delete_object, Bucket=own_bucket, Key=key, IfMatch=etag)


def test_authorization_comes_before_preconditions(s3: Any, own_bucket: str, key: str) -> None:
    """Who may not put never hears 412: the refusal is 403, whether the condition would hold or not.

    Source: S3 User Guide, "Enforce conditional writes": a request lacking the header gets 403 [documented]
    """
    put(s3, own_bucket, key, b"body")
    deny(s3, own_bucket, "s3:PutObject", StringEquals={"s3:if-none-match": "*"})
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"x", IfNoneMatch="*", **DENIED)
    refused(s3.put_object, Bucket=own_bucket, Key=f"{key}-new", Body=b"x", IfNoneMatch="*", **DENIED)


def test_a_key_that_does_not_fit_the_action_is_malformed(s3: Any, own_bucket: str) -> None:
    """s3:if-none-match cannot be used with s3:GetObject: 400 MalformedPolicy.

    Source: by analogy to s3:prefix with s3:GetObject, measured on AWS [inferred]
    """
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{own_bucket}/*",
        "Condition": {"Null": {"s3:if-none-match": "true"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    refused(
        s3.put_bucket_policy, Bucket=own_bucket, Policy=policy,
        status=400, code="MalformedPolicy",
        message="Conditions do not apply to combination of actions and resources in statement",
    )  # fmt: skip
    refused(s3.get_bucket_policy, Bucket=own_bucket, status=404, code="NoSuchBucketPolicy")

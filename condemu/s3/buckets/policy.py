"""PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy and GetBucketPolicyStatus.

A policy is kept in its normal form, which is what GetBucketPolicy answers (seen on AWS). What makes one valid is in
access/policy_rules.py, what makes one public in access/public_policy.py.
"""

from __future__ import annotations

from typing import Any

from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.actions import Check
from condemu.s3.access.authorize import refuse
from condemu.s3.access.policy_rules import compiled, rules_of
from condemu.s3.access.public_policy import is_public
from condemu.s3.errors.access import NO_BUCKET_POLICY, POLICY_FIRST_BYTE, POLICY_ROWS, PUBLIC_POLICY_BLOCKED
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import change
from condemu.s3.state.records import Bucket


def put_bucket_policy(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: the document, then BlockPublicPolicy."""
    bucket = bucket_of(txn, request)
    policy = _policy_in(request, bucket.name)
    blocks = bucket.public_access_block
    if blocks is not None and blocks["BlockPublicPolicy"] and is_public(policy):
        check = Check("s3:PutBucketPolicy", bucket.name)
        raise refuse(request, bucket.owner, check, PUBLIC_POLICY_BLOCKED, because="the policy is public")
    change(txn, bucket, policy=policy.normal)
    return {}


def get_bucket_policy(txn: Txn, request: S3Request) -> dict[str, Any]:
    text = _held(bucket_of(txn, request))
    return {"ContentType": "application/json", "Body": text.encode()}


def delete_bucket_policy(txn: Txn, request: S3Request) -> dict[str, Any]:
    """204, whether there was one or not."""
    bucket = bucket_of(txn, request)
    if bucket.policy is not None:
        change(txn, bucket, policy=None)
    return {}


def get_bucket_policy_status(txn: Txn, request: S3Request) -> dict[str, Any]:
    """404 without a policy, whatever the ACL says (seen on AWS)."""
    bucket = bucket_of(txn, request)
    return {"IsPublic": is_public(compiled(_held(bucket), bucket.name))}


def _held(bucket: Bucket) -> str:
    if bucket.policy is None:
        raise ServiceError(NO_BUCKET_POLICY, {"BucketName": bucket.name})
    return bucket.policy


def _policy_in(request: S3Request, bucket: str) -> Policy:
    try:
        text = bytes(request.xml or b"").decode()
    except UnicodeDecodeError:
        raise ServiceError(POLICY_FIRST_BYTE, because="the document is not UTF-8") from None
    found = parse(text, rules_of(bucket))
    if isinstance(found, Problem):
        where = f"in statement {found.statement + 1}: " if found.statement >= 0 else ""
        because = where + found.found if found.found else ""
        raise ServiceError(POLICY_ROWS[found.kind], found.fields, because=because)
    return found

"""Requests from other origins: what a preflight is refused for, and what an ordinary request may ask beside it."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, same
from ..raw import Raw
from ..tables import truth_table
from .steps import put, said_no

RULE = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://example.org"], "AllowedHeaders": ["x-amz-*"]}
NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."


@pytest.mark.needs("s3.cors")
@truth_table("""
    | the bucket has rules | Access-Control-Request-Method | Method  | ResourceType | evidence |
    |----------------------|-------------------------------|---------|--------------|----------|
    | no                   | PUT                           | PUT     | BUCKET       | recorded |
    | no                   | -                             | OPTIONS | BUCKET       | recorded |
    | yes                  | -                             | OPTIONS | BUCKET       | recorded |
    | yes                  | DELETE                        | DELETE  | OBJECT       | recorded |
""")
def test_a_preflight_is_refused(raw: Raw, s3: Any, own_bucket: str, key: str, row: dict[str, str]) -> None:
    """A preflight that asks for no method, or asks a bucket without rules, is 403 AccessForbidden about the bucket.

    Source: recorded on AWS 2026-02 [recorded]
    """
    if row["the bucket has rules"] == "yes":
        accepted(s3.put_bucket_cors, Bucket=own_bucket, CORSConfiguration={"CORSRules": [RULE]})
    asked = {"Origin": "https://example.org"}
    if "Access-Control-Request-Method" in row:
        asked["Access-Control-Request-Method"] = row["Access-Control-Request-Method"]
    answer = raw("OPTIONS", f"/{own_bucket}/{key}", asked, sign=False)
    said = {"Message": NOT_ENABLED} if row["the bucket has rules"] == "no" else {}
    said_no(answer, 403, "AccessForbidden", Method=row["Method"], ResourceType=row["ResourceType"], **said)


@pytest.mark.needs("s3.cors")
@truth_table("""
    | Access-Control-Request-Method | Access-Control-Request-Headers | allowed |
    |-------------------------------|--------------------------------|---------|
    | -                             | -                              | no      |
    | PUT                           | -                              | yes     |
    | PUT                           | x-amz-date                     | yes     |
    | PUT                           | if-match                       | no      |
""")
def test_an_ordinary_request_that_asks(raw: Raw, s3: Any, own_bucket: str, key: str, row: dict[str, str]) -> None:
    """Access-Control-Request-Method and -Headers of a GET decide which rule answers it, in place of its own method.

    Source: recorded on AWS 2026-02 [recorded]
    """
    accepted(s3.put_bucket_cors, Bucket=own_bucket, CORSConfiguration={"CORSRules": [RULE]})
    put(s3, own_bucket, key, b"body")
    asked = {name: row[name] for name in ("Access-Control-Request-Method", "Access-Control-Request-Headers") if name in row}
    answer = raw("GET", f"/{own_bucket}/{key}", {"Origin": "https://example.org", **asked})
    same((answer.status, answer.body), (200, b"body"), "the object, which CORS keeps from nobody")
    allowed = "https://example.org" if row["allowed"] == "yes" else None
    same(answer.headers.get("access-control-allow-origin"), allowed, "the origin that is allowed")

"""The sequences of cases/s3_conditional_cases.json: which of them can be run as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parents[1] / "cases" / "s3_conditional_cases.json"
CASES: Final[list[dict[str, Any]]] = json.loads(FILE.read_text())["cases"]

# Cases that are no sequence of calls to a general purpose bucket, and where their rule is tried instead.
ELSEWHERE: Final = {
    "presign-qs-inm-01": "s3/test_raw.py",
    "post-content-type-01": "s3/test_observed_sequences.py",
    "website-inm-01": "nowhere: a website's endpoint is another service",
    "doc-put-race-inm-01": "races/test_races.py",
    "doc-put-race-delete-inm-01": "races/test_races.py",
    "doc-put-race-delete-im-01": "races/test_races.py",
    "doc-put-race-im-01": "races/test_races.py",
    "doc-delete-race-01": "races/test_races.py",
    "doc-policy-put-without-header-01": "s3/test_policies.py",
    "doc-policy-put-without-header-02": "s3/test_policies.py",
    "doc-policy-put-without-header-03": "s3/test_policies.py",
    "doc-policy-put-without-header-04": "s3/test_policies.py",
    "doc-policy-delete-without-header-01": "s3/test_policies.py",
    "doc-policy-delete-without-header-02": "s3/test_policies.py",
    "doc-policy-delete-star-only-02": "s3/test_policies.py",
    "doc-put-im-needs-get-01": "s3/test_policies.py",
}
STEPS: Final = {
    "PutObject": "put_object",
    "GetObject": "get_object",
    "HeadObject": "head_object",
    "DeleteObject": "delete_object",
    "DeleteObjects": "delete_objects",
    "CopyObject": "copy_object",
    "CreateMultipartUpload": "create_multipart_upload",
    "UploadPart": "upload_part",
    "UploadPartCopy": "upload_part_copy",
    "CompleteMultipartUpload": "complete_multipart_upload",
    "PutBucketVersioning": "put_bucket_versioning",
}


def runnable(case: dict[str, Any]) -> bool:
    """Whether a case is a sequence of calls, to a general purpose bucket, that nothing speaks against."""
    simple = all(step["op"] in STEPS or step["op"] == "sleep" for step in case["sequence"])
    doubtful = case.get("superseded") or case.get("contested")
    return simple and not doubtful and "bucket" not in case and case["id"] not in ELSEWHERE


RUNNABLE: Final = [case for case in CASES if runnable(case)]

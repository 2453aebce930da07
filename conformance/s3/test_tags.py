"""Tags in a header, in a document and in a form: what is skipped, what clears them, and what is no tag."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import refused, same, unchanged
from ..raw import Raw
from ..tables import truth_table
from .forms import filled, posted
from .steps import md5_of, put, versions_under

HEADER = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."


def tags(s3: Any, bucket: str, key: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}


@truth_table("""
    | x-amz-tagging | tags     | evidence |
    |---------------|----------|----------|
    | a=1&&b=2      | a=1 b=2  | recorded |
    | &a=1&         | a=1      | recorded |
    | a             | a=       | inferred |
    | a=b,c=d       | refused  | recorded |
    | a=1&a=2       | refused  | recorded |
""")
def test_tags_in_a_header(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """Empty pieces of x-amz-tagging are skipped; a name twice, or a comma where `&` is meant, is 400 InvalidArgument.

    Source: recorded on AWS 2026-02 [recorded]
    """
    tagging = row["x-amz-tagging"]
    if row["tags"] == "refused":
        with unchanged(lambda: versions_under(s3, bucket, key), "the key"):
            refused(
                s3.put_object, Bucket=bucket, Key=key, Body=b"", Tagging=tagging,
                status=400, code="InvalidArgument", message=HEADER,
                elements={"ArgumentName": "x-amz-tagging", "ArgumentValue": tagging},
            )  # fmt: skip
        return
    put(s3, bucket, key, b"", Tagging=tagging)
    same(tags(s3, bucket, key), dict(pair.split("=") for pair in row["tags"].split()), "the tags")


def test_a_document_without_a_tag_set_clears_the_tags(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """PutObjectTagging with a Tagging that has no TagSet takes all tags away.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"", Tagging="a=1")
    answer = raw("PUT", f"/{bucket}/{key}?tagging", {"Content-MD5": md5_of(b"<Tagging/>")}, b"<Tagging/>")
    same((answer.status, tags(s3, bucket, key)), (200, {}), "the status and the tags")


@pytest.mark.needs("s3.forms")
@truth_table("""
    | tagging                                                                            | status | tags |
    |------------------------------------------------------------------------------------|--------|------|
    | <Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>        | 204    | a    |
    | <InvalidXmlTagging></InvalidXmlTagging>                                            | 204    | -    |
    | <Tagging><Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags></Tagging>            | 204    | -    |
    | no document                                                                        | 400    | -    |
""")
def test_tags_in_a_form(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """A form's `tagging` that is XML and no Tagging stores the object without tags; what is no XML is refused.

    Source: recorded on AWS 2026-02 [recorded]
    """
    with unchanged(lambda: versions_under(s3, bucket, f"{key}-other"), "another key"):
        answer = posted(raw, bucket, filled(s3, bucket, key, {"tagging": row["tagging"]}))
    same(answer.status, int(row["status"]), "the status")
    if row["status"] == "400":
        same(versions_under(s3, bucket, key), [], "what the key holds")
        return
    same(set(tags(s3, bucket, key)), set(row.get("tags", "").split()), "the tags")

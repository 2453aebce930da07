"""Browser forms and user metadata: what a policy's condition counts for, `${filename}`, Location, and encoded words."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from ..expect import accepted, same, true, unchanged
from ..raw import Raw
from ..tables import truth_table
from .forms import filled, posted
from .steps import put, said_no, text_of, versions_under

ANY_NAME = "${filename}"


@pytest.mark.needs("s3.forms")
@pytest.mark.parametrize("sign", ["$", ""])
def test_a_condition_names_a_field_with_a_dollar_sign(raw: Raw, s3: Any, bucket: str, key: str, sign: str) -> None:
    """A policy's condition on a field without `$` before its name does not count: it fails, and nothing is stored.

    Source: recorded on AWS 2026-02 [recorded]
    """
    field, value = "success_action_status", "200"
    form = filled(s3, bucket, key, {field: value}, [["eq", f"{sign}{field}", value]])
    if sign:
        same(posted(raw, bucket, form).status, 200, "the status")
        return
    with unchanged(lambda: versions_under(s3, bucket, key), "the key"):
        message = f'Invalid according to Policy: Policy Condition failed: ["eq", "{field}", "{value}"]'
        said_no(posted(raw, bucket, form), 403, "AccessDenied", Message=message)


@pytest.mark.needs("s3.forms")
@truth_table("""
    | file name | the policy demands | stored as   | evidence    |
    |-----------|--------------------|-------------|-------------|
    | a.txt     | -                  | a.txt       | recorded    |
    | -         | -                  | ${filename} | recorded    |
    | a.txt     | a.txt              | a.txt       | third-party |
    | a.txt     | ${filename}        | refused     | third-party |
""")
def test_the_name_of_the_file_in_the_key(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """`${filename}` in a form's key is filled in before the policy is judged, and stays where the file has no name.

    Source: recorded on AWS 2026-02, the order asserted there by a published test suite [recorded]
    """
    wanted = row.get("the policy demands")
    condition = ["starts-with", "$key", key] if wanted is None else ["eq", "$key", f"{key}/{wanted}"]
    form = s3.generate_presigned_post(bucket, ANY_NAME, Conditions=[condition])["fields"]  # its own condition: any key
    answer = posted(raw, bucket, {**form, "key": f"{key}/{ANY_NAME}"}, file_name=row.get("file name"))
    if row["stored as"] == "refused":
        same((answer.status, versions_under(s3, bucket, key)), (403, []), "the status, and what is stored")
        return
    same(answer.status, 204, "the status")
    stored = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]]
    same(stored, [f"{key}/{row['stored as']}"], "the key")


@pytest.mark.needs("s3.forms", "s3.virtual_hosts")
def test_the_location_is_virtual_hosted(raw: Raw, s3: Any, own_bucket: str, key: str) -> None:
    """The document of a form's 201 names the object by its bucket's host, however the form was posted.

    Source: recorded on AWS 2026-02 [recorded]
    """
    answer = posted(raw, own_bucket, filled(s3, own_bucket, key, {"success_action_status": "201"}))
    same(answer.status, 201, "the status")
    location = text_of(answer.body, "Location") or ""
    true(f"//{own_bucket}." in location or "127.0.0.1" in location, f"{location} is virtual-hosted where a bucket has a host")
    true(location.endswith(f"/{key}"), f"{location} ends with the key")


@truth_table("""
    | sent                              | came back                         |
    |-----------------------------------|-----------------------------------|
    | plain                             | plain                             |
    | =?UTF-8?Q?a=C3=A4_100%_v1.2?=     | =?UTF-8?Q?a=C3=A4_100%_v1.2?=     |
    | =?UTF-8?Q?plain?=                 | plain                             |
    | =?UTF-8?Q?a=0Ab?=                 | =?UTF-8?B?YQpi?=                  |
""")
def test_metadata_in_encoded_words(raw: Raw, bucket: str, key: str, row: dict[str, str]) -> None:
    """Metadata beyond ASCII comes back in encoded words, in which `%` and `.` stay; text with control characters in base64.

    Source: recorded on AWS 2026-02 [recorded]
    """
    same(raw("PUT", f"/{bucket}/{key}", {"x-amz-meta-a": row["sent"]}).status, 200, "the status")
    same(raw("HEAD", f"/{bucket}/{key}").headers.get("x-amz-meta-a"), row["came back"], "the metadata")


@pytest.mark.needs("s3.forms")
def test_encoded_words_in_a_form_stay(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """An encoded word in a form's field is kept as it is: a field is no header.

    Source: recorded on AWS 2026-02 [recorded]
    """
    word = f"=?UTF-8?B?{b64encode(b'plain').decode()}?="
    same(posted(raw, bucket, filled(s3, bucket, key, {"x-amz-meta-a": word})).status, 204, "the status")
    same(raw("HEAD", f"/{bucket}/{key}").headers.get("x-amz-meta-a"), word, "the metadata of the form")
    put(s3, bucket, key, b"")
    accepted(s3.put_object, Bucket=bucket, Key=key, Body=b"", Metadata={"a": word})
    same(raw("HEAD", f"/{bucket}/{key}").headers.get("x-amz-meta-a"), "plain", "the metadata of the header")

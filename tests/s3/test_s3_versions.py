from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from s3_wire import Wire

from condemu.s3.state.versions import issue, order_of


@settings(deadline=None, max_examples=100)
@given(st.binary(min_size=8, max_size=8), st.integers(0, 2**63), st.integers(0, 31), st.sampled_from("Az9._"))
def test_version_ids_validate_themselves(salt: bytes, order: int, at: int, other: str) -> None:
    version_id = issue(salt, order)
    assert len(version_id) == 32
    assert version_id.replace(".", "a").replace("_", "a").isalnum()
    assert order_of(version_id) == order
    changed = version_id[:at] + other + version_id[at + 1 :]
    assert (order_of(changed) == order) == (changed == version_id)


def invented(s3: Wire) -> str:
    return "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"


def test_each_put_in_an_enabled_bucket_is_a_version_of_its_own(s3: Wire) -> None:
    s3.put("key", b"0")
    s3.versioning("Enabled")
    one, two = s3.put("key", b"1")["x-amz-version-id"], s3.put("key", b"2")["x-amz-version-id"]
    assert [version_id for version_id, _, _ in s3.stack("key")] == [two, one, "null"]
    for version_id, body in ((one, b"1"), (two, b"2"), ("null", b"0")):
        answer = s3.get("key", query=f"versionId={version_id}")
        assert (answer.body, answer["x-amz-version-id"]) == (body, version_id)
    assert s3.get("key")["x-amz-version-id"] == two


def test_a_put_in_a_suspended_bucket_replaces_the_null_version_and_names_no_version(s3: Wire) -> None:
    s3.put("key", b"0")
    s3.versioning("Enabled")
    one = s3.put("key", b"1")["x-amz-version-id"]
    s3.versioning("Suspended")
    for body in (b"2", b"3"):
        assert s3.put("key", body)["x-amz-version-id"] is None
        assert [version_id for version_id, _, _ in s3.stack("key")] == ["null", one]
    answer = s3.get("key")
    assert (answer.body, answer["x-amz-version-id"]) == (b"3", "null")


def test_a_delete_in_an_enabled_bucket_puts_a_marker_on_top_whatever_is_below(s3: Wire) -> None:
    s3.versioning("Enabled")
    put = s3.put("key")["x-amz-version-id"]
    for expected in (2, 3):
        answer = s3.delete("key")
        assert (answer.status, answer["x-amz-delete-marker"], answer.body) == (204, "true", b"")
        assert (answer["content-length"], answer["content-type"]) == (None, None)
        assert len(s3.stack("key")) == expected
    marker = answer["x-amz-version-id"]
    latest = s3.get("key")
    assert latest.refusal == (404, "NoSuchKey", {"Key": "key"})
    assert (latest["x-amz-delete-marker"], latest["x-amz-version-id"]) == ("true", marker)
    assert s3.head("key")["x-amz-delete-marker"] == "true"
    by_id = s3.get("key", query=f"versionId={marker}")
    assert by_id.refusal == (405, "MethodNotAllowed", {"Method": "GET", "ResourceType": "DeleteMarker"})
    assert (by_id["x-amz-delete-marker"], by_id["allow"]) == ("true", "DELETE")
    assert s3.get("key", query=f"versionId={put}").status == 200


def test_deleting_a_marker_by_its_id_brings_back_what_is_below(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.put("key", b"1")
    marker = s3.delete("key")["x-amz-version-id"]
    answer = s3.delete("key", query=f"versionId={marker}")
    assert (answer.status, answer["x-amz-delete-marker"], answer["x-amz-version-id"]) == (204, "true", marker)
    assert s3.get("key").body == b"1"


def test_a_delete_in_a_suspended_bucket_leaves_a_null_marker(s3: Wire) -> None:
    s3.versioning("Enabled")
    one = s3.put("key", b"1")["x-amz-version-id"]
    s3.versioning("Suspended")
    s3.put("key", b"2")
    answer = s3.delete("key")
    assert (answer["x-amz-delete-marker"], answer["x-amz-version-id"]) == ("true", "null")
    assert [(version_id, marker) for version_id, marker, _ in s3.stack("key")] == [("null", True), (one, False)]


def test_removing_the_current_version_makes_the_one_below_current_and_counts_as_a_change(s3: Wire) -> None:
    s3.versioning("Enabled")
    etag = s3.put("key", b"1")["etag"] or ""
    two = s3.put("key", b"2")["x-amz-version-id"]
    began = s3.store.index
    assert s3.delete("key", query=f"versionId={two}").status == 204
    assert s3.get("key").body == b"1"
    answer = s3("PUT", "/bucket/key", b"3", headers={"if-match": etag}, began=began)
    assert answer.refusal == (409, "ConditionalRequestConflict", {"Condition": "If-Match", "Key": "key"})
    assert s3.put("key", b"3", if_match=etag).status == 200


def test_removing_another_version_is_no_change_of_the_key(s3: Wire) -> None:
    s3.versioning("Enabled")
    one = s3.put("key", b"1")["x-amz-version-id"]
    etag = s3.put("key", b"2")["etag"] or ""
    began = s3.store.index
    s3.delete("key", query=f"versionId={one}")
    assert s3("PUT", "/bucket/key", b"3", headers={"if-match": etag}, began=began).status == 200


def test_a_genuine_id_whose_version_is_gone_is_told_from_an_invented_one(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.put("key")
    gone = s3.put("key")["x-amz-version-id"] or ""
    s3.delete("key", query=f"versionId={gone}")
    assert s3.get("key", query=f"versionId={gone}").refusal == (404, "NoSuchVersion", {"Key": "key", "VersionId": gone})
    for other in (invented(s3), gone[:-1] + ("A" if gone[-1] != "A" else "B"), "x", ""):
        refusal = (400, "InvalidArgument", {"ArgumentName": "versionId", "ArgumentValue": other})
        before = s3.everything()
        assert s3.get("key", query=f"versionId={other}").refusal == refusal
        assert s3.delete("key", query=f"versionId={other}").refusal == refusal
        assert s3.everything() == before
    answer = s3.delete("key", query=f"versionId={gone}")
    assert (answer.status, answer["x-amz-version-id"]) == (204, gone)


def test_an_unversioned_bucket_knows_the_null_version_only(s3: Wire) -> None:
    s3.put("key", b"1")
    answer = s3.get("key", query="versionId=null")
    assert (answer.body, answer["x-amz-version-id"]) == (b"1", None)
    assert s3.get("key", query=f"versionId={invented(s3)}").refusal[1] == "InvalidArgument"
    assert s3.delete("key", query="versionId=null").status == 204
    assert s3.get("key").status == 404


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_conditions_see_the_current_version_and_nothing_below_a_marker(s3: Wire, status: str) -> None:
    s3.versioning("Enabled")
    hidden = s3.put("key", b"1")["etag"] or ""
    s3.versioning(status)
    s3.delete("key")
    before = s3.everything()
    assert s3.put("key", if_match=hidden).refusal == (404, "NoSuchKey", {"Key": "key"})
    assert s3.delete("key", if_match=hidden).refusal == (404, "NoSuchKey", {"Key": "key"})
    assert s3.delete("key", if_match="*").refusal == (404, "NoSuchKey", {"Key": "key"})
    assert s3.everything() == before
    assert s3.put("key", b"2", if_none_match="*").status == 200
    before = s3.everything()
    assert s3.put("key", b"3", if_none_match="*").refusal[0] == 412
    assert s3.put("key", b"3", if_match=hidden).refusal[0] == 412
    assert s3.everything() == before


def test_a_304_of_a_versioned_object_names_its_version(s3: Wire) -> None:
    s3.versioning("Enabled")
    put = s3.put("key")
    answer = s3.get("key", if_none_match=put["etag"] or "")
    assert (answer.status, answer["x-amz-version-id"]) == (304, put["x-amz-version-id"])

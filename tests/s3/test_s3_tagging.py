from __future__ import annotations

import pytest
from s3_wire import Answer, Wire


def tagging(*pairs: tuple[str, str]) -> bytes:
    tags = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in pairs)
    return f"<Tagging><TagSet>{tags}</TagSet></Tagging>".encode()


def tags_of(answer: Answer) -> list[tuple[str | None, str | None]]:
    assert answer.xml is not None
    tag_set = answer.xml.child("TagSet")
    assert tag_set is not None
    return [(tag.text_of("Key"), tag.text_of("Value")) for tag in tag_set]


def many(count: int) -> bytes:
    return tagging(*((f"key{number}", "") for number in range(count)))


def test_tags_of_a_bucket_are_put_read_and_deleted(s3: Wire) -> None:
    none = (404, "NoSuchTagSet", {"BucketName": "bucket"})
    assert s3("GET", "/bucket", query="tagging").refusal == none
    assert s3("PUT", "/bucket", tagging(("b", "1"), ("a", "2 ä+-=._:/@")), query="tagging").status == 204
    assert tags_of(s3("GET", "/bucket", query="tagging")) == [("b", "1"), ("a", "2 ä+-=._:/@")]
    assert s3("DELETE", "/bucket", query="tagging").status == 204
    assert s3("GET", "/bucket", query="tagging").refusal == none
    assert s3("PUT", "/bucket", tagging(), query="tagging").status == 204
    assert s3("GET", "/bucket", query="tagging").refusal == none


def test_tags_of_an_object_change_nothing_else(s3: Wire) -> None:
    etag = s3.put("key")["etag"] or ""
    before = s3.head("key")
    assert tags_of(s3.get("key", "tagging")) == []
    answer = s3("PUT", "/bucket/key", tagging(("a", "1")), query="tagging")
    assert (answer.status, answer["x-amz-version-id"]) == (200, None)
    assert tags_of(s3.get("key", "tagging")) == [("a", "1")]
    after = s3.head("key")
    assert (after["etag"], after["last-modified"], after["x-amz-tagging-count"]) == (before["etag"], before["last-modified"], "1")
    assert s3.put("key", b"new", if_match=etag).status == 200  # which is no conflict, although the tags are younger than nothing
    assert tags_of(s3.get("key", "tagging")) == []


def test_putting_tags_is_no_change_of_the_key_to_a_condition(s3: Wire) -> None:
    etag = s3.put("key")["etag"] or ""
    began = s3.store.index
    s3("PUT", "/bucket/key", tagging(("a", "1")), query="tagging")
    assert s3("PUT", "/bucket/key", b"new", headers={"if-match": etag}, began=began).status == 200


def test_deleting_tags_answers_204(s3: Wire) -> None:
    s3.put("key", x_amz_tagging="a=1&b=2")
    assert tags_of(s3.get("key", "tagging")) == [("a", "1"), ("b", "2")]
    assert s3.delete("key", "tagging").status == 204
    assert tags_of(s3.get("key", "tagging")) == []


def test_each_version_has_its_tags(s3: Wire) -> None:
    s3.versioning("Enabled")
    first = s3.put("key", b"1")["x-amz-version-id"]
    second = s3.put("key", b"2")["x-amz-version-id"]
    answer = s3("PUT", "/bucket/key", tagging(("a", "1")), query=f"tagging&versionId={first}")
    assert answer["x-amz-version-id"] == first
    latest = s3.get("key", "tagging")
    assert (tags_of(latest), latest["x-amz-version-id"]) == ([], second)
    assert tags_of(s3.get("key", f"tagging&versionId={first}")) == [("a", "1")]
    assert s3.get("key").body == b"2"


def test_what_has_no_tags_is_refused(s3: Wire) -> None:
    assert s3.get("missing", "tagging").refusal == (404, "NoSuchKey", {"Key": "bucket/missing"})
    assert s3("PUT", "/bucket/missing", tagging(), query="tagging").refusal == (404, "NoSuchKey", {"Key": "missing"})
    assert s3.delete("missing", "tagging").refusal == (404, "NoSuchKey", {"Key": "missing"})
    s3.versioning("Enabled")
    s3.put("key")
    marker = s3.delete("key")["x-amz-version-id"]
    before = s3.everything()
    for query in ("tagging", f"tagging&versionId={marker}"):
        for method in ("GET", "PUT", "DELETE"):
            answer = s3(method, "/bucket/key", tagging() if method == "PUT" else b"", query=query)
            assert answer.refusal == (405, "MethodNotAllowed", {"Method": method, "ResourceType": "DeleteMarker"})
            assert answer["x-amz-delete-marker"] == "true"
    assert s3.everything() == before


@pytest.mark.parametrize(
    ("pairs", "fields"),
    [
        ((("Key1", "1"), ("Key1", "2")), {"TagKey": "Key1"}),
        ((("Key1,Key2", "1"),), {"TagKey": "Key1,Key2"}),
        ((("", "1"),), {"TagKey": ""}),
        ((("k" * 129, "1"),), {"TagKey": "k" * 129}),
        ((("Key1", "Val1,Val2"),), {"TagKey": "Key1", "TagValue": "Val1,Val2"}),
        ((("Key1", "v" * 257),), {"TagKey": "Key1", "TagValue": "v" * 257}),
        ((("aws:prefixed", "1"),), {"TagKey": "aws:prefixed"}),
    ],
)
@pytest.mark.parametrize("path", ["/bucket", "/bucket/key"])
def test_a_tag_is_refused(s3: Wire, path: str, pairs: tuple[tuple[str, str], ...], fields: dict[str, str]) -> None:
    s3.put("key")
    before = s3.everything()
    assert s3("PUT", path, tagging(*pairs), query="tagging").refusal == (400, "InvalidTag", fields)
    assert s3.everything() == before


def test_a_system_tag_is_refused_in_other_words_on_a_bucket(s3: Wire) -> None:
    s3.put("key")
    body = tagging(("aws:x", "1"))
    assert b"<Message>Your TagKey cannot be prefixed with aws:</Message>" in s3("PUT", "/bucket/key", body, query="tagging").body
    assert b"<Message>System tags cannot be added/updated by requester<" in s3("PUT", "/bucket", body, query="tagging").body


def test_there_are_ten_tags_on_an_object_and_fifty_on_a_bucket_at_most(s3: Wire) -> None:
    s3.put("key")
    assert s3("PUT", "/bucket/key", many(10), query="tagging").status == 200
    assert s3("PUT", "/bucket", many(50), query="tagging").status == 204
    before = s3.everything()
    for path, count, text in (("/bucket/key", 11, b"Object tags cannot be greater than 10"), ("/bucket", 51, b"greater than 50")):
        answer = s3("PUT", path, many(count), query="tagging")
        assert answer.refusal == (400, "BadRequest", {})
        assert text in answer.body
    assert s3.everything() == before


def test_a_tag_set_is_complete(s3: Wire) -> None:
    body = b"<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>"
    assert s3("PUT", "/bucket", body, query="tagging").refusal == (400, "MalformedXML", {})

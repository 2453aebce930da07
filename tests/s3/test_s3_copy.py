from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from s3_wire import Wire, bucket_called

from condemu.s3.errors.general import COPY_ONTO_ITSELF, COPY_SOURCE_IS_MARKER, COPY_SOURCE_TOO_LARGE
from condemu.wire.rest import http_date


def test_a_copy_has_the_bytes_and_all_that_describes_them_but_class_and_redirect(s3: Wire) -> None:
    s3.put(
        "from",
        b"test",
        content_type="text/plain",
        x_amz_meta_a="b",
        cache_control="no-cache",
        x_amz_tagging="t=1",
        x_amz_storage_class="STANDARD_IA",
        x_amz_website_redirect_location="/x",
    )
    answer = s3.copy("bucket/from", "to")
    assert answer.xml is not None
    assert [(child.tag, child.text) for child in answer.xml] == [
        ("LastModified", "2026-01-01T00:00:00.000Z"),
        ("ETag", '"098f6bcd4621d373cade4e832627b4f6"'),
        ("ChecksumCRC64NVME", "+bu+zv66sUM="),
        ("ChecksumType", "FULL_OBJECT"),
    ]
    assert (answer["x-amz-version-id"], answer["x-amz-copy-source-version-id"]) == (None, None)
    copy = s3.get("to")
    told = ("content-type", "x-amz-meta-a", "cache-control", "x-amz-tagging-count")
    assert (copy.body, [copy[name] for name in told]) == (b"test", ["text/plain", "b", "no-cache", "1"])
    assert (copy["x-amz-storage-class"], copy["x-amz-website-redirect-location"]) == (None, None)


def test_directives_replace_metadata_and_tags_each_by_itself(s3: Wire) -> None:
    s3.put("from", content_type="text/plain", x_amz_meta_a="b", x_amz_tagging="t=1&u=2")
    s3.copy("bucket/from", "to", x_amz_metadata_directive="REPLACE", x_amz_meta_c="d")
    copy = s3.get("to")
    assert (copy["content-type"], copy["x-amz-meta-a"], copy["x-amz-meta-c"]) == ("binary/octet-stream", None, "d")
    assert copy["x-amz-tagging-count"] == "2"
    s3.copy("bucket/from", "to", x_amz_tagging_directive="REPLACE", x_amz_tagging="v=3", x_amz_meta_c="ignored")
    copy = s3.get("to")
    assert (copy["x-amz-tagging-count"], copy["x-amz-meta-a"], copy["x-amz-meta-c"]) == ("1", "b", None)


def test_a_checksum_may_be_chosen_anew(s3: Wire) -> None:
    s3.put("from", b"hello world")
    answer = s3.copy("bucket/from", "to", x_amz_checksum_algorithm="CRC32")
    assert answer.xml is not None
    assert answer.xml.text_of("ChecksumCRC32") == "DUoRhQ=="
    assert s3.get("to", x_amz_checksum_mode="ENABLED")["x-amz-checksum-crc32"] == "DUoRhQ=="


@pytest.mark.parametrize("source", ["/bucket/a%20b%2Bc", "bucket/a b%2Bc", "bucket/a+b%2bc", "bucket%2Fa%20b%2Bc"])
def test_the_source_is_decoded_once(s3: Wire, source: str) -> None:
    s3.put("a b+c", b"x")
    assert s3.copy(source, "to").status == 200


@pytest.mark.parametrize("source", ["bucket", "bucket/", "/", "", "bucket/k?versionId=", "bucket/%ff"])
def test_a_source_that_does_not_parse_is_refused(s3: Wire, source: str) -> None:
    before = s3.everything()
    answer = s3.copy(source, "to")
    fields = {"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"}
    assert answer.refusal == (400, "InvalidArgument", fields)
    assert b"Invalid copy source object key" in answer.body
    assert s3.everything() == before


def test_a_missing_source_is_named(s3: Wire) -> None:
    assert s3.copy("nowhere/key", "to").refusal == (404, "NoSuchBucket", {"BucketName": "nowhere"})
    assert s3.copy("bucket/from", "to").refusal == (404, "NoSuchKey", {"Key": "from"})
    assert s3("PUT", "/nowhere/to", headers={"x-amz-copy-source": "bucket/from"}).refusal[2] == {"BucketName": "nowhere"}


def test_versions_of_a_source_are_named_by_their_ids(s3: Wire) -> None:
    s3.versioning("Enabled")
    old = s3.put("from", b"1")["x-amz-version-id"]
    s3.put("from", b"2")
    marker = s3.delete("from")["x-amz-version-id"]
    answer = s3.copy(f"bucket/from?versionId={old}", "to")
    assert answer["x-amz-copy-source-version-id"] == old
    assert answer["x-amz-version-id"] == s3.stack("to")[0][0]
    assert s3.get("to").body == b"1"
    before = s3.everything()
    assert s3.copy("bucket/from", "to").refusal == (404, "NoSuchKey", {"Key": "from"})
    refused = s3.copy(f"bucket/from?versionId={marker}", "to")
    assert refused.refusal == (400, "InvalidRequest", {})
    assert refused.message == COPY_SOURCE_IS_MARKER.message
    assert s3.copy("bucket/from?versionId=invented", "to").refusal[1] == "InvalidArgument"
    assert s3.everything() == before


def test_a_copy_in_a_suspended_bucket_names_the_null_version(s3: Wire) -> None:
    s3.put("from")
    s3.versioning("Suspended")
    answer = s3.copy("bucket/from", "to")
    assert (answer["x-amz-version-id"], answer["x-amz-copy-source-version-id"]) == ("null", None)


SELF = [  # headers, and whether a copy of an object onto itself is then a change
    ({}, False),
    ({"x-amz-metadata-directive": "COPY"}, False),
    ({"x-amz-acl": "bucket-owner-full-control"}, False),
    ({"x-amz-metadata-directive": "REPLACE"}, True),
    ({"x-amz-storage-class": "STANDARD"}, True),
    ({"x-amz-server-side-encryption": "AES256"}, True),
    ({"x-amz-website-redirect-location": "/x"}, True),
    ({"x-amz-checksum-algorithm": "SHA256"}, True),
]


@pytest.mark.parametrize(("headers", "legal"), SELF)
@pytest.mark.parametrize("versioning", ["", "Enabled"])
def test_a_copy_onto_itself_must_change_something(s3: Wire, headers: dict[str, str], legal: bool, versioning: str) -> None:
    s3.versioning(versioning)
    s3.put("key")
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", headers={"x-amz-copy-source": "bucket/key", **headers})
    if legal:
        assert answer.status == 200
    else:
        assert answer.refusal == (400, "InvalidRequest", {})
        assert answer.message == COPY_ONTO_ITSELF.message
        assert s3.everything() == before


def test_an_older_version_may_be_copied_to_the_top(s3: Wire) -> None:
    s3.versioning("Enabled")
    old = s3.put("key", b"1")["x-amz-version-id"]
    s3.put("key", b"2")
    assert s3.copy(f"bucket/key?versionId={old}", "key").status == 200
    assert s3.get("key").body == b"1"


DESTINATION = [
    ({"if-none-match": "*"}, (412, "PreconditionFailed", {"Condition": "If-None-Match"})),
    ({"if-match": '"wrong"'}, (412, "PreconditionFailed", {"Condition": "If-Match"})),
    (
        {"if-match": "*"},
        (
            501,
            "NotImplemented",
            {"Header": "If-Match", "additionalMessage": "We don't accept the provided value of If-Match header for this API"},
        ),
    ),
]


@pytest.mark.parametrize(("headers", "refusal"), DESTINATION)
def test_conditions_on_the_destination(s3: Wire, headers: dict[str, str], refusal: tuple[object, ...]) -> None:
    s3.put("from")
    s3.put("to", b"other")
    before = s3.everything()
    assert s3("PUT", "/bucket/to", headers={"x-amz-copy-source": "bucket/from", **headers}).refusal == refusal
    assert s3.everything() == before


def test_a_destination_that_is_missing_is_the_key_of_no_such_key(s3: Wire) -> None:
    s3.put("from")
    assert s3.copy("bucket/from", "to", if_match='"abc"').refusal == (404, "NoSuchKey", {"Key": "to"})
    assert s3.copy("bucket/from", "to", if_none_match="*").status == 200


def test_a_destination_changed_after_the_copy_began_is_a_conflict(s3: Wire) -> None:
    s3.put("from")
    began = s3.store.index
    etag = s3.put("to")["etag"] or ""
    before = s3.everything()
    answer = s3("PUT", "/bucket/to", headers={"x-amz-copy-source": "bucket/from", "if-match": etag}, began=began)
    assert answer.refusal == (409, "ConditionalRequestConflict", {"Condition": "If-Match", "Key": "to"})
    assert s3.everything() == before


def test_conditions_on_the_source_are_412_and_come_before_the_destinations(s3: Wire) -> None:
    etag = s3.put("from")["etag"] or ""
    s3.put("to")
    before = s3.everything()
    names = ("if-match", "if-unmodified-since", "if-none-match", "if-modified-since")
    values = ('"wrong"', http_date(0), etag, http_date(s3.clock.now()))
    spelled = ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since")
    for first in range(4):
        sent = {f"x-amz-copy-source-{name}": value for name, value in list(zip(names, values))[first:]}
        answer = s3("PUT", "/bucket/to", headers={"x-amz-copy-source": "bucket/from", "if-none-match": "*", **sent})
        assert answer.refusal == (412, "PreconditionFailed", {"Condition": f"x-amz-copy-source-{spelled[first]}"})
    assert s3.everything() == before


@pytest.mark.parametrize("name", ["metadata", "tagging"])
def test_directives_are_copy_or_replace(s3: Wire, name: str) -> None:
    s3.put("from")
    before = s3.everything()
    answer = s3("PUT", "/bucket/to", headers={"x-amz-copy-source": "bucket/from", f"x-amz-{name}-directive": "MERGE"})
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": f"x-amz-{name}-directive", "ArgumentValue": "MERGE"})
    assert f"Unknown {name} directive." in answer.body.decode()
    assert s3.everything() == before


def test_a_copy_carries_five_gib_at_most(s3: Wire) -> None:
    s3.put("from")

    def grow(txn: Any) -> None:
        where = bucket_called(txn).at("from")
        txn.put("s3.object", where, replace(txn.get("s3.object", where), size=5 * 1024**3 + 1))

    s3.store.transact(grow)
    answer = s3.copy("bucket/from", "to")
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == COPY_SOURCE_TOO_LARGE.message
    assert s3.get("to").status == 404

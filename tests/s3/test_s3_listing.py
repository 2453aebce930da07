"""ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads and ListParts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from s3_uploads import begin, complete, upload
from s3_wire import Answer, Wire, bucket_called, fresh

from condemu.s3.listing.pages import behind
from condemu.s3.state.records import OBJECTS, Version


def query(**parameters: Any) -> str:
    """A query string; underscores stand for hyphens, None for a parameter without a value."""
    return "&".join(
        name.replace("_", "-") + ("" if value is None else f"={quote(str(value), safe='')}") for name, value in parameters.items()
    )


def listing(s3: Wire, **parameters: Any) -> Answer:
    return s3("GET", "/bucket", query=query(**parameters))


def keys(answer: Answer, tag: str = "Contents") -> list[str]:
    assert answer.xml is not None, answer.body
    return [entry.text_of("Key") or "" for entry in answer.xml.all(tag)]


def prefixes(answer: Answer) -> list[str]:
    assert answer.xml is not None
    return [entry.text_of("Prefix") or "" for entry in answer.xml.all("CommonPrefixes")]


def text(answer: Answer, tag: str) -> str | None:
    assert answer.xml is not None
    return answer.xml.text_of(tag)


def put_all(s3: Wire, *names: str) -> None:
    for name in names:
        assert s3.put(name).status == 200


def test_an_entry_tells_what_aws_tells(s3: Wire) -> None:
    s3.put("a&b", b"test")
    answer = listing(s3, list_type=2)
    expected = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b"<Name>bucket</Name><Prefix></Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
        b"<Contents><Key>a&amp;b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        b"<ETag>&quot;098f6bcd4621d373cade4e832627b4f6&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
        b"<ChecksumType>FULL_OBJECT</ChecksumType><Size>4</Size><StorageClass>STANDARD</StorageClass></Contents>"
        b"</ListBucketResult>"
    )
    assert answer.body == expected
    owners = [listing(s3), listing(s3, list_type=2, fetch_owner="true")]
    assert all(b"<Owner><ID>" in answer.body for answer in owners)


def test_v1_names_its_marker_and_a_next_one_only_with_a_delimiter(s3: Wire) -> None:
    put_all(s3, "a", "b/1", "b/2", "c")
    plain = listing(s3, max_keys=1)
    assert (keys(plain), text(plain, "Marker"), text(plain, "NextMarker")) == (["a"], "", None)
    assert text(plain, "IsTruncated") == "true"
    grouped = listing(s3, max_keys=2, delimiter="/")
    assert (keys(grouped), prefixes(grouped), text(grouped, "NextMarker")) == (["a"], ["b/"], "b/")
    rest = listing(s3, max_keys=2, delimiter="/", marker="b/")
    assert (keys(rest), prefixes(rest), text(rest, "IsTruncated"), text(rest, "NextMarker")) == (["c"], [], "false", None)


def test_a_marker_within_a_group_passes_over_the_rest_of_the_group(s3: Wire) -> None:
    put_all(s3, "a", "b/1", "b/2", "c")
    assert prefixes(listing(s3, delimiter="/", marker="b/1")) == []
    assert keys(listing(s3, delimiter="/", marker="b/1")) == ["c"]
    assert keys(listing(s3, marker="b/1")) == ["b/2", "c"]


def test_no_keys_at_most_is_an_empty_page_that_is_not_truncated(s3: Wire) -> None:
    put_all(s3, "a", "b")
    for answer in (listing(s3, max_keys=0), listing(s3, list_type=2, max_keys=0), listing(s3, versions=None, max_keys=0)):
        assert (text(answer, "MaxKeys"), text(answer, "IsTruncated"), keys(answer)) == ("0", "false", [])


def test_no_page_has_more_than_a_thousand(s3: Wire) -> None:
    def decide(txn: Any) -> None:
        bucket = bucket_called(txn)
        for number in range(1001):
            txn.put(OBJECTS, bucket.at(f"{number:05}"), Version("null", number, 1, txn.now, "000000000000"))

    s3.store.transact(decide)
    answer = listing(s3, list_type=2, max_keys=5000)
    assert (len(keys(answer)), text(answer, "MaxKeys"), text(answer, "IsTruncated")) == (1000, "1000", "true")


def test_a_token_continues_behind_its_page_and_start_after_counts_only_before(s3: Wire) -> None:
    put_all(s3, "a", "b", "c", "d")
    first = listing(s3, list_type=2, start_after="a", max_keys=1)
    assert (keys(first), text(first, "StartAfter"), text(first, "KeyCount")) == (["b"], "a", "1")
    token = text(first, "NextContinuationToken")
    second = listing(s3, list_type=2, start_after="c", max_keys=1, continuation_token=token)
    assert (keys(second), text(second, "StartAfter"), text(second, "ContinuationToken")) == (["c"], None, token)


@pytest.mark.parametrize("token", ["", "garbage", "Zm9v", "é"])
def test_a_token_that_was_never_issued_is_refused(s3: Wire, token: str) -> None:
    answer = listing(s3, list_type=2, continuation_token=token)
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "continuation-token"})
    assert text(answer, "Message") == "The continuation token provided is incorrect"


@pytest.mark.parametrize("level", ["", "list-type=2&", "versions&", "uploads&"])
@pytest.mark.parametrize("value", ["", "value", "URL"])
def test_an_unknown_encoding_type_is_refused(s3: Wire, level: str, value: str) -> None:
    answer = s3("GET", "/bucket", query=f"{level}encoding-type={value}")
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "encoding-type", "ArgumentValue": value})
    assert text(answer, "Message") == "Invalid Encoding Method specified in Request"


def test_url_encoding_reaches_every_name(s3: Wire) -> None:
    put_all(s3, "a b/ü+1", "a b/ü+2")
    answer = listing(s3, encoding_type="url", prefix="a b/", marker="a b/ü", max_keys=1, delimiter="!")
    assert keys(answer) == ["a+b/%C3%BC%2B1"]
    seen = [text(answer, tag) for tag in ("Prefix", "Marker", "Delimiter", "NextMarker", "EncodingType")]
    assert seen == ["a+b/", "a+b/%C3%BC", "%21", "a+b/%C3%BC%2B1", "url"]
    v2 = listing(s3, list_type=2, encoding_type="url", start_after="a b", delimiter="/")
    assert (text(v2, "StartAfter"), prefixes(v2)) == ("a+b", ["a+b/"])
    versions = listing(s3, versions=None, encoding_type="url", key_marker="a b/ü", max_keys=1)
    assert (keys(versions, "Version"), text(versions, "KeyMarker")) == (["a+b/%C3%BC%2B1"], "a+b/%C3%BC")
    assert text(versions, "NextKeyMarker") == "a+b/%C3%BC%2B1"


@pytest.mark.parametrize(
    ("level", "parameter", "negative"),
    [
        ("", "max-keys", "maxKeys"),
        ("list-type=2&", "max-keys", "maxKeys"),
        ("versions&", "max-keys", "maxKeys"),
        ("uploads&", "max-uploads", "max-uploads"),
    ],
)
def test_limits_are_integers_from_0_to_2_31(s3: Wire, level: str, parameter: str, negative: str) -> None:
    below = s3("GET", "/bucket", query=f"{level}{parameter}=-1")
    assert below.refusal == (400, "InvalidArgument", {"ArgumentName": negative, "ArgumentValue": "-1"})
    assert text(below, "Message") == f"Argument {negative} must be an integer between 0 and 2147483647"
    for value in ("x", "1.5", "2147483648", "99999999999999"):
        answer = s3("GET", "/bucket", query=f"{level}{parameter}={value}")
        assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": parameter, "ArgumentValue": value})
        assert text(answer, "Message") == f"Provided {parameter} not an integer or within integer range"


def test_another_list_type_is_refused(s3: Wire) -> None:
    answer = listing(s3, list_type=3)
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "list-type", "ArgumentValue": "3"})
    assert text(answer, "Message") == "Invalid List Type specified in Request"


def test_every_list_needs_its_bucket(s3: Wire) -> None:
    for parameters in ("", "list-type=2", "versions", "uploads"):
        assert s3("GET", "/nobody", query=parameters).refusal == (404, "NoSuchBucket", {"BucketName": "nobody"})


def test_a_list_passes_over_delete_markers(s3: Wire) -> None:
    s3.versioning("Enabled")
    put_all(s3, "a", "b/1", "b/2", "c")
    s3.delete("b/1")
    s3.delete("c")
    assert keys(listing(s3)) == ["a", "b/2"]
    assert prefixes(listing(s3, delimiter="/")) == ["b/"]
    s3.delete("b/2")
    assert (keys(listing(s3, delimiter="/")), prefixes(listing(s3, delimiter="/"))) == (["a"], [])


def versions_of(answer: Answer) -> list[tuple[str, str, str, str]]:
    assert answer.xml is not None
    return [
        (entry.tag, entry.text_of("Key") or "", entry.text_of("VersionId") or "", entry.text_of("IsLatest") or "")
        for entry in answer.xml
        if entry.tag in ("Version", "DeleteMarker")
    ]


def versioned(s3: Wire) -> list[tuple[str, str, str, str]]:
    """Keys a, b/1, b/2 and c with some versions and markers; the whole list of them."""
    put_all(s3, "a")
    s3.versioning("Enabled")
    put_all(s3, "a", "a", "b/1", "b/2", "c", "c")
    s3.delete("a")
    s3.delete("b/1")
    return versions_of(listing(s3, versions=None))


def test_versions_are_listed_by_key_and_newest_first(s3: Wire) -> None:
    whole = versioned(s3)
    assert [(tag, key, latest) for tag, key, _, latest in whole] == [
        ("DeleteMarker", "a", "true"),
        ("Version", "a", "false"),
        ("Version", "a", "false"),
        ("Version", "a", "false"),
        ("DeleteMarker", "b/1", "true"),
        ("Version", "b/1", "false"),
        ("Version", "b/2", "true"),
        ("Version", "c", "true"),
        ("Version", "c", "false"),
    ]
    assert whole[3][2] == "null"
    answer = listing(s3, versions=None)
    assert answer.xml is not None
    marker = answer.xml.child("DeleteMarker")
    assert marker is not None
    assert [child.tag for child in marker] == ["Key", "VersionId", "IsLatest", "LastModified", "Owner"]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_of_versions_join_to_the_whole(s3: Wire, size: int, delimiter: str) -> None:
    versioned(s3)
    whole = listing(s3, versions=None, delimiter=delimiter)
    found, groups, markers = [], [], {}
    for _ in range(20):
        page = listing(s3, versions=None, max_keys=size, delimiter=delimiter, **markers)
        found += versions_of(page)
        groups += prefixes(page)
        if text(page, "IsTruncated") == "false":
            break
        last = versions_of(page)[-1] if versions_of(page) else None
        markers = {"key_marker": text(page, "NextKeyMarker")}
        if text(page, "NextVersionIdMarker") is not None:
            assert last is not None
            assert last[1:3] == (markers["key_marker"], text(page, "NextVersionIdMarker"))
            markers["version_id_marker"] = text(page, "NextVersionIdMarker")
        else:
            assert markers["key_marker"] == prefixes(page)[-1]
    assert (found, groups) == (versions_of(whole), prefixes(whole))


def test_a_version_marker_may_be_gone(s3: Wire) -> None:
    whole = versioned(s3)
    s3.delete("a", query=f"versionId={whole[1][2]}")
    page = listing(s3, versions=None, key_marker="a", version_id_marker=whole[1][2])
    assert versions_of(page) == whole[2:]


def test_a_key_marker_alone_passes_over_all_versions_of_its_key(s3: Wire) -> None:
    whole = versioned(s3)
    assert versions_of(listing(s3, versions=None, key_marker="a")) == whole[4:]
    assert versions_of(listing(s3, versions=None, key_marker="")) == whole


@pytest.mark.parametrize(
    ("markers", "message"),
    [
        ({"version_id_marker": "null"}, "A version-id marker cannot be specified without a key marker."),
        ({"key_marker": "a", "version_id_marker": ""}, "A version-id marker cannot be empty."),
        ({"key_marker": "a", "version_id_marker": "x" * 32}, "Invalid version id specified"),
    ],
)
def test_a_version_marker_needs_a_key_and_an_issued_id(s3: Wire, markers: dict[str, str], message: str) -> None:
    answer = listing(s3, versions=None, **markers)
    elements = {"ArgumentName": "version-id-marker", "ArgumentValue": markers["version_id_marker"]}
    assert (answer.refusal, text(answer, "Message")) == ((400, "InvalidArgument", elements), message)


def test_uploads_are_listed_by_key_and_initiation_until_they_end(s3: Wire) -> None:
    ids = {key: [begin(s3, key) for _ in range(count)] for key, count in (("b", 2), ("a", 3), ("d/1", 1))}
    everything = listing(s3, uploads=None)
    assert everything.xml is not None
    listed = [(entry.text_of("Key"), entry.text_of("UploadId")) for entry in everything.xml.all("Upload")]
    assert listed == [(key, upload_id) for key in ("a", "b", "d/1") for upload_id in ids[key]]
    assert (text(everything, "NextKeyMarker"), text(everything, "NextUploadIdMarker")) == ("d/1", ids["d/1"][0])
    assert text(everything, "IsTruncated") == "false"
    page = listing(s3, uploads=None, max_uploads=2, key_marker="a", upload_id_marker=ids["a"][0])
    assert page.xml is not None
    assert [entry.text_of("UploadId") for entry in page.xml.all("Upload")] == ids["a"][1:]
    assert text(page, "IsTruncated") == "true"
    assert keys(listing(s3, uploads=None, key_marker="a"), "Upload") == ["b", "b", "d/1"]
    assert keys(listing(s3, uploads=None, upload_id_marker=ids["b"][0]), "Upload") == ["a"] * 3 + ["b"] * 2 + ["d/1"]
    s3.delete("a", query=f"uploadId={ids['a'][0]}")
    etag = upload(s3, ids["b"][0], 1, b"x", "b")
    complete(s3, ids["b"][0], [(1, etag)], "b")
    assert keys(listing(s3, uploads=None), "Upload") == ["a", "a", "b", "d/1"]
    again = listing(s3, uploads=None, key_marker="a", upload_id_marker=ids["a"][0])
    assert keys(again, "Upload") == ["a", "a", "b", "d/1"]


def test_an_upload_marker_of_another_key_is_refused(s3: Wire) -> None:
    other = begin(s3, "b")
    begin(s3, "a")
    answer = listing(s3, uploads=None, key_marker="a", upload_id_marker=other)
    assert answer.refusal == (400, "InvalidArgument", {"ArgumentName": "upload-id-marker", "ArgumentValue": other})
    assert text(answer, "Message") == "Invalid uploadId marker"


def test_a_page_of_upload_prefixes_only_has_empty_next_markers(s3: Wire) -> None:
    for key in ("a/1", "a/2", "b/1"):
        begin(s3, key)
    page = listing(s3, uploads=None, delimiter="/", max_uploads=1)
    assert (prefixes(page), text(page, "NextKeyMarker"), text(page, "NextUploadIdMarker")) == (["a/"], "", "")
    assert text(page, "IsTruncated") == "true"
    assert prefixes(listing(s3, uploads=None, delimiter="/", key_marker="a/")) == ["b/"]


def test_parts_are_listed_by_number(s3: Wire) -> None:
    upload_id = begin(s3)
    empty = s3.get("k", query=f"uploadId={upload_id}")
    assert (text(empty, "NextPartNumberMarker"), text(empty, "PartNumberMarker")) == ("0", "0")
    for number in (5, 2, 9):
        upload(s3, upload_id, number, b"x" * number)

    def page(extra: str = "") -> tuple[Any, ...]:
        answer = s3.get("k", query=f"uploadId={upload_id}{extra}")
        assert answer.xml is not None
        numbers = [(part.text_of("PartNumber"), part.text_of("Size")) for part in answer.xml.all("Part")]
        return numbers, text(answer, "NextPartNumberMarker"), text(answer, "IsTruncated")

    assert page() == ([("2", "2"), ("5", "5"), ("9", "9")], "9", "false")
    assert page("&max-parts=2") == ([("2", "2"), ("5", "5")], "5", "true")
    assert page("&part-number-marker=5") == ([("9", "9")], "9", "false")
    assert page("&max-parts=0") == ([], "0", "false")
    answer = s3.get("k", query=f"uploadId={upload_id}&max-parts=-1")
    assert text(answer, "Message") == "Argument max-parts must be an integer between 0 and 2147483647"
    assert s3.get("k", query="uploadId=none").refusal == (404, "NoSuchUpload", {"UploadId": "none"})


# --- against a naive model ---

NAMES = st.text(alphabet=st.sampled_from("a/b\ud7ff\U0010ffff"), min_size=1, max_size=4)


def naive(names: list[str], prefix: str, delimiter: str, after: str, size: int) -> tuple[list[str], list[str], bool]:
    """All entries in order, those at or before `after` dropped, the first `size` of them."""
    entries: dict[str, bool] = {}
    for name in sorted(names, key=lambda name: name.encode()):
        if not name.startswith(prefix):
            continue
        at = name.find(delimiter, len(prefix)) if delimiter else -1
        entry = name if at < 0 else name[: at + len(delimiter)]
        in_marked_group = at >= 0 and after.startswith(entry)
        if entry > after and not in_marked_group:
            entries.setdefault(entry, at >= 0)
    page = list(entries.items())[:size]
    return [e for e, group in page if not group], [e for e, group in page if group], bool(size) and len(entries) > size


@settings(deadline=None, max_examples=150)
@given(
    names=st.lists(NAMES, max_size=12, unique=True),
    prefix=st.text(alphabet="a/b", max_size=2),
    delimiter=st.sampled_from(["", "/", "a/", "\U0010ffff"]),
    after=st.just("") | NAMES,
    size=st.integers(0, 5),
)
def test_a_page_is_what_the_naive_model_says(names: list[str], prefix: str, delimiter: str, after: str, size: int) -> None:
    s3 = fresh()
    put_all(s3, *names)
    expected = naive(names, prefix, delimiter, after, size)
    parameters = {"encoding_type": "url", "prefix": prefix, "delimiter": delimiter, "max_keys": size}
    v1 = listing(s3, marker=after, **parameters)
    v2 = listing(s3, list_type=2, start_after=after, **parameters)
    versions = listing(s3, versions=None, key_marker=after, **parameters)
    encoded = [[quote(name, safe="/") for name in part] for part in expected[:2]]
    for answer, tag in ((v1, "Contents"), (v2, "Contents"), (versions, "Version")):
        assert [keys(answer, tag), prefixes(answer), text(answer, "IsTruncated") == "true"] == [*encoded, expected[2]]
    assert text(v2, "KeyCount") == str(len(expected[0]) + len(expected[1]))


@settings(deadline=None, max_examples=60)
@given(
    names=st.lists(NAMES, max_size=12, unique=True),
    prefix=st.text(alphabet="a/b", max_size=1),
    delimiter=st.sampled_from(["", "/"]),
    size=st.integers(1, 4),
)
def test_pages_join_to_the_whole(names: list[str], prefix: str, delimiter: str, size: int) -> None:
    s3 = fresh()
    put_all(s3, *names)
    parameters = {"list_type": 2, "encoding_type": "url", "prefix": prefix, "delimiter": delimiter}
    whole = listing(s3, **parameters)
    found: list[str] = []
    groups: list[str] = []
    token: dict[str, Any] = {}
    for _ in range(len(names) + 1):
        page = listing(s3, max_keys=size, **parameters, **token)
        found += keys(page)
        groups += prefixes(page)
        if text(page, "IsTruncated") == "false":
            break
        token = {"continuation_token": text(page, "NextContinuationToken")}
    assert (found, groups) == (keys(whole), prefixes(whole))


@given(prefix=NAMES, other=NAMES)
def test_the_bound_behind_a_prefix_parts_those_that_begin_with_it_from_those_above(prefix: str, other: str) -> None:
    bound = behind(prefix)
    if other.startswith(prefix):
        assert not bound or other < bound
    elif other > prefix:
        assert bound
        assert other >= bound


def test_a_page_of_groups_looks_at_each_group_once(s3: Wire) -> None:
    """Counted, not timed: the keys that a page reads do not grow with the groups."""

    def decide(txn: Any) -> None:
        bucket = bucket_called(txn)
        for group in range(10):
            for number in range(200):
                txn.put(OBJECTS, bucket.at(f"{group}/{number:04}"), Version("null", number, 1, txn.now, "000000000000"))

    s3.store.transact(decide)
    table = s3.store._tables[OBJECTS]
    read = []

    class Counted(type(table)):  # type: ignore[misc]
        def __getitem__(self, key: Any) -> Any:
            read.append(key)
            return super().__getitem__(key)

    s3.store._tables[OBJECTS] = Counted(table)
    answer = listing(s3, list_type=2, delimiter="/", max_keys=6)
    assert prefixes(answer) == [f"{group}/" for group in range(6)]
    assert len(read) == 7
    assert all(first < second for first, second in pairwise(read))

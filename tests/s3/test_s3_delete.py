from __future__ import annotations

from base64 import b64encode
from hashlib import md5

import pytest
from s3_wire import Answer, Wire

from condemu.s3.errors.general import BYPASS_WITHOUT_LOCK, MISSING_MD5_OR_CHECKSUM


def delete_objects(s3: Wire, entries: str, quiet: str = "", **headers: str) -> Answer:
    body = f"<Delete>{entries}{quiet}</Delete>".encode()
    digest = {"content-md5": b64encode(md5(body).digest()).decode()}
    return s3("POST", "/bucket", body, query="delete", headers={**digest, **headers})


def results(answer: Answer) -> list[tuple[str, dict[str, str]]]:
    assert answer.xml is not None
    return [(child.tag, {part.tag: part.text for part in child}) for child in answer.xml]


def test_a_delete_answers_204_whether_or_not_there_is_anything(s3: Wire) -> None:
    s3.put("key")
    for _ in range(2):
        answer = s3.delete("key")
        assert (answer.status, answer.body, answer["content-type"], answer["x-amz-delete-marker"]) == (204, b"", None, None)
    assert s3.get("key").status == 404


def test_deleting_what_is_not_there_is_no_change(s3: Wire) -> None:
    began = s3.store.index
    s3.delete("key")
    assert s3.store.index == began
    assert s3("PUT", "/bucket/key", headers={"if-none-match": "*"}, began=began).status == 200


@pytest.mark.parametrize("condition", ['"8d777f385d3dfec8815d20f7496026dc"', "8d777f385d3dfec8815d20f7496026dc", "*"])
def test_a_delete_whose_condition_holds_is_done(s3: Wire, condition: str) -> None:
    s3.put("key")
    assert s3.delete("key", if_match=condition).status == 204
    assert s3.get("key").status == 404


REFUSED = [
    ({"if-match": '"wrong"'}, "", (412, "PreconditionFailed", {"Condition": "If-Match"})),
    ({"if-match": '"etag"'}, "versionId=null", (501, "NotImplemented", {"Header": "If-Match"})),
    ({"if-match": "*"}, "versionId=null", (501, "NotImplemented", {"Header": "If-Match"})),
    (
        {"x-amz-if-match-last-modified-time": "x", "x-amz-if-match-size": "4", "if-match": "*"},
        "",
        (501, "NotImplemented", {"Header": "x-amz-if-match-last-modified-time"}),
    ),
    ({"x-amz-if-match-size": "4"}, "", (501, "NotImplemented", {"Header": "x-amz-if-match-size"})),
    (
        {"x-amz-bypass-governance-retention": "false"},
        "",
        (400, "InvalidArgument", {"ArgumentName": "x-amz-bypass-governance-retention"}),
    ),
]


@pytest.mark.parametrize(("headers", "query", "refusal"), REFUSED)
def test_a_refused_delete_changes_nothing(s3: Wire, headers: dict[str, str], query: str, refusal: tuple[object, ...]) -> None:
    s3.put("key")
    before = s3.everything()
    answer = s3("DELETE", "/bucket/key", query=query, headers=headers)
    assert answer.refusal == refusal
    assert (answer.message == BYPASS_WITHOUT_LOCK.message) == (answer.status == 400)
    assert s3.everything() == before


@pytest.mark.parametrize("condition", ['"abc"', "*"])
def test_a_condition_on_a_missing_key_is_no_such_key(s3: Wire, condition: str) -> None:
    assert s3.delete("key", if_match=condition).refusal == (404, "NoSuchKey", {"Key": "key"})


def test_a_key_written_after_the_delete_began_is_a_conflict(s3: Wire) -> None:
    began = s3.store.index
    etag = s3.put("key")["etag"] or ""
    before = s3.everything()
    answer = s3("DELETE", "/bucket/key", headers={"if-match": etag}, began=began)
    assert answer.refusal == (409, "ConditionalRequestConflict", {"Condition": "If-Match", "Key": "key"})
    assert s3.everything() == before


def test_a_batch_deletes_each_key_by_itself(s3: Wire) -> None:
    for key in "abc":
        s3.put(key)
    entries = (
        "<Object><Key>a</Key><ETag>8d777f385d3dfec8815d20f7496026dc</ETag></Object>"
        "<Object><Key>b</Key><ETag>wrong</ETag></Object><Object><Key>c</Key><ETag>*</ETag></Object>"
        "<Object><Key>missing</Key></Object><Object><Key>missing</Key><ETag>*</ETag></Object>"
        "<Object><Key>b</Key><VersionId>null</VersionId><ETag>*</ETag></Object>"
        "<Object><Key>b</Key><VersionId>HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD</VersionId></Object>"
    )
    answer = delete_objects(s3, entries)
    assert answer.status == 200
    messages = {
        "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
        "NoSuchKey": "The specified key does not exist.",
        "NotImplemented": "A header you provided implies functionality that is not implemented",
        "NoSuchVersion": "The specified version does not exist.",
    }
    assert [outcome for outcome in results(answer) if outcome[0] == "Deleted"] == [
        ("Deleted", {"Key": key}) for key in ("a", "c", "missing")
    ]
    errors = [outcome for tag, outcome in results(answer) if tag == "Error"]
    assert [(error["Key"], error.get("VersionId"), error["Code"]) for error in errors] == [
        ("b", None, "PreconditionFailed"),
        ("missing", None, "NoSuchKey"),
        ("b", "null", "NotImplemented"),
        ("b", "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "NoSuchVersion"),
    ]
    assert all(error["Message"] == messages[error["Code"]] for error in errors)
    assert [s3.get(key).status for key in "abc"] == [404, 200, 404]


def test_a_quiet_batch_tells_errors_only(s3: Wire) -> None:
    answer = delete_objects(s3, "<Object><Key>a</Key></Object><Object><Key>b</Key><ETag>*</ETag></Object>", "<Quiet>true</Quiet>")
    assert [(tag, outcome["Key"]) for tag, outcome in results(answer)] == [("Error", "b")]


def test_a_batch_in_a_versioned_bucket_tells_markers(s3: Wire) -> None:
    s3.versioning("Enabled")
    version = s3.put("a")["x-amz-version-id"]
    ((_, made),) = results(delete_objects(s3, "<Object><Key>a</Key></Object>"))
    marker = made["DeleteMarkerVersionId"]
    assert made == {"Key": "a", "DeleteMarker": "true", "DeleteMarkerVersionId": marker}
    gone = results(
        delete_objects(
            s3,
            f"<Object><Key>a</Key><VersionId>{marker}</VersionId></Object>"
            f"<Object><Key>a</Key><VersionId>{version}</VersionId></Object>",
        )
    )
    assert gone == [
        ("Deleted", {"Key": "a", "VersionId": marker, "DeleteMarker": "true", "DeleteMarkerVersionId": marker}),
        ("Deleted", {"Key": "a", "VersionId": version}),
    ]
    assert s3.stack("a") == []


@pytest.mark.parametrize(
    "entries",
    [
        "",
        "<Object><Key>a</Key></Object>" * 1001,
        "<Object/>",
        "<Object><Key></Key></Object>",
        "<Object><Key>a</Key><Size>4</Size></Object>",
        "<Object><Key>a</Key><LastModifiedTime>x</LastModifiedTime></Object>",
        "<Object><Key>a</Key></Object><Other/>",
        "<Object><Key>a</Key></Object><Quiet>maybe</Quiet>",
        "<Object><Key>a</Key>",
    ],
)
def test_a_batch_that_is_not_right_deletes_nothing(s3: Wire, entries: str) -> None:
    s3.put("a")
    before = s3.everything()
    assert delete_objects(s3, entries).refusal == (400, "MalformedXML", {})
    assert s3.everything() == before


def test_a_batch_must_prove_its_bytes(s3: Wire) -> None:
    s3.put("a")
    before = s3.everything()
    body = b"<Delete><Object><Key>a</Key></Object></Delete>"
    assert s3("POST", "/bucket", body, query="delete").message == MISSING_MD5_OR_CHECKSUM.message
    assert s3("POST", "/bucket", body, query="delete", headers={"x-amz-checksum-crc32": "AAAAAA=="}).code == "BadDigest"
    assert s3("POST", "/nowhere", body, query="delete").code == "NoSuchBucket"
    long = {"content-length": str(99 * 1024 * 1024), "x-amz-checksum-crc32": "AAAAAA=="}
    assert s3("POST", "/bucket", body, query="delete", headers=long).code == "MaxMessageLengthExceeded"
    assert s3.everything() == before

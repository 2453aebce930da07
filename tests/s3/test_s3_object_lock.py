from __future__ import annotations

from base64 import b64encode
from zlib import crc32

import pytest
from s3_wire import Answer, Wire

from condemu.core.errors import ErrorRow
from condemu.s3.errors.general import (
    LOCK_NEEDS_DIGEST,
    LOCK_PAIR,
    MISSING_MD5_OR_CHECKSUM,
    RETAIN_DATE_FORMAT,
    RETAIN_IN_THE_PAST,
    UNKNOWN_LEGAL_HOLD,
    UNKNOWN_LOCK_MODE,
)
from condemu.s3.objects.lock import pacific

UNTIL = "2026-06-01T00:00:00.000Z"
CRC = "rfPzYw=="  # CRC32 of b"data"
LOCK = {"x_amz_object_lock_mode": "GOVERNANCE", "x_amz_object_lock_retain_until_date": UNTIL, "x_amz_checksum_crc32": CRC}
DENIED = (403, "AccessDenied", {})


def locked(s3: Wire, mode: str = "GOVERNANCE", **headers: str) -> str:
    s3.object_lock()
    return s3.put("key", **{**LOCK, "x_amz_object_lock_mode": mode, **headers})["x-amz-version-id"] or ""


def digest(document: bytes) -> dict[str, str]:
    return {"x-amz-checksum-crc32": b64encode(crc32(document).to_bytes(4, "big")).decode()}


def retention(s3: Wire, document: str, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return s3("PUT", "/bucket/key", document.encode(), query="retention", headers={**digest(document.encode()), **sent})


def retain(mode: str, until: str) -> str:
    return f"<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"


def hold(s3: Wire, status: str) -> Answer:
    document = f"<LegalHold><Status>{status}</Status></LegalHold>".encode()
    return s3("PUT", "/bucket/key", document, query="legal-hold", headers=digest(document))


@pytest.mark.parametrize("query", ["retention", "legal-hold"])
def test_a_lock_that_is_put_must_prove_its_bytes(s3: Wire, query: str) -> None:
    s3.object_lock()
    s3.put("key")
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", b"<Retention/>", query=query)
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == MISSING_MD5_OR_CHECKSUM.message
    assert s3.everything() == before


def test_what_a_put_locks_is_told_with_the_object(s3: Wire) -> None:
    locked(s3, x_amz_object_lock_legal_hold="ON")
    for answer in (s3.get("key"), s3.head("key")):
        assert answer["x-amz-object-lock-mode"] == "GOVERNANCE"
        assert answer["x-amz-object-lock-retain-until-date"] == UNTIL
        assert answer["x-amz-object-lock-legal-hold"] == "ON"
    answer = s3.get("key", query="retention")
    assert answer.xml is not None
    assert [(child.tag, child.text) for child in answer.xml] == [("Mode", "GOVERNANCE"), ("RetainUntilDate", UNTIL)]
    answer = s3.get("key", query="legal-hold")
    assert answer.xml is not None
    assert answer.xml.text_of("Status") == "ON"


@pytest.mark.parametrize(("mode", "bypass", "done"), [("GOVERNANCE", "true", True), ("GOVERNANCE", "false", False),
                                                      ("COMPLIANCE", "true", False)])  # fmt: skip
def test_a_locked_version_goes_only_by_a_bypass_of_governance(s3: Wire, mode: str, bypass: str, done: bool) -> None:
    version = locked(s3, mode)
    before = s3.everything()
    answer = s3.delete("key", query=f"versionId={version}", x_amz_bypass_governance_retention=bypass)
    if done:
        assert answer.status == 204
    else:
        assert answer.refusal == DENIED
        assert b"Access Denied because object protected by object lock." in answer.body
        assert s3.everything() == before


def test_a_lock_forbids_neither_a_marker_nor_a_new_version(s3: Wire) -> None:
    etag = s3.put("key", b"0")["etag"] or ""
    version = locked(s3)
    assert s3.delete("key").status == 204
    assert s3.put("key", if_match=etag).status == 404
    assert s3.put("key", if_none_match="*").status == 200
    assert version in [version_id for version_id, _, _ in s3.stack("key")]


def test_a_lock_expires_when_its_time_has_come(s3: Wire) -> None:
    version = locked(s3, "COMPLIANCE")
    assert s3.delete("key", query=f"versionId={version}").refusal == DENIED
    s3.clock.advance(200 * 86400)
    assert s3.delete("key", query=f"versionId={version}").status == 204


def test_a_legal_hold_forbids_whatever_the_retention(s3: Wire) -> None:
    s3.object_lock()
    version = s3.put("key")["x-amz-version-id"]
    assert s3.get("key", query="legal-hold").refusal == (404, "NoSuchObjectLockConfiguration", {})
    assert hold(s3, "ON").status == 200
    assert s3.delete("key", query=f"versionId={version}", x_amz_bypass_governance_retention="true").refusal == DENIED
    assert hold(s3, "OFF").status == 200
    assert s3.head("key")["x-amz-object-lock-legal-hold"] == "OFF"
    assert s3.delete("key", query=f"versionId={version}").status == 204


LATER, EARLIER = "2026-07-01T00:00:00Z", "2026-05-01T00:00:00Z"


@pytest.mark.parametrize(
    ("held", "document", "bypass", "done"),
    [
        ("GOVERNANCE", retain("GOVERNANCE", LATER), "", True),
        ("GOVERNANCE", retain("COMPLIANCE", LATER), "", False),
        ("GOVERNANCE", retain("COMPLIANCE", LATER), "true", True),
        ("GOVERNANCE", retain("GOVERNANCE", EARLIER), "", False),
        ("GOVERNANCE", retain("GOVERNANCE", EARLIER), "true", True),
        ("GOVERNANCE", "<Retention/>", "", False),
        ("GOVERNANCE", "<Retention/>", "true", True),
        ("COMPLIANCE", retain("COMPLIANCE", LATER), "", True),
        ("COMPLIANCE", retain("COMPLIANCE", EARLIER), "true", False),
        ("COMPLIANCE", retain("GOVERNANCE", LATER), "true", False),
        ("COMPLIANCE", "<Retention/>", "true", False),
    ],
)
def test_a_retention_may_be_extended_and_weakened_only_by_a_bypass(
    s3: Wire, held: str, document: str, bypass: str, done: bool
) -> None:
    locked(s3, held)
    before = s3.everything()
    answer = retention(s3, document, **({"x_amz_bypass_governance_retention": bypass} if bypass else {}))
    if done:
        assert (answer.status, answer.body) == (200, b"")
        assert s3.head("key")["x-amz-object-lock-mode"] == (None if document == "<Retention/>" else document[17:27])
    else:
        assert answer.refusal == DENIED
        assert s3.everything() == before


@pytest.mark.parametrize(
    "document",
    [
        "<Retention><Mode>GOVERNANCE</Mode></Retention>",
        f"<Retention><RetainUntilDate>{LATER}</RetainUntilDate></Retention>",
        retain("BAD", LATER),
        retain("GOVERNANCE", "tomorrow"),
        "<Other/>",
        "",
    ],
)
def test_a_retention_has_a_mode_and_a_date(s3: Wire, document: str) -> None:
    locked(s3)
    before = s3.everything()
    assert retention(s3, document).refusal == (400, "MalformedXML", {})
    assert s3.everything() == before


def test_a_retention_ends_in_the_future_and_the_refusal_tells_the_time_in_seattle(s3: Wire) -> None:
    locked(s3)
    before = s3.everything()
    assert retention(s3, retain("GOVERNANCE", "2020-01-01T00:00:00Z")).refusal == (
        400,
        "InvalidArgument",
        {"ArgumentName": "RetainUntilDate", "ArgumentValue": "Tue Dec 31 16:00:00 PST 2019"},
    )
    assert retention(s3, retain("GOVERNANCE", "2020-01-01T00:00:00Z")).message == RETAIN_IN_THE_PAST.message
    past = {**LOCK, "x_amz_object_lock_retain_until_date": "2020-07-01T00:00:00Z"}
    assert s3.put("key", **past).refusal[2]["ArgumentValue"] == "Tue Jun 30 17:00:00 PDT 2020"
    assert s3.everything() == before


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1772963999, "Sun Mar 08 01:59:59 PST 2026"),
        (1772964000, "Sun Mar 08 03:00:00 PDT 2026"),
        (1793523599, "Sun Nov 01 01:59:59 PDT 2026"),
        (1793523600, "Sun Nov 01 01:00:00 PST 2026"),
    ],
)
def test_seattle_keeps_summer_time(seconds: int, text: str) -> None:
    assert pacific(seconds) == text


def test_a_bucket_without_object_lock_has_no_locks(s3: Wire) -> None:
    s3.put("key")
    before = s3.everything()
    without = (400, "InvalidRequest", {})
    assert s3.put("key", **LOCK).refusal == without
    assert s3.put("key", x_amz_object_lock_legal_hold="ON").refusal == without
    for query in ("retention", "legal-hold"):
        answer = s3.get("key", query=query)
        assert answer.refusal == without
        assert b"Bucket is missing Object Lock Configuration" in answer.body
    assert retention(s3, retain("GOVERNANCE", LATER)).refusal == without
    assert hold(s3, "ON").refusal == without
    assert s3.everything() == before


@pytest.mark.parametrize(
    ("row", "headers", "refusal"),
    [
        (LOCK_PAIR, {"x_amz_object_lock_mode": "GOVERNANCE"}, {"ArgumentName": "x-amz-object-lock-retain-until-date"}),
        (LOCK_PAIR, {"x_amz_object_lock_retain_until_date": UNTIL}, {"ArgumentName": "x-amz-object-lock-mode"}),
        (
            UNKNOWN_LOCK_MODE,
            {"x_amz_object_lock_mode": "BAD-VALUE", "x_amz_object_lock_retain_until_date": UNTIL},
            {"ArgumentName": "x-amz-object-lock-mode", "ArgumentValue": "BAD-VALUE"},
        ),
        (
            RETAIN_DATE_FORMAT,
            {"x_amz_object_lock_mode": "GOVERNANCE", "x_amz_object_lock_retain_until_date": "soon"},
            {"ArgumentName": "x-amz-object-lock-retain-until-date", "ArgumentValue": "soon"},
        ),
        (
            UNKNOWN_LEGAL_HOLD,
            {"x_amz_object_lock_legal_hold": "MAYBE"},
            {"ArgumentName": "x-amz-object-lock-legal-hold", "ArgumentValue": "MAYBE"},
        ),
    ],
)
def test_lock_headers_are_whole_and_known(s3: Wire, row: ErrorRow, headers: dict[str, str], refusal: dict[str, str]) -> None:
    s3.object_lock()
    before = s3.everything()
    answer = s3.put("key", x_amz_checksum_crc32=CRC, **headers)
    assert answer.refusal == (400, "InvalidArgument", refusal)
    assert answer.message == row.message
    assert s3.everything() == before


def test_a_put_that_locks_must_prove_its_bytes(s3: Wire) -> None:
    s3.object_lock()
    before = s3.everything()
    unproven = {name: value for name, value in LOCK.items() if "checksum" not in name}
    answer = s3.put("key", **unproven)
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == LOCK_NEEDS_DIGEST.message
    assert s3.everything() == before


@pytest.mark.parametrize(("period", "until"), [({"Days": 10}, "2026-01-11"), ({"Years": 1}, "2027-01-01")])
def test_a_default_retention_locks_every_put_and_every_copy(s3: Wire, period: dict[str, int], until: str) -> None:
    s3.object_lock(Mode="COMPLIANCE", **period)
    assert s3.put("key", x_amz_checksum_crc32=CRC).status == 200
    assert s3.copy("bucket/key", "copy").status == 200
    for key in ("key", "copy"):
        answer = s3.head(key)
        assert answer["x-amz-object-lock-mode"] == "COMPLIANCE"
        assert answer["x-amz-object-lock-retain-until-date"] == f"{until}T00:00:00.000Z"
    assert s3.put("key", **LOCK).status == 200
    assert s3.head("key")["x-amz-object-lock-mode"] == "GOVERNANCE"


def test_a_delete_marker_has_no_locks(s3: Wire) -> None:
    locked(s3)
    s3.delete("key")
    before = s3.everything()
    assert s3.get("key", query="retention").refusal[:2] == (405, "MethodNotAllowed")
    assert retention(s3, retain("GOVERNANCE", LATER)).refusal[:2] == (405, "MethodNotAllowed")
    assert hold(s3, "ON").refusal[:2] == (405, "MethodNotAllowed")
    assert s3.everything() == before


def test_locks_of_a_missing_object_are_no_such_key(s3: Wire) -> None:
    s3.object_lock()
    assert s3.get("key", query="retention").refusal == (404, "NoSuchKey", {"Key": "key"})


def test_changing_a_lock_does_not_count_as_a_change_of_the_key(s3: Wire) -> None:
    s3.object_lock()
    etag = s3.put("key")["etag"] or ""
    began = s3.store.index
    assert hold(s3, "ON").status == 200
    assert s3("PUT", "/bucket/key", b"new", headers={"if-match": etag}, began=began).status == 200


def test_a_batch_tells_which_versions_are_locked(s3: Wire) -> None:
    version = locked(s3)
    before = s3.everything()
    body = f"<Delete><Object><Key>key</Key><VersionId>{version}</VersionId></Object></Delete>".encode()
    headers = digest(body)
    answer = s3("POST", "/bucket", body, query="delete", headers=headers)
    assert answer.xml is not None
    error = answer.xml.child("Error")
    assert error is not None
    assert [(child.tag, child.text) for child in error] == [
        ("Key", "key"),
        ("VersionId", version),
        ("Code", "AccessDenied"),
        ("Message", "Access Denied because object protected by object lock."),
    ]
    assert s3.everything() == before
    headers["x-amz-bypass-governance-retention"] = "true"
    answer = s3("POST", "/bucket", body, query="delete", headers=headers)
    assert answer.xml is not None
    assert answer.xml.child("Deleted") is not None

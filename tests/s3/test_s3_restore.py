"""RestoreObject: archived objects, and copies of them that are there for some days."""

from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

from condemu.s3.errors.restore import IN_PROGRESS, NOT_ARCHIVED
from condemu.wire.rest import http_date

HOUR, DAY = 3600.0, 86400.0


def archive(s3: Wire, storage_class: str = "GLACIER", key: str = "key") -> None:
    assert s3.put(key, b"data", x_amz_storage_class=storage_class).status == 200


def restore(s3: Wire, days: int | str = 1, tier: str = "", key: str = "key") -> Answer:
    parameters = f"<GlacierJobParameters><Tier>{tier}</Tier></GlacierJobParameters>" if tier else ""
    body = f"<RestoreRequest><Days>{days}</Days>{parameters}</RestoreRequest>".encode()
    return s3("POST", f"/bucket/{key}", body, query="restore")


def test_a_copy_comes_after_hours_and_goes_after_days(s3: Wire) -> None:
    archive(s3)
    archived = (403, "InvalidObjectState", {"StorageClass": "GLACIER"})
    assert s3.get("key").refusal == archived
    assert s3.head("key")["x-amz-restore"] is None
    answer = restore(s3, days=3)
    assert (answer.status, answer.body) == (202, b"")
    assert s3.head("key")["x-amz-restore"] == 'ongoing-request="true"'
    assert s3.get("key").refusal == archived
    assert s3.copy("bucket/key", "to").refusal == archived
    s3.clock.advance(5 * HOUR)  # from midnight: the copy is kept until the midnight behind 05:00 and three days
    expires = s3.clock.now() - 5 * HOUR + 4 * DAY
    read = s3.get("key")
    assert (read.status, read.body, read["x-amz-storage-class"]) == (200, b"data", "GLACIER")
    assert read["x-amz-restore"] == f'ongoing-request="false", expiry-date="{http_date(expires)}"'
    assert s3.copy("bucket/key", "to").status == 200
    assert s3.get("to").status == 200
    s3.clock.set(expires)
    assert (s3.get("key").refusal, s3.head("key")["x-amz-restore"]) == (archived, None)
    assert restore(s3).status == 202


def test_a_copy_that_is_there_is_kept_for_longer(s3: Wire) -> None:
    archive(s3)
    restore(s3, days=1, tier="Expedited")
    s3.clock.advance(HOUR)
    before = s3.head("key")["x-amz-restore"]
    assert restore(s3, days=9).status == 200
    assert s3.head("key")["x-amz-restore"] != before
    assert s3.get("key").status == 200


@pytest.mark.parametrize(
    ("storage_class", "tier", "hours"),
    [
        ("GLACIER", "Expedited", 5 / 60), ("GLACIER", "Standard", 5), ("GLACIER", "Bulk", 12), ("GLACIER", "", 5),
        ("DEEP_ARCHIVE", "Standard", 12), ("DEEP_ARCHIVE", "Bulk", 48), ("DEEP_ARCHIVE", "Expedited", None),
    ],
)  # fmt: skip
def test_how_long_it_takes(s3: Wire, storage_class: str, tier: str, hours: float | None) -> None:
    archive(s3, storage_class)
    before = s3.everything()
    answer = restore(s3, tier=tier)
    if hours is None:
        assert answer.refusal == (400, "MalformedXML", {})
        assert s3.everything() == before
        return
    s3.clock.advance(hours * HOUR - 1)
    assert s3.get("key").status == 403
    s3.clock.advance(1)
    assert s3.get("key").status == 200


def test_a_faster_tier_is_an_upgrade_and_all_else_is_in_progress(s3: Wire) -> None:
    archive(s3)
    assert restore(s3, tier="Bulk").status == 202
    before = s3.everything()
    answer = restore(s3, tier="Bulk")
    assert (answer.status, answer.code, answer.message) == (409, IN_PROGRESS.code, IN_PROGRESS.message)
    assert s3.everything() == before
    assert restore(s3, tier="Expedited").status == 202
    s3.clock.advance(300)
    assert s3.get("key").status == 200


@pytest.mark.parametrize("storage_class", ["STANDARD", "GLACIER_IR", "STANDARD_IA"])
def test_only_archives_are_restored(s3: Wire, storage_class: str) -> None:
    archive(s3, storage_class)
    before = s3.everything()
    answer = restore(s3)
    assert answer.refusal == (403, "InvalidObjectState", {})
    assert answer.message == NOT_ARCHIVED.message
    assert s3.everything() == before
    assert s3.get("key").body == b"data"


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"", (400, "MissingRequestBodyError", {})),
        (b"<RestoreRequest/>", (400, "MalformedXML", {})),
        (b"<RestoreRequest><Days>0</Days></RestoreRequest>", (400, "MalformedXML", {})),
        (b"<RestoreRequest><Days>1</Days><Tier>Slow</Tier></RestoreRequest>", (400, "MalformedXML", {})),
        (b"<RestoreRequest><Type>SELECT</Type></RestoreRequest>", (501, "NotImplemented", {})),
    ],
)
def test_what_is_no_request(s3: Wire, body: bytes, refused: tuple[int, str, dict[str, str]]) -> None:
    archive(s3)
    before = s3.everything()
    assert s3("POST", "/bucket/key", body, query="restore").refusal == refused
    assert s3("POST", "/bucket/missing", body, query="restore").refusal[:2] == (404, "NoSuchKey")
    assert s3.everything() == before


def test_a_list_tells_of_copies_when_asked(s3: Wire) -> None:
    archive(s3)
    restore(s3, days=1)
    asked = {"x-amz-optional-object-attributes": "RestoreStatus"}
    for query in ("", "list-type=2", "versions"):
        assert b"<RestoreStatus>" not in s3("GET", "/bucket", query=query).body
        told = s3("GET", "/bucket", query=query, headers=asked).body
        assert b"<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>" in told
    s3.clock.advance(5 * HOUR)
    assert b"<RestoreExpiryDate>2026-01-03T00:00:00.000Z</RestoreExpiryDate>" in s3("GET", "/bucket", headers=asked).body


def test_a_copy_of_an_archive_is_no_change_of_the_key(s3: Wire) -> None:
    archive(s3)
    etag, began = s3.head("key")["etag"] or "", s3.store.index
    assert restore(s3).status == 202
    assert s3("PUT", "/bucket/key", b"new", headers={"if-match": etag}, began=began).status == 200


def test_a_copy_may_be_there_beyond_the_last_date(s3: Wire) -> None:
    archive(s3)
    assert restore(s3, days=2**31 - 1).status == 202
    s3.clock.advance(5 * HOUR)
    assert s3.get("key")["x-amz-restore"] == 'ongoing-request="false", expiry-date="Fri, 31 Dec 9999 00:00:00 GMT"'

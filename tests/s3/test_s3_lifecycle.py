"""Lifecycle rules: what PutBucketLifecycleConfiguration refuses, and what the rules do on the state's clock."""

from __future__ import annotations

from typing import Any

import pytest
from s3_lifecycle import DAY, abort, expire, has, noncurrent, put, rule, stack_of
from s3_uploads import begin
from s3_wire import Wire, bucket_called

from condemu.core.calls import SWEEP, Call, Outcome
from condemu.core.engine import Watch
from condemu.s3 import sweep as sweeps
from condemu.s3.errors.configurations import DAYS_AND_DATES
from condemu.s3.state.lifecycle import midnight_behind

MALFORMED = (400, "MalformedXML", {})


MARKER = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
SIZE = "<ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>"
TAG = "<Tag><Key>a</Key><Value>b</Value></Tag>"


# the document


def test_a_bucket_without_rules_has_no_configuration(s3: Wire) -> None:
    none = (404, "NoSuchLifecycleConfiguration", {"BucketName": "bucket"})
    assert s3("GET", "/bucket", query="lifecycle").refusal == none
    assert s3("DELETE", "/bucket", query="lifecycle").status == 204
    has(s3, expire(1))
    assert s3("DELETE", "/bucket", query="lifecycle").status == 204
    assert s3("GET", "/bucket", query="lifecycle").refusal == none


def test_rules_are_answered_in_s3s_order_with_what_they_leave_out(s3: Wire) -> None:
    content = (
        "<Rule><Status>Enabled</Status><Expiration><Days>400</Days></Expiration><Transition><StorageClass>GLACIER</StorageClass>"
        "<Days>30</Days></Transition><Prefix>logs/</Prefix></Rule>"
        + rule(noncurrent(1), f"<Filter><And>{SIZE}<Prefix>a</Prefix></And></Filter>")
        + rule(abort(7), rule_id="<ID>third</ID>", status="Disabled")
    )
    answer = put(s3, content)
    assert (answer.status, answer.body) == (200, b"")
    assert answer["x-amz-transition-default-minimum-object-size"] == "all_storage_classes_128K"
    read = s3("GET", "/bucket", query="lifecycle")
    assert read["x-amz-transition-default-minimum-object-size"] == "all_storage_classes_128K"
    assert read.xml is not None
    given, generated = read.body.decode(), str(read.xml.children[0].text_of("ID"))
    assert len(generated) == 36
    assert given.partition('2006-03-01/">')[2] == (
        f"<Rule><ID>{generated}</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Transition><Days>30</Days>"
        "<StorageClass>GLACIER</StorageClass></Transition><Expiration><Days>400</Days></Expiration></Rule>"
        f"<Rule><ID>rule</ID><Filter><And><Prefix>a</Prefix>{SIZE}</And></Filter>"
        f"<Status>Enabled</Status>{noncurrent(1)}</Rule>"
        f"<Rule><ID>third</ID><Filter/><Status>Disabled</Status>{abort(7)}</Rule></LifecycleConfiguration>"
    )


def test_the_default_minimum_size_is_kept(s3: Wire) -> None:
    varies = {"x_amz_transition_default_minimum_object_size": "varies_by_storage_class"}
    assert put(s3, rule(expire(1)), **varies)["x-amz-transition-default-minimum-object-size"] == "varies_by_storage_class"
    assert s3("HEAD", "/bucket").status == 200  # what was due when the rules were put is done
    before = s3.everything()
    answer = put(s3, rule(expire(1)), x_amz_transition_default_minimum_object_size="value")
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == "Invalid TransitionDefaultMinimumObjectSize found: value"
    assert s3.everything() == before


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("", MALFORMED),
        (rule(expire(1)) * 1001, MALFORMED),
        (rule(expire(1), status="enabled"), MALFORMED),
        (rule(expire(1), conditions=""), MALFORMED),
        (rule(expire(1), conditions="<Filter/><Prefix>a</Prefix>"), MALFORMED),
        (rule(expire(1), conditions=f"<Filter><Prefix>a</Prefix>{TAG}</Filter>"), MALFORMED),
        (rule(expire(1), conditions="<Filter><And><Prefix>a</Prefix></And></Filter>"), MALFORMED),
        (rule("<Expiration/>"), MALFORMED),
        (rule("<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"), MALFORMED),
        (rule("<Expiration><Days>one</Days></Expiration>"), MALFORMED),
        (rule("<Unknown/>"), MALFORMED),
        (rule("<NoncurrentVersionTransition><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>"), MALFORMED),
        (rule(noncurrent(1, "<NewerNoncurrentVersions>101</NewerNoncurrentVersions>")), MALFORMED),
        (rule("<AbortIncompleteMultipartUpload/>"), MALFORMED),
        (rule("<Transition><StorageClass>GLACIER</StorageClass></Transition>"), MALFORMED),
        (rule("<Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition>"), MALFORMED),
        (rule(""), (400, "InvalidRequest", {}, "At least one action needs to be specified in a rule")),
        (rule(expire(0)), (400, "InvalidArgument", {}, "'Days' for Expiration action must be a positive integer")),
        (
            rule("<Expiration><Date>2026-01-05T01:00:00Z</Date></Expiration>"),
            (400, "InvalidArgument", {"ArgumentName": "Date", "ArgumentValue": "2026-01-05T01:00:00.000Z"},
             "'Date' must be at midnight GMT"),
        ),
        (rule(expire(1)) * 2, (400, "InvalidArgument", {}, "Rule ID must be unique. Found same ID for more than one rule")),
        (
            rule(expire(1), rule_id=f"<ID>{'a' * 256}</ID>"),
            (400, "InvalidArgument", {}, "ID length should not exceed allowed limit of 255"),
        ),
        (
            rule(expire(1), conditions=f"<Filter><And>{TAG}{TAG}</And></Filter>"),
            (400, "InvalidRequest", {}, "Duplicate Tag Keys are not allowed."),
        ),
        (
            rule(expire(1), conditions="<Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>"
                                       "<ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>"),
            (400, "InvalidRequest", {}, "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."),
        ),
        (
            rule(MARKER, conditions=f"<Filter>{TAG}</Filter>"),
            (400, "InvalidRequest", {}, "ExpiredObjectDeleteMarker cannot be specified with Tags."),
        ),
        (
            rule(abort(1), conditions=f"<Filter><And><Prefix>p</Prefix>{TAG}</And></Filter>"),
            (400, "InvalidRequest", {}, "AbortIncompleteMultipartUpload cannot be specified with Tags."),
        ),
        (
            rule(expire(30) + "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>"),
            (400, "InvalidArgument", {},
             "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action"),
        ),
        (
            rule(expire(30) + "<Transition><Date>2026-02-01</Date><StorageClass>GLACIER</StorageClass></Transition>"),
            (400, "InvalidRequest", {}, DAYS_AND_DATES.message.format(Prefix="")),
        ),
        (
            rule("<Transition><Days>29</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"),
            (400, "InvalidArgument", {},
             "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'"),
        ),
    ],
)  # fmt: skip
def test_rules_that_contradict_are_refused(s3: Wire, content: str, refused: tuple[Any, ...]) -> None:
    before = s3.everything()
    answer = put(s3, content)
    assert (*answer.refusal, answer.message)[: len(refused)] == refused
    assert s3.everything() == before


# expiration


def test_an_object_expires_at_the_midnight_behind_its_days(s3: Wire) -> None:
    """The User Guide's example: created at 10:30 on the 15th, three days, 00:00 on the 19th."""
    assert midnight_behind(1389781800.0, 3) == 1390089600.0
    has(s3, expire(3))
    s3.clock.advance(10.5 * 3600)
    answer = s3.put("key")
    expiry = 'expiry-date="Mon, 05 Jan 2026 00:00:00 GMT", rule-id="rule"'
    assert answer["x-amz-expiration"] == expiry
    assert (s3.head("key")["x-amz-expiration"], s3.get("key")["x-amz-expiration"]) == (expiry, expiry)
    assert s3.copy("bucket/key", "copy")["x-amz-expiration"] == expiry
    s3.clock.advance(4 * DAY - 10.5 * 3600 - 1)
    assert s3.get("key").status == 200
    s3.clock.advance(1)
    assert s3.get("key").refusal == (404, "NoSuchKey", {"Key": "key"})
    assert s3.everything().get("s3.object") is None


def test_what_no_rule_is_for_has_no_expiration(s3: Wire) -> None:
    assert s3.put("before")["x-amz-expiration"] is None
    has(s3, expire(1), "<Filter><Prefix>logs/</Prefix></Filter>")
    assert s3.put("key")["x-amz-expiration"] is None
    assert s3.put("logs/key")["x-amz-expiration"] is not None
    s3.clock.advance(9 * DAY)
    assert [s3.get(key).status for key in ("before", "key", "logs/key")] == [200, 200, 404]


def test_of_several_rules_the_earliest_one_counts(s3: Wire) -> None:
    early, off = rule(expire(2), rule_id='<ID>früh "</ID>'), rule(expire(1), rule_id="<ID>off</ID>", status="Disabled")
    put(s3, rule(expire(5)) + early + off)
    assert s3.put("key")["x-amz-expiration"] == 'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="fr%C3%BCh%20%22"'


@pytest.mark.parametrize(
    ("conditions", "gone"),
    [
        (f"<Filter>{TAG}</Filter>", {"tagged"}),
        (f"<Filter><And>{TAG}<Prefix>t</Prefix></And></Filter>", {"tagged"}),
        (f"<Filter><And>{TAG}<Prefix>x</Prefix></And></Filter>", set()),
        ("<Filter><ObjectSizeGreaterThan>4</ObjectSizeGreaterThan></Filter>", {"large"}),
        ("<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>", {"small", "tagged"}),
        ("<Filter/>", {"small", "large", "tagged"}),
        ("<Prefix>l</Prefix>", {"large"}),
    ],
)
def test_a_filter_says_which_objects(s3: Wire, conditions: str, gone: set[str]) -> None:
    s3.put("small")
    s3.put("large", b"12345")
    s3.put("tagged", x_amz_tagging="a=b&c=d")
    has(s3, expire(1), conditions)
    s3.clock.advance(3 * DAY)
    assert {key for key in ("small", "large", "tagged") if s3.get(key).status == 404} == gone


def test_what_is_due_when_rules_are_put_is_done_before_the_next_request(s3: Wire) -> None:
    s3.put("key")
    s3.clock.advance(9 * DAY)
    assert s3.get("key").status == 200
    has(s3, expire(1))
    assert s3.get("key").status == 404


def test_rules_that_are_gone_or_disabled_do_nothing(s3: Wire) -> None:
    s3.put("key")
    has(s3, expire(1))
    assert s3("DELETE", "/bucket", query="lifecycle").status == 204
    s3.clock.advance(9 * DAY)
    assert s3.get("key").status == 200
    put(s3, rule(expire(1), status="Disabled"))
    s3.clock.advance(9 * DAY)
    assert (s3.get("key").status, s3.get("key")["x-amz-expiration"]) == (200, None)


# versions


def test_in_a_bucket_with_versions_a_delete_marker_is_put_and_its_days_are_counted_from_then(s3: Wire) -> None:
    """One leap of the clock does what a request on each day would have seen."""
    s3.versioning("Enabled")
    version = s3.put("key")["x-amz-version-id"]
    has(s3, expire(1) + noncurrent(3))
    s3.clock.advance(2 * DAY)
    above, below = stack_of(s3)
    assert above[1]
    assert below == (version, False)
    s3.clock.advance(4 * DAY - 1)
    assert len(stack_of(s3)) == 2
    s3.clock.advance(1)
    assert stack_of(s3) == []  # with the version the marker stood over, it goes, too


def test_a_leap_over_all_of_it_leaves_nothing(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.put("key")
    has(s3, expire(1) + noncurrent(3))
    s3.clock.advance(5 * DAY)
    assert len(stack_of(s3)) == 2
    s3.clock.advance(400 * DAY)
    assert stack_of(s3) == []


def test_in_a_suspended_bucket_the_marker_takes_the_null_versions_place(s3: Wire) -> None:
    s3.versioning("Suspended")
    s3.put("key")
    has(s3, expire(1))
    s3.clock.advance(2 * DAY)
    assert stack_of(s3) == [("null", True)]


def test_the_newest_versions_are_kept(s3: Wire) -> None:
    s3.versioning("Enabled")
    ids = [s3.put("key", str(number).encode())["x-amz-version-id"] for number in range(5)]
    has(s3, noncurrent(1, "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>"))
    s3.clock.advance(9 * DAY)
    assert [version for version, _ in stack_of(s3)] == [ids[4], ids[3], ids[2]]


def test_a_locked_version_stays_until_its_lock_ends(s3: Wire) -> None:
    s3.object_lock()
    lock = {"x_amz_object_lock_mode": "COMPLIANCE", "x_amz_object_lock_retain_until_date": "2026-01-20T12:00:00Z"}
    digest = {"content_md5": "jXd/OF09/siBXSD3SWAm3A=="}
    version = s3.put("key", **lock, **digest)["x-amz-version-id"]
    s3.put("key", **digest)
    has(s3, noncurrent(1))
    s3.clock.advance(18 * DAY)
    assert version in dict(stack_of(s3))
    s3.clock.advance(3 * DAY)
    assert version not in dict(stack_of(s3))


# transitions and uploads


@pytest.mark.parametrize(
    ("size", "minimum", "conditions", "found"),
    [
        (131072, "all_storage_classes_128K", "<Filter/>", "GLACIER"),
        (131071, "all_storage_classes_128K", "<Filter/>", None),
        (131071, "varies_by_storage_class", "<Filter/>", "GLACIER"),
        (9, "all_storage_classes_128K", "<Filter><ObjectSizeGreaterThan>8</ObjectSizeGreaterThan></Filter>", "GLACIER"),
    ],
)
def test_small_objects_stay_unless_a_rule_speaks_of_sizes(
    s3: Wire, size: int, minimum: str, conditions: str, found: str | None
) -> None:
    s3.put("key", bytes(size))
    moved = "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>"
    assert put(s3, rule(moved, conditions), x_amz_transition_default_minimum_object_size=minimum).status == 200
    s3.clock.advance(2 * DAY)
    assert s3.head("key")["x-amz-storage-class"] == found
    assert s3.get("key").code == ("InvalidObjectState" if found else None)


def test_an_object_goes_down_the_stairs_and_never_up(s3: Wire) -> None:
    s3.put("key", bytes(131072), x_amz_storage_class="GLACIER_IR")
    has(s3, "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
            "<Transition><Days>90</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>")  # fmt: skip
    s3.clock.advance(60 * DAY)
    assert s3.head("key")["x-amz-storage-class"] == "GLACIER_IR"
    s3.clock.advance(60 * DAY)
    assert s3.head("key")["x-amz-storage-class"] == "DEEP_ARCHIVE"


def test_an_upload_is_aborted_when_its_days_are_over(s3: Wire) -> None:
    has(s3, abort(2), "<Filter><Prefix>a</Prefix></Filter>")
    begun = s3("POST", "/bucket/abc", query="uploads")
    assert (begun["x-amz-abort-date"], begun["x-amz-abort-rule-id"]) == ("Sun, 04 Jan 2026 00:00:00 GMT", "rule")
    assert s3("POST", "/bucket/other", query="uploads")["x-amz-abort-date"] is None
    assert begun.xml is not None
    query = f"uploadId={begun.xml.text_of('UploadId')}"
    assert s3("PUT", "/bucket/abc", b"part", query=f"partNumber=1&{query}").status == 200
    listed = s3("GET", "/bucket/abc", query=query)
    assert listed["x-amz-abort-date"] == "Sun, 04 Jan 2026 00:00:00 GMT"
    assert listed.xml is not None
    assert listed.xml.text_of("AbortDate") is None
    s3.clock.advance(3 * DAY - 1)
    assert s3("GET", "/bucket/abc", query=query).status == 200
    s3.clock.advance(1)
    assert s3("GET", "/bucket/abc", query=query).code == "NoSuchUpload"
    assert "s3.part" not in s3.everything()


# who is told


def test_a_sweep_is_a_commit_of_its_own_before_the_request(s3: Wire) -> None:
    told: list[tuple[str, str, int]] = []

    class Watching(Watch):
        def decided(self, call: Call, outcome: Outcome) -> None:
            told.append((call.cause, call.operation, outcome.index))

    s3.put("key")
    has(s3, expire(1))
    s3.clock.advance(9 * DAY)
    s3.service.engine.observe(Watching())
    index = s3.store.index
    s3.put("other")
    causes = [cause for cause, _, _ in told]
    assert causes[:-1] == [SWEEP] * (len(told) - 1)
    assert told[0] == (SWEEP, "Lifecycle", index + 1)
    assert told[-1][1] == "PutObject"


def test_a_sweep_goes_on_in_pieces(s3: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "AT_ONCE", 2)
    s3.versioning("Enabled")
    for number in range(7):
        s3.put(f"key{number}")
        begin(s3, f"upload{number}")
    put(s3, rule(expire(1)) + rule(abort(1), rule_id="<ID>uploads</ID>"))
    s3.clock.advance(2 * DAY)
    index = s3.store.index
    assert s3("GET", "/bucket").xml is not None
    assert s3.store.index - index > 6
    assert all(stack_of(s3, f"key{number}")[0][1] for number in range(7))
    assert "s3.upload" not in s3.everything()
    found = s3.store.view(bucket_called).sweep
    assert found is not None
    assert (found.at, found.after) == (midnight_behind(s3.clock.now()), "")


def test_a_copy_does_not_find_what_has_expired_in_its_source(s3: Wire) -> None:
    assert s3("PUT", "/other").status == 200
    s3("PUT", "/other/key", b"data")
    body = f"<LifecycleConfiguration>{rule(expire(1))}</LifecycleConfiguration>".encode()
    assert s3("PUT", "/other", body, query="lifecycle").status == 200
    s3.clock.advance(2 * DAY)
    assert s3.copy("other/key", "copy").refusal == (404, "NoSuchKey", {"Key": "key"})


def test_a_condition_meets_the_object_that_has_expired_no_more(s3: Wire) -> None:
    etag = s3.put("key")["etag"]
    has(s3, expire(1))
    s3.clock.advance(2 * DAY)
    before = stack_of(s3)
    assert s3.put("key", b"2", if_match=str(etag)).refusal == (404, "NoSuchKey", {"Key": "key"})
    assert stack_of(s3) == before == []
    assert s3.put("key", b"2", if_none_match="*").status == 200


def test_a_bucket_whose_objects_have_expired_is_empty(s3: Wire) -> None:
    s3.put("key")
    has(s3, expire(1))
    assert s3("DELETE", "/bucket").code == "BucketNotEmpty"
    s3.clock.advance(2 * DAY)
    assert s3("DELETE", "/bucket").status == 204


# numbers beyond all dates

MOST = 2**31 - 1


def test_what_is_due_beyond_the_last_date_is_told_by_that(s3: Wire) -> None:
    assert has(s3, expire(MOST) + abort(MOST))
    last = "Fri, 31 Dec 9999 00:00:00 GMT"
    assert s3.put("key", b"data")["x-amz-expiration"] == f'expiry-date="{last}", rule-id="rule"'
    assert s3.get("key")["x-amz-expiration"] == f'expiry-date="{last}", rule-id="rule"'
    assert s3("POST", "/bucket/key", query="uploads")["x-amz-abort-date"] == last
    s3.clock.advance(10_000 * DAY)
    assert s3.get("key").status == 200


def test_days_are_integers_and_sizes_are_longs(s3: Wire) -> None:
    before = s3.everything()
    assert put(s3, rule(expire(MOST + 1))).refusal == MALFORMED
    assert put(s3, rule(abort(MOST + 1))).refusal == MALFORMED
    assert s3.everything() == before
    size = f"<Filter><ObjectSizeGreaterThan>{2**63 - 1}</ObjectSizeGreaterThan></Filter>"
    assert put(s3, rule(expire(1), size)).status == 200

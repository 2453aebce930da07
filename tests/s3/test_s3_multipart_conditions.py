"""CompleteMultipartUpload under conditions, as recorded on AWS 2026-02-21: 404, then 412, then 409, and the upload lives on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from s3_uploads import begin, complete, upload
from s3_wire import Wire

from condemu.s3.state import traces as gone
from condemu.s3.state.records import GOING, GONE

TEST = '"098f6bcd4621d373cade4e832627b4f6"'  # of `test`
TEST2 = '"ad0234829205b9033196ba818f7a872b"'  # of `test2`

ABSENT = (404, "NoSuchKey", {"Key": "k"})
EXISTS = (412, "PreconditionFailed", {"Condition": "If-None-Match"})
DIFFERS = (412, "PreconditionFailed", {"Condition": "If-Match"})
CREATE_CONFLICT = (409, "ConditionalRequestConflict", {"Condition": "If-None-Match", "Key": "k"})
MATCH_CONFLICT = (409, "ConditionalRequestConflict", {"Condition": "If-Match", "Key": "k"})


def nothing(s3: Wire) -> None:
    pass


def put(s3: Wire) -> None:
    s3.put("k", b"test")


def put_other(s3: Wire) -> None:
    s3.put("k", b"test2")


def delete(s3: Wire) -> None:
    assert s3.delete("k").status == 204


def put_and_delete(s3: Wire) -> None:
    put(s3)
    delete(s3)


def delete_and_put(s3: Wire) -> None:
    delete(s3)
    put(s3)


def delete_of_nothing(s3: Wire) -> None:
    delete(s3)


TABLE = [
    # before the upload, since, condition, expected of an unversioned bucket, and of a versioned one
    (nothing, nothing, {"If-None-Match": "*"}, 200, 200),
    (nothing, put, {"If-None-Match": "*"}, EXISTS, EXISTS),
    (put, nothing, {"If-None-Match": "*"}, EXISTS, EXISTS),
    (put, delete, {"If-None-Match": "*"}, CREATE_CONFLICT, CREATE_CONFLICT),
    (nothing, put_and_delete, {"If-None-Match": "*"}, CREATE_CONFLICT, CREATE_CONFLICT),
    (put_and_delete, nothing, {"If-None-Match": "*"}, 200, 200),
    (nothing, delete_of_nothing, {"If-None-Match": "*"}, 200, CREATE_CONFLICT),
    (nothing, nothing, {"If-Match": TEST}, ABSENT, ABSENT),
    (put, delete, {"If-Match": TEST}, ABSENT, ABSENT),
    (put, put_other, {"If-Match": TEST}, DIFFERS, DIFFERS),
    (put, put_other, {"If-Match": TEST2}, MATCH_CONFLICT, MATCH_CONFLICT),
    (put, put, {"If-Match": TEST}, MATCH_CONFLICT, MATCH_CONFLICT),
    (put, delete_and_put, {"If-Match": TEST}, MATCH_CONFLICT, MATCH_CONFLICT),
    (put, nothing, {"If-Match": TEST}, 200, 200),
    (put, nothing, {"If-Match": TEST.strip('"')}, 200, 200),
    (put, put_other, {}, 200, 200),
    (put, delete, {}, 200, 200),
]


@pytest.mark.parametrize("versioning", ["", "Enabled"])
@pytest.mark.parametrize(("before", "since", "condition", "expected", "when_versioned"), TABLE)
def test_the_key_is_judged_at_the_commit_against_the_uploads_creation(
    s3: Wire,
    before: Callable[[Wire], None],
    since: Callable[[Wire], None],
    condition: dict[str, str],
    expected: object,
    when_versioned: object,
    versioning: str,
) -> None:
    s3.versioning(versioning)
    before(s3)
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    since(s3)
    held = s3.everything()
    answer = complete(s3, upload_id, [(1, etag)], headers=condition)
    wanted = when_versioned if versioning else expected
    if wanted == 200:
        assert answer.status == 200
        assert s3.get("k").body == b"test"
        return
    assert answer.refusal == wanted
    assert answer["x-condemu-because"]
    assert s3.everything() == held
    assert complete(s3, upload_id, [(1, etag)]).status == 200  # the upload stayed alive


@pytest.mark.parametrize(
    ("headers", "elements"),
    [
        ({"If-Match": "*"}, "If-Match"),
        ({"If-None-Match": TEST}, "If-None-Match"),
        ({"If-None-Match": '"*"'}, "If-None-Match"),
        ({"If-Match": "*", "If-None-Match": TEST}, "If-Match,If-None-Match"),
    ],
)
def test_conditions_that_no_state_could_meet_are_refused_before_the_upload_is_looked_up(
    s3: Wire, headers: dict[str, str], elements: str
) -> None:
    answer = complete(s3, "nonsense", b"", headers=headers)
    assert (answer.status, answer.code, answer.refusal[2]["Header"]) == (501, "NotImplemented", elements)


def test_the_parts_are_judged_before_the_key(s3: Wire) -> None:
    put(s3)
    upload_id = begin(s3)
    assert complete(s3, upload_id, [(1, TEST)], headers={"If-None-Match": "*"}).code == "InvalidPart"


def test_the_first_of_two_conditional_completes_wins(s3: Wire) -> None:
    uploads = [begin(s3), begin(s3)]
    tags = [upload(s3, upload_id, 1, b"test") for upload_id in uploads]
    assert complete(s3, uploads[1], [(1, tags[1])], headers={"If-None-Match": "*"}).status == 200
    assert complete(s3, uploads[0], [(1, tags[0])], headers={"If-None-Match": "*"}).refusal == EXISTS


def test_traces_of_deleted_keys_are_forgotten_after_an_hour_but_not_under_an_open_upload(s3: Wire) -> None:
    put(s3)
    upload_id = begin(s3)
    etag = upload(s3, upload_id, 1, b"test")
    delete(s3)
    for number in range(10):
        s3.put(f"other-{number}")
        s3.delete(f"other-{number}")
    assert len(s3.everything()[GONE]) == len(s3.everything()[GOING]) == 11
    s3.clock.advance(gone.AGE + 1)
    for number in range(10, 20):
        s3.put(f"other-{number}")
        s3.delete(f"other-{number}")
    kept = {key for (*_, key), _ in s3.everything()[GONE]}
    assert kept == {"k"} | {f"other-{number}" for number in range(10, 20)}
    assert len(s3.everything()[GOING]) == 10
    assert complete(s3, upload_id, [(1, etag)], headers={"If-None-Match": "*"}).refusal == CREATE_CONFLICT
    s3.delete("k", query=f"uploadId={upload_id}")
    assert ("bucket", "k") not in dict(s3.everything()[GONE])


def test_a_key_that_is_written_again_leaves_no_trace(s3: Wire) -> None:
    put(s3)
    delete(s3)
    put(s3)
    assert GONE not in s3.everything()
    assert GOING not in s3.everything()

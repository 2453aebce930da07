"""Faults, holds, the clock and snapshots by hand, over HTTP, with boto3 on the other side."""

from __future__ import annotations

import threading
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from condemu.core.effects import ManualClock
from condemu.lab.checker import check
from condemu.lab.history import Entry
from condemu.testing.server import Server
from tests.server.races_client import Admin, client


@pytest.fixture
def s3(admin: Admin) -> Any:
    s3 = client(admin.url, "s3", "ann", retries={"total_max_attempts": 1})
    s3.create_bucket(Bucket="locks")
    return s3


def put(s3: Any, **more: Any) -> str:
    """The code of the refusal, or "ok"."""
    try:
        s3.put_object(Bucket="locks", Key="leader", Body=b"x", **more)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


class Put(threading.Thread):
    """A PutObject that may have to wait. `code` is what came of it."""

    def __init__(self, s3: Any, **more: Any) -> None:
        super().__init__(daemon=True)
        self._s3, self._more = s3, more
        self.code = ""
        self.start()

    def run(self) -> None:
        self.code = put(self._s3, **self._more)

    def done(self) -> str:
        self.join(1800)
        return self.code


# --- faults


def test_a_rule_strikes_counts_and_ends(admin, s3, server):
    status, rule = admin("POST", "faults", {"do": "throttle", "operation": "PutObject", "first": 2})
    assert (status, rule["fault"], rule["seen"], rule["hits"]) == (201, rule["fault"], 0, 0)
    assert [put(s3) for _ in range(3)] == ["SlowDown", "SlowDown", "ok"]
    assert admin("GET", f"faults/{rule['fault']}")[1]["hits"] == 2
    assert admin("GET", "faults")[1]["faults"] == [{**rule, "seen": 3, "hits": 2}]
    assert admin("DELETE", f"faults/{rule['fault']}")[1]["hits"] == 2
    assert admin("GET", "faults")[1] == {"faults": []}
    assert not server.emulator.engine.observed


def test_put_replaces_the_set_or_changes_nothing(admin, s3):
    admin("POST", "faults", {"do": "throttle"})
    status, _ = admin("PUT", "faults", {"faults": ["unavailable", "nonsense"]})
    assert status == 400
    assert put(s3) == "SlowDown"
    status, document = admin("PUT", "faults", {"faults": ["s3:unavailable", {"do": "lost", "actor": "ben"}]})
    assert (status, [rule["do"] for rule in document["faults"]]) == (200, ["unavailable", "lost"])
    assert put(s3) == "ServiceUnavailable"
    assert admin("DELETE", "faults")[0] == 204
    assert put(s3) == "ok"


def test_a_lost_reply_by_hand_is_retried_into_its_own_write(admin, s3):
    admin("POST", "faults", {"do": "lose_reply", "operation": "PutObject", "key": "locks/lead*", "first": 1})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="locks", Key="leader", Body=b"x", IfNoneMatch="*")
    assert put(s3, IfNoneMatch="*") == "PreconditionFailed"


def test_a_rule_of_one_account_leaves_the_others_alone(admin, s3):
    other = client(admin.url, "s3", "111111111111")
    other.create_bucket(Bucket="other")
    rule = admin("POST", "faults", {"do": "throttle", "account": "111111111111"})[1]
    assert rule["account"] == "111111111111"
    assert put(s3) == "ok"
    quick = client(admin.url, "s3", "111111111111", retries={"total_max_attempts": 1})
    with pytest.raises(ClientError, match="SlowDown"):
        quick.put_object(Bucket="other", Key="k")
    assert admin("POST", "reset?account=222222222222")[0] == 200
    assert len(admin("GET", "faults")[1]["faults"]) == 1
    assert admin("POST", "reset?account=111111111111")[0] == 200
    assert admin("GET", "faults")[1]["faults"] == []


def test_a_delay_takes_its_time_and_no_more(admin, s3):
    rule = admin("POST", "faults", {"do": "delay", "operation": "PutObject", "seconds": 0.01})[1]
    assert put(s3) == "ok"
    assert admin("GET", f"faults/{rule['fault']}")[1]["hits"] == 1


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"do": "trottle"}, "did you mean 'throttle'?"),
        ({"service": "s3"}, "a fault says in 'do' what happens"),
        ({"do": "lost", "nht": 1}, "a fault has no 'nht'; it may have do, service"),
        ({"do": "lost", "nth": 0}, "'nth' of a fault is a whole number from 1"),
        ({"do": "lost", "probability": 2}, "'probability' of a fault is 0 to 1, not 2"),
        ({"do": "stall", "seconds": -1}, "'seconds' of a fault is 0 to"),
        ({"do": "delay"}, "a delay says how long it takes"),
        ({"do": "overlap"}, "a fault is none of 'overlap'; it may be throttle"),
        ({"do": "lost", "account": "me"}, "'account' is twelve digits"),
        ({"do": "lost", "service": "ec2"}, "condemu has no service 'ec2'"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_a_sentence(admin, fault, why):
    status, document = admin("POST", "faults", fault)
    assert status == 400
    assert why in document["error"]
    assert admin("GET", "faults")[1] == {"faults": []}


def test_what_is_not_there_is_said_not_to_be(admin):
    assert admin("GET", "faults/f999") == (404, {"error": "there is no fault 'f999'; there is none"})
    assert admin("DELETE", "holds/h999") == (404, {"error": "there is no hold 'h999'; there is none"})
    assert admin("POST", "snapshots/s999/restore") == (404, {"error": "there is no snapshot 's999'; there is none"})
    assert admin("PUT", "faults", {})[0] == 400


# --- holds


def test_a_held_request_arrives_when_it_is_released(admin, s3):
    etag = s3.put_object(Bucket="locks", Key="leader", Body=b"x")["ETag"]
    hold = admin("POST", "holds", {"operation": "PutObject", "actor": "ann"})[1]["hold"]
    waiting = Put(s3, IfMatch=etag)
    shown = admin("GET", f"holds/{hold}?wait=300")[1]
    assert [(one["actor"], one["operation"], one["resource"]) for one in shown["waiting"]] == [
        ("ann", "PutObject", "locks/leader")
    ]
    ben = client(admin.url, "s3", "ben")
    ben.put_object(Bucket="locks", Key="leader", Body=b"other")
    ben.put_object(Bucket="locks", Key="leader", Body=b"x")
    assert admin("POST", f"holds/{hold}/release") == (200, {"released": ["ann's PutObject locks/leader"]})
    assert waiting.done() == "ok"  # as if it had just arrived: the object is again what it was


def test_a_request_that_overlaps_meets_what_happened_meanwhile(admin, s3):
    etag = s3.put_object(Bucket="locks", Key="leader", Body=b"x")["ETag"]
    hold = admin("POST", "holds", {"operation": "PutObject", "actor": "ann", "overlapping": True})[1]["hold"]
    waiting = Put(s3, IfMatch=etag)
    assert admin("GET", f"holds/{hold}?wait=300")[1]["waiting"]
    ben = client(admin.url, "s3", "ben")
    ben.put_object(Bucket="locks", Key="leader", Body=b"other")
    ben.put_object(Bucket="locks", Key="leader", Body=b"x")
    assert admin("POST", f"holds/{hold}/release")[0] == 200
    assert waiting.done() == "ConditionalRequestConflict"


def test_an_answer_is_held_after_the_write(admin, s3):
    hold = admin("POST", "holds", {"operation": "PutObject", "stage": "replying"})[1]["hold"]
    waiting = Put(s3)
    assert admin("GET", f"holds/{hold}?wait=300")[1]["waiting"]
    assert client(admin.url, "s3", "ben").get_object(Bucket="locks", Key="leader")["Body"].read() == b"x"
    assert admin("DELETE", f"holds/{hold}")[0] == 204
    assert waiting.done() == "ok"


def test_nobody_is_released_where_nobody_waits(admin, s3, server):
    hold = admin("POST", "holds", {"operation": "PutObject"})[1]["hold"]
    status, document = admin("POST", f"holds/{hold}/release")
    assert (status, document["error"].startswith(f"nobody waits at hold {hold}")) == (409, True)
    assert admin("GET", f"holds/{hold}?wait=0")[1]["waiting"] == []
    assert admin("DELETE", "holds")[0] == 204
    assert not server.emulator.engine.observed


def test_a_hold_has_a_time_limit_and_names_who_went_on(admin, s3):
    hold = admin("POST", "holds", {"operation": "PutObject", "seconds": 0.01})[1]["hold"]
    assert put(s3) == "ok"
    shown = admin("GET", f"holds/{hold}")[1]
    assert shown["late"] == ["ann's PutObject locks/leader waited 0.01 s, and nobody released it"]
    assert (shown["hits"], shown["released"], shown["waiting"]) == (1, 0, [])


def test_all_who_wait_go_on_at_a_reset(admin, s3):
    hold = admin("POST", "holds", {"operation": "PutObject"})[1]["hold"]
    waiting = Put(s3)
    assert admin("GET", f"holds/{hold}?wait=300")[1]["waiting"]
    assert admin("POST", "reset")[0] == 200
    assert waiting.done() == "NoSuchBucket"
    assert admin("GET", "holds")[1] == {"holds": []}


@pytest.mark.parametrize(
    ("hold", "why"),
    [
        ({"stage": "decided"}, "there is no stage 'decided'; there are ready, replying"),
        ({"seconds": 0}, "'seconds' of a hold is 0.001 to 3600"),
        ({"op": "PutObject"}, "a hold has no 'op'"),
        ({"service": "ec2"}, "condemu has no service 'ec2'"),
        ({"overlapping": 1}, "'overlapping' of a hold is true or false"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_with_a_sentence(admin, hold, why):
    status, document = admin("POST", "holds", hold)
    assert status == 400
    assert why in document["error"]
    assert admin("GET", "holds")[1] == {"holds": []}


def test_a_wait_that_is_no_number_is_refused(admin):
    hold = admin("POST", "holds", {"operation": "PutObject"})[1]["hold"]
    assert admin("GET", f"holds/{hold}?wait=long")[0] == 400
    assert admin("GET", f"holds/{hold}?wait=nan")[0] == 400


# --- the clock


def modified(s3: Any) -> str:
    s3.put_object(Bucket="locks", Key="dated", Body=b"")
    return s3.head_object(Bucket="locks", Key="dated")["LastModified"].isoformat()


def test_the_states_clock_is_set_frozen_and_advanced_and_signatures_do_not_mind(admin, s3):
    status, document = admin("POST", "clock", {"set": "2031-05-01T12:00:00Z", "freeze": True})
    assert (status, document["date"], document["frozen"]) == (200, "2031-05-01T12:00:00.000Z", True)
    assert modified(s3) == "2031-05-01T12:00:00+00:00"
    assert admin("POST", "clock", {"advance": 3600})[1]["date"] == "2031-05-01T13:00:00.000Z"
    assert modified(s3) == "2031-05-01T13:00:00+00:00"
    assert admin("POST", "clock", {"freeze": False})[1]["frozen"] is False
    assert modified(s3).startswith("2031-05-01T13:")
    assert admin("DELETE", "clock")[1]["ahead"] == 0
    assert not modified(s3).startswith("2031")


def test_a_reset_sets_the_clock_back(admin, s3):
    admin("POST", "clock", {"set": 0})
    assert admin("GET", "clock")[1]["date"].startswith("1970-01-01T00:00:0")
    admin("POST", "reset")
    assert not admin("GET", "clock")[1]["date"].startswith("1970")


@pytest.mark.parametrize(
    "document", [{}, {"set": "noon"}, {"set": -1}, {"set": 1e12}, {"advance": -5}, {"advance": 1e12}, {"freeze": 1}, {"back": 1}]
)
def test_a_time_that_cannot_be_is_refused(admin, document):
    status, answer = admin("POST", "clock", document)
    assert status == 400
    assert "clock" in answer["error"]


def test_a_clock_that_somebody_gave_stays_theirs():
    with Server(clock=ManualClock()) as server:
        assert Admin(server.url)("POST", "clock", {"advance": 1})[0] == 409
        assert Admin(server.url)("GET", "clock")[1]["date"] == "2026-01-01T00:00:00.000Z"


# --- snapshots


def test_a_snapshot_is_brought_back_and_nothing_else_is_there(admin, s3):
    put(s3)
    status, kept = admin("POST", "snapshots", {})
    assert (status, kept["account"], kept["entries"] > 1) == (201, "000000000000", True)
    s3.put_object(Bucket="locks", Key="leader", Body=b"changed")
    s3.put_object(Bucket="locks", Key="more", Body=b"")
    assert admin("POST", f"snapshots/{kept['snapshot']}/restore")[0] == 200
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="locks")["Contents"]] == ["leader"]
    assert s3.get_object(Bucket="locks", Key="leader")["Body"].read() == b"x"
    assert admin("GET", "snapshots")[1] == {"snapshots": [kept]}
    assert admin("DELETE", f"snapshots/{kept['snapshot']}")[0] == 204
    assert admin("GET", "snapshots")[1] == {"snapshots": []}


def test_a_fork_is_another_accounts_own(admin):
    dynamodb, other = client(admin.url, "dynamodb", "111111111111"), client(admin.url, "dynamodb", "222222222222")
    dynamodb.create_table(
        TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.put_item(TableName="table", Item={"id": {"S": "a"}})
    kept = admin("POST", "snapshots", {"account": "111111111111"})[1]["snapshot"]
    assert admin("POST", f"snapshots/{kept}/fork", {"account": "222222222222"})[1]["account"] == "222222222222"
    other.put_item(TableName="table", Item={"id": {"S": "b"}})
    assert (dynamodb.scan(TableName="table")["Count"], other.scan(TableName="table")["Count"]) == (1, 2)
    for mistake in ({}, {"account": "111111111111"}, {"account": "x"}):
        assert admin("POST", f"snapshots/{kept}/fork", mistake)[0] == 400


def test_a_name_that_another_account_has_taken_is_said(admin, s3):
    kept = admin("POST", "snapshots", {})[1]["snapshot"]
    s3.delete_bucket(Bucket="locks")
    client(admin.url, "s3", "333333333333").create_bucket(Bucket="locks")
    status, document = admin("POST", f"snapshots/{kept}/restore")
    assert (status, document["error"]) == (409, "locks belongs to 333333333333 now")


def test_an_account_in_a_race_is_not_replaced(admin, s3):
    kept = admin("POST", "snapshots", {})[1]["snapshot"]
    race = admin("POST", "races", {"actors": ["a"]})[1]["race"]
    status, document = admin("POST", f"snapshots/{kept}/restore")
    assert (status, document["error"]) == (409, f"race {race} is on in account 000000000000: DELETE it first")


# --- histories


def test_a_history_tells_lost_replies_apart_whenever_the_rule_came(admin, s3):
    assert admin("POST", "history", {}) == (201, {"account": "000000000000"})
    admin("POST", "faults", {"do": "lost", "operation": "PutObject", "first": 1, "account": "000000000000"})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="locks", Key="leader", Body=b"x", IfNoneMatch="*")
    assert put(s3, IfNoneMatch="*") == "PreconditionFailed"
    status, lines = admin.raw("GET", "/_condemu/history")
    told = [entry for entry in map(Entry.from_json, lines.decode().splitlines()) if entry.operation == "PutObject"]
    assert (status, [entry.told for entry in told], [entry.actor for entry in told]) == (200, ["info", "fail"], ["ann", "ann"])
    assert [effect.outcome for entry in told for effect in entry.effects] == ["committed", "refused"]


def test_a_history_is_recorded_once_and_ends(admin, s3, server):
    for answer in (admin("GET", "history"), admin("DELETE", "history")):
        assert (answer[0], answer[1]["error"].startswith("no history of account 000000000000")) == (404, True)
    assert admin("POST", "history", {})[0] == 201
    assert admin("POST", "history", {})[0] == 409
    assert admin("POST", "races", {"actors": ["a"]})[1]["error"].startswith("the history of account 000000000000 is recorded")
    kept = admin("POST", "snapshots", {})[1]["snapshot"]
    assert admin("POST", f"snapshots/{kept}/restore")[0] == 409
    assert admin("DELETE", "history")[0] == 204
    assert not server.emulator.engine.observed
    race = admin("POST", "races", {"actors": ["a"]})[1]["race"]
    assert admin("POST", "history", {})[1]["error"].startswith(f"race {race} is on")
    assert admin("DELETE", f"races/{race}")[0] == 204
    assert admin("POST", "history", {})[0] == 201
    assert admin("POST", "reset")[0] == 200
    assert admin("GET", "history")[0] == 404


def test_a_history_that_is_full_says_how_many_calls_it_missed(admin, s3):
    assert admin("POST", "history", {"calls": 3})[0] == 201
    for _ in range(5):
        put(s3)
    lines = admin.raw("GET", "/_condemu/history")[1].decode().splitlines()
    entries = [Entry.from_json(line) for line in lines]
    assert [entry.operation for entry in entries] == [*["PutObject"] * 3, "HistoryIsFull"]
    assert entries[-1].parameters == {"missed": 2}
    assert check(entries).unknown == ()
    assert admin("DELETE", "history")[0] == 204


@pytest.mark.parametrize(("calls", "why"), [(0, "a whole number from 1"), (10**7, "1 to 1e+06"), ("all", "a whole number")])
def test_a_history_of_so_many_calls_cannot_be(admin, calls, why):
    status, answer = admin("POST", "history", {"calls": calls})
    assert status == 400
    assert why in answer["error"]


# --- on the wire


def lengths(admin: Admin, method: str, path: str, headers: dict[str, str]) -> list[str] | None:
    connection = HTTPConnection(urlsplit(admin.url).netloc, timeout=1800)
    connection.request(method, path, b"", headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.headers.get_all("content-length")


def test_every_answer_says_its_length_once(admin, s3):
    for path in ("/_condemu/faults", "/_condemu/nothing", "/_condemu/races/r9"):
        assert len(lengths(admin, "GET", path, {}) or []) == 1
    admin("POST", "faults", {"do": "error-after", "operation": "PutObject"})
    url = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": "locks", "Key": "leader"}))
    assert lengths(admin, "PUT", f"{url.path}?{url.query}", {}) == ["0"]

"""Races over HTTP that are misused, or come to no end: one clear sentence each, never a 500."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.effects import ManualClock
from condemu.core.http import BytesBody
from condemu.server.app import build
from condemu.server.lab.lab import ROUTES
from condemu.testing.server import Server
from tests.server.races_client import Admin, Me, client, explored


@pytest.fixture
def admin(admin: Admin) -> Admin:
    """With a bucket."""
    client(admin.url, "s3").create_bucket(Bucket="locks")
    return admin


def made(admin: Admin, *actors: str, **race: Any) -> dict[str, Any]:
    status, document = admin("POST", "races", {"actors": list(actors) or ["a", "b"], **race})
    assert status == 201, document
    return document


BAD = [
    ({}, "a race has actors"),
    ({"actors": []}, "a race has actors"),
    ({"actors": "ab"}, "'actors' of a race is a list, not \"ab\""),
    ({"actors": ["a", "a"]}, "two actors are called 'a'"),
    ({"actors": ["a b"]}, "an actor's name is"),
    ({"actors": [7]}, "unlike 7"),
    ({"actors": ["ä"]}, "an actor's name is"),
    ({"actors": [f"a{n}" for n in range(17)]}, "at most 16 actors"),
    ({"actors": ["a"], "fault": []}, "a race has no 'fault'; it may have actors"),
    ({"actors": ["a"], "faults": ["trottle"]}, "did you mean 'throttle'?"),
    ({"actors": ["a"], "faults": ["s4:throttle"]}, "no service 's4'"),
    ({"actors": ["a"], "faults": [{"do": "lost", "nth": 2}]}, "a fault of a race has no 'nth'"),
    ({"actors": ["a"], "faults": [{"service": "s3"}]}, "says in 'do' what happens"),
    ({"actors": ["a"], "faults": [3]}, "a fault of a race is an object, not 3"),
    ({"actors": ["a"], "faults": ["delay"]}, "a fault of a race is none of 'delay'; it may be throttle"),
    ({"actors": ["a"], "faults": ["lost"] * 17}, "at most 16 faults"),
    ({"actors": ["a"], "time_passes": [0]}, "what passes is 0.001 to 86400"),
    ({"actors": ["a"], "time_passes": ["31"]}, 'is a number, not "31"'),
    ({"actors": ["a"], "time_passes": [1] * 17}, "at most 16 numbers"),
    ({"actors": ["a"], "skew": {"b": 1}}, "there is no actor 'b' to skew; there are a"),
    ({"actors": ["a"], "skew": {"a": "1"}}, "is a number"),
    ({"actors": ["a"], "schedules": 0}, "'schedules' of a race is a whole number from 1"),
    ({"actors": ["a"], "schedules": True}, "'schedules' of a race is a whole number from 1"),
    ({"actors": ["a"], "schedules": 10**9}, "'schedules' is 1 to 100000"),
    ({"actors": ["a"], "most_faults": 99, "faults": ["lost"]}, "'most_faults' is 1 to 16"),
    ({"actors": ["a"], "steps": 10**6}, "'steps' is 1 to 10000"),
    ({"actors": ["a"], "patience": 0}, "'patience' is 0.001 to 600"),
    ({"actors": ["a"], "time": "yesterday"}, "'time' is a time"),
    ({"actors": ["a"], "time": -1}, "'time' is 0 to"),
    ({"actors": ["a"], "search": "best"}, "there is no search 'best'; there are fewest"),
    ({"actors": ["a"], "account": "12"}, "'account' is twelve digits"),
    ({"actors": ["a"], "replay": "v9.a:1"}, "tokens begin with v1"),
    ({"actors": ["a"], "replay": "v1.a"}, "neither actor:requests"),
    ({"actors": ["a"], "replay": "v1.c:1"}, "the schedule has an actor 'c'; there are a"),
    ({"actors": ["a"], "replay": "v1.+31.a:1"}, "lets 31 s pass, which time_passes does not"),
]


@pytest.mark.parametrize(("race", "why"), BAD, ids=[why[:40] for _, why in BAD])
def test_a_race_that_cannot_be_is_refused_with_a_sentence(admin, race, why):
    status, document = admin("POST", "races", race)
    assert status == 400
    assert why in document["error"]
    assert admin("GET", "races")[1] == {"races": []}


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff\xfe", b'{"actors": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(admin, body):
    status, answer = admin.raw("POST", "/_condemu/races", body)
    assert status == 400
    assert json.loads(answer)["error"].startswith("the body is ")


def test_a_body_that_is_too_long_is_refused(admin):
    assert admin.raw("POST", "/_condemu/races", b" " * (1024 * 1024 + 1))[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "document", "status", "why"),
    [
        ("GET", "races/r999", None, 404, "there is no race 'r999'"),
        ("POST", "races/r999/next", None, 404, "there is no race 'r999'"),
        ("DELETE", "races/r999", None, 404, "there is no race 'r999'"),
        ("GET", "races/{race}/report/now", None, 404, "there is no /_condemu/races/"),
        ("PUT", "races/{race}", None, 405, "does not take PUT; it takes GET, DELETE"),
        ("POST", "races/{race}/actors/c", {"is": "started"}, 404, "has no actor 'c'; it has a, b"),
        ("POST", "races/{race}/actors/a", {"is": "started"}, 409, "has no schedule yet"),
        ("POST", "races/{race}/verdict", {"ok": True}, 409, "has no schedule to judge yet"),
        ("POST", "races/{race}/verdict", {}, 400, 'a verdict says {"ok": true}'),
        ("POST", "races/{race}/verdict", {"ok": 1}, 400, "'ok' of a verdict is true or false, not 1"),
        ("POST", "races/{race}/next", {"x": 1}, 400, "this request has no 'x'; it may have nothing"),
        ("GET", "races/{race}/clock?actor=c", None, 404, "has no actor 'c'"),
        ("POST", "races", {"actors": ["a"]}, 409, "is on in account 000000000000: DELETE it"),
    ],
)
def test_a_call_that_does_not_fit_is_refused_with_a_sentence(admin, method, path, document, status, why):
    race = made(admin)["race"]
    answer = admin(method, path.format(race=race), document)
    assert answer[0] == status
    assert why in answer[1]["error"]


def test_an_actor_that_says_what_no_actor_says_is_refused(admin):
    race = made(admin)["race"]
    assert admin("POST", f"races/{race}/next")[0] == 200
    for said, why in (
        ({"is": "lost"}, 'an actor "is" started, asleep or ended, not "lost"'),
        ({}, 'an actor "is" started, asleep or ended, not null'),
        ({"is": "asleep", "seconds": -1}, "'seconds' is 0 to 86400"),
        ({"was": "started"}, "what a says has no 'was'"),
    ):
        status, document = admin("POST", f"races/{race}/actors/a", said)
        assert (status, document["error"][: len(why)]) == (400, why)


def test_calls_out_of_order_say_who_is_busy(admin):
    race = made(admin)["race"]
    assert admin("POST", f"races/{race}/next")[0] == 200
    assert admin("POST", f"races/{race}/actors/a", {"is": "started"})[0] == 200
    for call, document in (("next", None), ("verdict", {"ok": True})):
        status, answer = admin("POST", f"races/{race}/{call}", document)
        assert status == 409
        assert "a is thinking since it began; b waits to begin" in answer["error"]
    assert "a is thinking since it began" in admin.raw("GET", f"/_condemu/races/{race}/report", accept="*/*")[1].decode()
    assert admin("POST", f"races/{race}/actors/a", {"is": "started"})[0] == 409
    for actor in ("a", "b"):
        assert admin("POST", f"races/{race}/actors/{actor}", {"is": "ended"})[0] == 200
    assert admin("POST", f"races/{race}/actors/a", {"is": "ended"})[0] == 409
    assert admin("POST", f"races/{race}/next")[1]["error"].startswith("schedule 1 has no verdict")
    assert admin("POST", f"races/{race}/verdict", {"ok": True})[0] == 200
    assert admin("POST", f"races/{race}/verdict", {"ok": True})[1]["error"] == "schedule 1 has its verdict"
    assert admin("GET", f"races/{race}/report")[0] == 200
    assert admin.raw("GET", f"/_condemu/races/{race}/report", accept="image/svg+xml")[0] == 404


def late(admin: Admin, actors: dict[str, Any], **race: Any) -> str:
    """Why a race with little patience fails, whatever its check says."""
    report, document = explored(admin, actors, lambda told: "", patience=0.2, **race)
    assert document["failed"]["why"] in report
    return document["failed"]["why"]


def test_an_actor_that_neither_sends_nor_ends_fails_the_schedule_by_name(admin):
    done = threading.Event()

    def thinker(me: Me) -> None:
        me.client("s3").head_bucket(Bucket="locks")
        done.wait(600)

    def watcher() -> None:
        while "failed" not in admin("GET", "races")[1]["races"][0] or admin("GET", "races")[1]["races"][0]["running"]:
            pass
        done.set()

    def waits(me: Me) -> None:
        threading.Thread(target=watcher).start()
        thinker(me)

    assert late(admin, {"a": waits, "b": lambda me: None}) == "a is thinking for 0.2 s after HeadBucket → 200"


def test_an_actor_that_never_begins_fails_the_schedule_by_name(admin):
    race = made(admin, patience=0.01)["race"]
    assert admin("POST", f"races/{race}/next")[0] == 200
    while admin("GET", f"races/{race}")[1]["running"]:
        pass
    status, document = admin("POST", f"races/{race}/verdict", {"ok": True})
    assert (status, document["ok"]) == (200, False)
    assert document["why"].startswith("a has not begun for 0.01 s")
    assert admin("POST", f"races/{race}/next")[0] == 204


def test_an_actor_that_sends_two_requests_at_once_fails_the_schedule(admin):
    hold = admin("POST", "holds", {"operation": "PutObject", "stage": "replying", "first": 1})[1]["hold"]

    def two(me: Me) -> None:
        s3 = me.client("s3")
        first = threading.Thread(target=s3.put_object, kwargs={"Bucket": "locks", "Key": "k"})
        first.start()
        assert admin("GET", f"holds/{hold}?wait=300")[1]["waiting"]
        s3.get_object(Bucket="locks", Key="k")
        assert admin("POST", f"holds/{hold}/release")[0] == 200
        first.join(600)

    report, _ = explored(admin, {"a": two}, lambda told: "")
    assert "a sends GetObject while its PutObject is under way: an actor sends one request at a time." in report


def test_an_actor_that_sends_after_its_end_fails_the_schedule(admin):
    def restless(me: Me) -> None:
        me.say(**{"is": "ended"})
        me.client("s3").put_object(Bucket="locks", Key="k")

    race = made(admin)
    assert admin("POST", f"races/{race['race']}/next")[0] == 200
    restless(Me(admin, race, "a", {}))
    assert admin("POST", f"races/{race['race']}/actors/b", {"is": "ended"})[0] == 200
    document = admin("POST", f"races/{race['race']}/verdict", {"ok": True})[1]
    assert document["why"] == "a has ended, and then sends PutObject"


def test_a_schedule_without_end_fails(admin):
    def endless(me: Me) -> None:
        for _ in range(30):
            me.client("s3").list_objects_v2(Bucket="locks")

    report, _ = explored(admin, {"a": endless}, lambda told: "", steps=10)
    assert "the schedule did not end within 10 requests; still at it: a (" in report


def test_a_token_that_no_longer_fits_says_where(admin):
    def short(me: Me) -> None:
        me.client("s3").put_object(Bucket="locks", Key="k")

    report, document = explored(admin, {"a": short, "b": short}, lambda told: "", replay="v1.a:3.b:1")
    why = "the schedule does not fit this program: step 3: expected a's request 2; what can happen is b's start"
    assert document["failed"]["why"] == why
    report, _ = explored(admin, {"a": short, "b": short}, lambda told: "", replay="v1.a:1.b:1.b:lost")
    assert "every actor has ended after step 4, but the schedule goes on" in report


@pytest.mark.parametrize("search", ["fewest", "everything"])
def test_a_program_that_does_another_thing_each_time_fails_and_the_server_goes_on(admin, search):
    numbers = itertools.count()

    def moody(me: Me) -> None:
        for _ in range(1 + next(numbers) % 2):
            me.client("s3").put_object(Bucket="locks", Key="k")

    _, document = explored(admin, {"a": moody, "b": moody, "c": moody}, lambda told: "", search=search)
    assert document["failed"]["why"].startswith("the program does not do the same each time: ")
    assert client(admin.url, "s3").list_buckets()["Buckets"]


def test_a_reset_ends_races_and_those_who_wait_go_on(admin):
    race = made(admin)
    assert admin("POST", f"races/{race['race']}/next")[0] == 200
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(admin("POST", f"races/{race['race']}/actors/b", {"is": "started"})))
    thread.start()
    assert admin("POST", f"races/{race['race']}/actors/a", {"is": "started"})[0] == 200
    assert admin("POST", "reset?account=222222222222")[0] == 200
    assert len(admin("GET", "races")[1]["races"]) == 1
    assert admin("POST", "reset?account=000000000000")[0] == 200
    assert admin("GET", "races")[1] == {"races": []}
    thread.join(600)
    assert answers[0][0] in (200, 404)  # it was waiting, or came when the race was gone


def test_a_race_of_which_nobody_asks_anything_ends(admin, monkeypatch):
    monkeypatch.setattr("condemu.server.lab.race.IDLE", 0.01)
    made(admin)
    while admin("GET", "races")[1]["races"]:
        pass


def test_there_are_only_so_many_races(admin, monkeypatch):
    monkeypatch.setattr("condemu.server.lab.races.MOST_RACES", 2)
    made(admin)
    made(admin, account="111111111111")
    status, document = admin("POST", "races", {"actors": ["a"], "account": "222222222222"})
    assert (status, document["error"]) == (409, "there are 2 races already; DELETE those that are over")


def test_under_strict_the_actors_have_keys_of_their_own_and_the_token_is_asked_for():
    with Server(auth="strict", admin_token="hush", environment={
        "CONDEMU_ACCESS_KEY_ID": "root", "CONDEMU_SECRET_ACCESS_KEY": "secret",
    }) as server:  # fmt: skip
        assert Admin(server.url)("POST", "races", {"actors": ["a"]})[0] == 401
        admin = Admin(server.url, {"X-Condemu-Token": "hush"})
        client(server.url, "s3", "root", "secret").create_bucket(Bucket="locks")

        def puts(me: Me) -> str:
            return me.client("s3").put_object(Bucket="locks", Key="k")["ETag"]

        def check(told: Any) -> str:
            return "" if all(isinstance(one, str) for one in told.values()) else repr(told)

        _, document = explored(admin, {"a": puts, "b": puts}, check)
        assert document["complete"]
        assert document["failed"] is None


def test_a_clock_that_somebody_gave_is_not_moved():
    with Server(clock=ManualClock()) as server:
        status, document = Admin(server.url)("POST", "races", {"actors": ["a"]})
        assert (status, "was given a clock of its own" in document["error"]) == (409, True)


def test_without_a_socket_the_lab_says_that_it_needs_one():
    emulator = build()
    request = emulator.received("GET", "/_condemu/races", "", {"host": "localhost"}, BytesBody())
    try:
        emulator.answer(request).send(None)
    except StopIteration as done:
        response = done.value
    assert response.status == 409
    assert b"needs a server on a socket" in response.body
    emulator.close()


def test_nothing_observes_before_a_race_is_made_nor_after_it_ended(admin, server):
    assert not server.emulator.engine.observed
    race = made(admin)["race"]
    assert admin("POST", f"races/{race}/next")[0] == 200
    assert server.emulator.engine.observed
    assert server.emulator.clock.now is not time.time
    assert admin("DELETE", f"races/{race}")[0] == 204
    assert not server.emulator.engine.observed
    assert server.emulator.clock.now is time.time
    admin("POST", "clock", {"advance": 5})
    assert server.emulator.clock.now is not time.time
    admin("DELETE", "clock")
    assert server.emulator.clock.now is time.time


def test_an_account_that_takes_a_name_of_the_race_keeps_it_and_the_race_says_so(admin):
    def deletes(me: Me) -> None:
        me.client("s3").delete_bucket(Bucket="locks")

    race = made(admin, "a")
    assert admin("POST", f"races/{race['race']}/next")[0] == 200
    deletes(Me(admin, race, "a", {}))
    assert admin("POST", f"races/{race['race']}/actors/a", {"is": "ended"})[0] == 200
    client(admin.url, "s3", "333333333333").create_bucket(Bucket="locks")
    assert admin("POST", f"races/{race['race']}/verdict", {"ok": True})[0] == 200
    status, document = admin("DELETE", f"races/{race['race']}")
    assert status == 409
    assert "locks belongs to 333333333333 now" in document["error"]


MEMBERS = (
    "actors", "account", "faults", "most_faults", "time_passes", "skew", "schedules", "steps", "search", "seed", "patience",
    "time", "replay", "is", "told", "seconds", "ok", "why", "do", "service", "operation", "key", "actor", "nth", "first",
    "probability", "stage", "overlapping", "all", "set", "advance", "freeze",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["a", "b", "lost", "s3:409", "v1.a:1", "v1.+3.b:lost", "000000000000", "2026-01-01T00:00:00Z", "ready"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=6,
)  # fmt: skip
PATHS = sorted({path for _, path in ROUTES if path != "races/*/actors/*"})
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]), st.sampled_from(PATHS),
        st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=5),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(REQUESTS)
def test_whatever_is_asked_of_the_lab_it_answers_with_no_500(requests):
    async def ask() -> None:
        emulator = build()
        made = json.dumps({"actors": ["a", "b"]})
        for method, path, document in [("POST", "races", None), *requests]:
            body = (made if document is None else json.dumps(document)).encode()
            target = path.replace("races/*", "races/r1").replace("*", {"holds": "h1", "faults": "f1"}.get(path[:5], "s1"))
            request = emulator.received(method, f"/_condemu/{target}", "", {"host": "localhost"}, BytesBody(body))
            response = await emulator.answer(request)
            assert response.status < 500, response.body
        emulator.reset_now()
        emulator.close()

    asyncio.run(ask())

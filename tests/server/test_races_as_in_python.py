"""Stale reads, late deletion and crashes of actors over HTTP: the same programs come to the same as with `explore`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from condemu.core.effects import ManualClock
from condemu.lab import explore
from condemu.lab.clock import START
from condemu.server.app import build
from condemu.server.lab.documents import Refused
from condemu.server.lab.past import SharedPast
from tests.server.races_client import Admin, Me, client, explored

TABLE = {
    "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """botocore waits before it sends again; nobody has to wait with it. Failing schedules are not kept here."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


class Here:
    """What `setup` is given over HTTP, as `explore` gives it."""

    def __init__(self, admin: Admin) -> None:
        self._url = admin.url

    def client(self, service: str) -> Any:
        return client(self._url, service)

    def time(self) -> float:
        return START


def setup(aws: Any) -> None:
    aws.client("s3").create_bucket(Bucket="bucket")
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(TableName="table", **TABLE)
    dynamodb.put_item(TableName="table", Item={"k": {"S": "a"}, "n": {"N": "0"}})


def items(aws: Any, **more: Any) -> str:
    found = aws.client("dynamodb").scan(TableName="table", ConsistentRead=True, **more)["Items"]
    return " ".join(sorted(f"{item['k']['S']}{item.get('n', {}).get('N', '')}" for item in found))


def keys(aws: Any) -> str:
    return " ".join(each["Key"] for each in aws.client("s3").list_objects_v2(Bucket="bucket").get("Contents", []))


def outcomes(
    admin: Admin,
    actors: dict[str, Callable[[Any], Any]],
    look: Callable[[Any], Any],
    made: Callable[[Any], None] = setup,
    **race: Any,
) -> set[Any]:
    """What every order comes to over HTTP: what the actors told and what is there. It is what every order in Python comes to."""
    here = Here(admin)
    made(here)
    over_http: set[Any] = set()

    def check(told: Any) -> str:
        over_http.add((told_of(told, actors), look(here)))
        return ""

    _, document = explored(admin, actors, check, schedules=2000, **race)
    assert document["complete"]
    in_python: set[Any] = set()

    def also(aws: Any, told: Any) -> None:
        in_python.add((told_of(dict(told.items()), actors), look(aws)))

    run = explore(*actors.items(), setup=made, check=also, schedules=2000, expected=[BotoCoreError], **race)
    assert over_http == in_python
    assert document["schedules"] == run.schedules
    assert document["never_struck"] == [str(rule) for rule in run.never_struck]
    return over_http


def told_of(told: Any, actors: Any) -> tuple[Any, ...]:
    """What actors returned; nothing for one that crashed: over HTTP its client knows only that nobody answers."""
    return tuple(told[name] if isinstance(told[name], (str, int, float, tuple)) else None for name in actors)


def writes(me: Any) -> str:
    for n in ("1", "2"):
        me.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "a"}, "n": {"N": n}})
    return "done"


def reads(me: Any) -> str:
    dynamodb = me.client("dynamodb")
    looked = (dynamodb.get_item(TableName="table", Key={"k": {"S": "a"}}, ConsistentRead=strong) for strong in (False, True))
    return "".join(item["Item"]["n"]["N"] for item in looked)


def test_a_read_that_need_not_be_consistent_may_show_each_of_the_last_commits(admin):
    came_to = outcomes(admin, {"writes": writes, "reads": reads}, items, faults=["stale"])
    assert {told[1] for told, _ in came_to} == {"00", "11", "01", "02", "12", "22"}


def test_where_nothing_was_written_in_the_schedule_no_read_is_stale(admin):
    assert outcomes(admin, {"reads": reads}, items, faults=["stale"]) == {(("00",), "a0")}


def expiring(aws: Any) -> None:
    setup(aws)
    dynamodb = aws.client("dynamodb")
    dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"})
    dynamodb.put_item(TableName="table", Item={"k": {"S": "b"}, "e": {"N": str(int(aws.time()) + 30)}})


def looks_twice(me: Any) -> str:
    return "|".join(items(me) for _ in range(2))


def test_what_has_expired_may_be_there_from_then_on(admin):
    came_to = outcomes(admin, {"looks": looks_twice}, items, expiring, faults=["late"], time_passes=[31])
    assert {told[0] for told, _ in came_to} == {"a0 b|a0 b", "a0 b|a0", "a0|a0"}


def test_late_deletion_is_offered_only_where_something_has_expired(admin):
    assert outcomes(admin, {"looks": looks_twice}, items, expiring, faults=["late"]) == {(("a0 b|a0 b",), "a0 b")}


def two_steps(me: Any) -> str:
    try:
        me.client("s3").put_object(Bucket="bucket", Key="first", Body=b"")
        me.client("s3").put_object(Bucket="bucket", Key="second", Body=b"")
    finally:
        me.client("s3").put_object(Bucket="bucket", Key="tidy", Body=b"")
    return "done"


def looks(me: Any) -> str:
    return keys(me)


def test_an_actor_crashes_before_each_write_and_nothing_of_it_is_seen_any_more(admin):
    came_to = outcomes(admin, {"writer": two_steps, "looks": looks}, keys, faults=["crash"])
    assert {there for _, there in came_to} == {"", "first", "first second", "first second tidy"}
    assert ((None, ""), "first") in came_to


def test_an_actor_crashes_after_a_write_and_the_write_stands(admin):
    came_to = outcomes(admin, {"writer": two_steps}, keys, faults=["crash-after"])
    assert came_to == {
        (("done",), "first second tidy"), ((None,), "first"), ((None,), "first second"), ((None,), "first second tidy"),
    }  # fmt: skip


def creates(me: Any) -> str:
    s3 = me.client("s3")
    try:
        s3.put_object(Bucket="bucket", Key="k", Body=b"", IfNoneMatch="*")
    except s3.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return "created"


def passes(me: Any) -> str:
    me.client("s3").put_object(Bucket="bucket", Key="k", Body=b"")
    me.client("s3").delete_object(Bucket="bucket", Key="k")
    return "done"


def moves(me: Any) -> str:
    puts = [{"Put": {"TableName": "table", "Item": {"k": {"S": key}}}} for key in "ab"]
    me.client("dynamodb").transact_write_items(TransactItems=puts)
    return "done"


def puts(me: Any) -> str:
    dynamodb = me.client("dynamodb")
    try:
        dynamodb.put_item(TableName="table", Item={"k": {"S": "b"}, "n": {"N": "7"}})
    except dynamodb.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return "put"


def test_a_request_is_under_way_while_others_go_on(admin):
    came_to = outcomes(admin, {"passes": passes, "creates": creates}, keys, faults=["overlap"])
    assert {told[1] for told, _ in came_to} == {"created", "PreconditionFailed", "ConditionalRequestConflict"}
    admin("POST", "reset")
    came_to = outcomes(admin, {"puts": puts, "moves": moves}, items, faults=["overlap"])
    assert came_to == {
        (("put", "done"), "a b"), (("put", "done"), "a b7"), (("TransactionConflictException", "done"), "a b"),
    }  # fmt: skip


def batch(me: Any) -> int:
    requests = [{"PutRequest": {"Item": {"k": {"S": key}}}} for key in "bc"]
    return len(me.client("dynamodb").batch_write_item(RequestItems={"table": requests})["UnprocessedItems"])


def test_a_batch_crashes_as_a_whole_before_it_and_stands_after_it(admin):
    came_to = outcomes(admin, {"batch": batch}, items, faults=["crash", "crash-after"])
    assert came_to == {((0,), "a0 b c"), ((None,), "a0"), ((None,), "a0 b c")}


def test_a_crash_is_drawn_and_run_again(admin):
    here = Here(admin)
    setup(here)

    def check(told: Any) -> str:
        return "half of it is there" if keys(here) == "first" else ""

    report, document = explored(admin, {"writer": two_steps, "looks": looks}, check, faults=["crash", "crash-after"])
    assert "half of it is there" in report
    assert "‡" in report
    assert "It takes 1 fault." in report
    assert document["failed"]["told"]["writer"] is None
    again, _ = explored(
        admin, {"writer": two_steps, "looks": looks}, check, faults=["crash", "crash-after"], replay=document["failed"]["token"]
    )
    assert again.partition("\n\n")[2] == report.partition("\n\n")[2]


def test_a_crashed_actor_is_waited_for_until_it_says_that_it_has_ended(admin):
    setup(Here(admin))
    race = admin("POST", "races", {"actors": ["a"], "faults": ["crash"], "replay": "v1.a:crash"})[1]
    name = race["race"]
    assert admin("POST", f"races/{name}/next")[0] == 200
    me = Me(admin, race, "a", {"retries": {"total_max_attempts": 1}})
    for _ in range(2):
        with pytest.raises(BotoCoreError):
            me.client("s3").put_object(Bucket="bucket", Key="first", Body=b"")
    with pytest.raises(BotoCoreError):  # one that is refused before it is READY is not answered either
        me.client("s3").get_object(Bucket="nowhere", Key="first")
    status, answer = admin("POST", f"races/{name}/verdict", {"ok": True})
    assert status == 409
    assert "its verdict: a has crashed, and its program has not said that it ended" in answer["error"]
    status, answer = admin("POST", f"races/{name}/actors/a", {"is": "asleep", "seconds": 5})
    assert (status, answer["error"]) == (409, "a has crashed in schedule 1: all that it can say is that it has ended")
    assert me.say(**{"is": "ended", "told": "nobody hears of it"})["crashed"]
    assert admin("POST", f"races/{name}/actors/a", {"is": "ended"})[0] == 409
    assert keys(Here(admin)) == ""
    assert admin("POST", f"races/{name}/verdict", {"ok": True})[0] == 200
    assert admin("DELETE", f"races/{name}")[0] == 204


def test_two_races_have_each_a_past_of_its_own(admin, server):
    """Both show the past by turns, and nothing is left of it afterwards."""
    emulator = server.emulator
    assert emulator is not None
    accounts = {account: client(admin.url, "dynamodb", account) for account in ("111122223333", "444455556666")}
    races = {}
    for account, dynamodb in accounts.items():
        dynamodb.create_table(TableName="table", **TABLE)
        races[account] = admin("POST", "races", {"actors": ["a"], "faults": ["stale"], "account": account})[1]
    seen: dict[str, list[int]] = {account: [] for account in accounts}
    for _ in range(2):
        for account, race in races.items():
            assert admin("POST", f"races/{race['race']}/next")[0] == 200
            me = Me(admin, race, "a", {})
            me.say(**{"is": "started"})
            me.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "a"}})
            seen[account].append(me.client("dynamodb").scan(TableName="table")["Count"])
            me.say(**{"is": "ended"})
            admin("POST", f"races/{race['race']}/verdict", {"ok": True})
    assert list(seen.values()) == [[1, 0], [1, 0]]
    for race in races.values():
        assert admin("DELETE", f"races/{race['race']}")[0] == 204
    assert emulator.engine.stale_reads is None
    assert emulator.engine.store.on_commit is None


def test_a_store_whose_past_cannot_be_shown_is_said():
    engine = build(clock=ManualClock()).engine
    engine.store = object()  # type: ignore[assignment]
    with pytest.raises(Refused, match="of which the lab cannot show the past"):
        SharedPast(engine, (), lambda call: 0).begin()

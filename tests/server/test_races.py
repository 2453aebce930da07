"""Races over HTTP with boto3 in threads: what goes wrong in some order is found, drawn, and run again the same."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.server.races_client import Admin, Me, client, explored

LOST = {"do": "lose_reply", "service": "s3"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits before it sends again; nobody has to wait with it."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


@pytest.fixture
def s3(admin: Admin) -> Any:
    """With a counter in it."""
    s3 = client(admin.url, "s3")
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="n", Body=b"0")
    return s3


def careless(me: Me) -> None:
    s3 = me.client("s3")
    n = int(s3.get_object(Bucket="locks", Key="n")["Body"].read())
    s3.put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))


def careful(me: Me) -> int:
    s3 = me.client("s3")
    while True:
        found = s3.get_object(Bucket="locks", Key="n")
        n = int(found["Body"].read()) + 1
        try:
            s3.put_object(Bucket="locks", Key="n", Body=b"%d" % n, IfMatch=found["ETag"])
            return n
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise


def counted_twice(s3: Any) -> Any:
    def check(told: Any) -> str:
        n = int(s3.get_object(Bucket="locks", Key="n")["Body"].read())
        return "" if n == 2 else f"two increments, and the counter is at {n}"

    return check


def test_a_lost_update_is_found_and_drawn(admin, s3):
    report, document = explored(admin, {"a": careless, "b": careless}, counted_twice(s3))
    assert "FAILED after 2 schedules: two increments, and the counter is at 1" in report
    assert 'It takes 1 switch. Run it again: "replay": "v1.a:1.b:2.a:1"' in report
    lines = [line for line in report.splitlines() if "locks/n" in line]
    assert [line.split()[1] for line in lines] == ["○", "│", "│", "●"]
    assert ["GetObject" in line for line in lines] == [True, True, False, False]
    assert [line.split()[-1] for line in lines] == ["200", "200", "1", "2"]
    assert document["failed"]["told"] == {"a": None, "b": None}
    assert [step["commit"] for step in document["failed"]["steps"] if "commit" in step] == [1, 2]


def test_compare_and_set_holds_in_every_order_and_the_state_is_what_it_was(admin, s3):
    report, document = explored(admin, {"a": careful, "b": careful}, counted_twice(s3))
    assert document["complete"]
    assert document["failed"] is None
    assert report.startswith(f"{document['schedules']} schedules: every order there is")
    assert s3.get_object(Bucket="locks", Key="n")["Body"].read() == b"0"


def test_a_lost_reply_is_found_where_the_retry_meets_its_own_write(admin, s3):
    report, document = explored(admin, {"a": careful, "b": careful}, counted_twice(s3), faults=[LOST])
    assert "the counter is at 3" in report
    assert "⊘" in report
    assert "412 PreconditionFailed" in report
    assert "It takes 1 fault." in report
    assert document["failed"]["steps"]


@pytest.mark.long
def test_a_failing_schedule_is_run_again_the_same_a_hundred_times(admin, s3):
    faults = ["s3:lost"]
    report, document = explored(admin, {"a": careful, "b": careful}, counted_twice(s3), faults=faults)
    token = document["failed"]["token"]
    said = set()
    for _ in range(100):
        again, _ = explored(admin, {"a": careful, "b": careful}, counted_twice(s3), faults=faults, replay=token)
        assert again.startswith("FAILED after 1 schedule: ")
        said.add(again.partition(": ")[2])
    assert said == {report.partition(": ")[2]}


def test_actors_need_not_say_that_they_begin(admin, s3):
    report, _ = explored(admin, {"a": careless, "b": careless}, counted_twice(s3), begin=False)
    assert '"replay": "v1.a:1.b:2.a:1"' in report


def marked(request: Any, name: str) -> None:
    request.headers["x-condemu-actor"] = name


def test_an_actor_may_be_named_by_a_header(admin, s3):
    def named(me: Me) -> None:
        own = client(admin.url, "s3")
        own.meta.events.register("before-send", lambda request, **_: marked(request, me.name))
        n = int(own.get_object(Bucket="locks", Key="n")["Body"].read())
        own.put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))

    report, _ = explored(admin, {"a": named, "b": named}, counted_twice(s3))
    assert '"replay": "v1.a:1.b:2.a:1"' in report


def lease(me: Me) -> bool:
    """A lease of 30 seconds that whoever finds it expired takes over; its holder writes when it has it."""
    s3 = me.client("s3")
    try:
        held = s3.get_object(Bucket="locks", Key="lease")
        if float(held["Body"].read()) > me.time():
            return False
        condition = {"IfMatch": held["ETag"]}
    except s3.exceptions.NoSuchKey:
        condition = {"IfNoneMatch": "*"}
    try:
        s3.put_object(Bucket="locks", Key="lease", Body=b"%f" % (me.time() + 30), **condition)
    except ClientError:
        return False
    s3.put_object(Bucket="locks", Key="last", Body=me.name.encode())
    return True


def test_time_passes_where_a_schedule_says_so_and_actors_see_it(admin, s3):
    def check(told: Any) -> str:
        return "both had the lease" if told["a"] is True and told["b"] is True else ""

    actors = {"a": lease, "b": lease}
    report, document = explored(admin, actors, check)
    assert document["failed"] is None, report
    report, document = explored(admin, actors, check, time_passes=[31])
    assert "both had the lease" in report
    assert "~~~~~ 31 s pass ~" in report
    assert "1 pause" in report


def test_an_actor_whose_clock_is_ahead_is_found_out(admin, s3):
    def check(told: Any) -> str:
        return "both had the lease" if told["a"] is True and told["b"] is True else ""

    report, _ = explored(admin, {"a": lease, "b": lease}, check, skew={"b": 60})
    assert "both had the lease" in report


def test_an_actor_that_sleeps_wakes_when_the_schedule_says_so(admin, s3):
    woke: list[float] = []

    def sleeper(me: Me) -> None:
        before = me.time()
        me.say(**{"is": "asleep", "seconds": 3600})
        woke.append(me.time() - before)
        careless(me)

    report, document = explored(admin, {"a": sleeper, "b": careless}, counted_twice(s3))
    assert "a sleeps" in report
    assert set(woke) == {3600.0}
    assert document["failed"]["token"].startswith("v1.")


def test_dates_of_a_schedule_are_those_of_its_clock(admin, s3):
    found: list[str] = []

    def writes(me: Me) -> None:
        me.client("s3").put_object(Bucket="locks", Key="dated", Body=b"")

    def check(told: Any) -> str:
        found.append(s3.head_object(Bucket="locks", Key="dated")["LastModified"].isoformat())
        return ""

    explored(admin, {"a": writes}, check, time="2030-01-01T00:00:00Z", time_passes=[60])
    assert set(found) == {"2030-01-01T00:00:00+00:00", "2030-01-01T00:01:00+00:00"}
    s3.put_object(Bucket="locks", Key="now", Body=b"")
    assert s3.head_object(Bucket="locks", Key="now")["LastModified"].year != 2030


def test_throttled_calls_are_repeated_by_the_sdk_and_nothing_is_lost(admin, s3):
    _, document = explored(admin, {"a": careful, "b": careful}, counted_twice(s3), faults=["throttle", "s3:409"])
    assert document["failed"] is not None  # 409 is no refusal that `careful` repeats
    assert "409 ConditionalRequestConflict" in document["failed"]["drawing"]
    _, document = explored(admin, {"a": careful, "b": careful}, counted_twice(s3), faults=["throttle"])
    assert document["failed"] is None
    assert document["complete"]


def test_a_fault_that_struck_nowhere_is_named(admin, s3):
    report, document = explored(admin, {"a": careful}, lambda told: "", faults=["throttle", "dynamodb:throttle"])
    assert document["never_struck"] == ["throttle (dynamodb:*)"]
    assert report.endswith(". Never struck, and so not tried: throttle (dynamodb:*)\n")


def test_dynamodb_and_simpledb_race_as_well(admin):
    dynamodb, sdb = client(admin.url, "dynamodb"), client(admin.url, "sdb", s3=None)
    dynamodb.create_table(
        TableName="counters", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    sdb.create_domain(DomainName="counters")

    def by_dynamodb(me: Me) -> None:
        own = me.client("dynamodb")
        item = own.get_item(TableName="counters", Key={"id": {"S": "n"}}).get("Item", {"n": {"N": "0"}})
        own.put_item(TableName="counters", Item={"id": {"S": "n"}, "n": {"N": str(int(item["n"]["N"]) + 1)}})

    def by_simpledb(me: Me) -> None:
        own = me.client("sdb")
        found = own.get_attributes(DomainName="counters", ItemName="n", ConsistentRead=True).get("Attributes", [])
        n = int(found[0]["Value"]) if found else 0
        own.put_attributes(DomainName="counters", ItemName="n", Attributes=[{"Name": "n", "Value": str(n + 1), "Replace": True}])

    def check_dynamodb(told: Any) -> str:
        n = dynamodb.get_item(TableName="counters", Key={"id": {"S": "n"}}, ConsistentRead=True)["Item"]["n"]["N"]
        return "" if n == "2" else f"the counter is at {n}"

    def check_simpledb(told: Any) -> str:
        n = sdb.get_attributes(DomainName="counters", ItemName="n", ConsistentRead=True)["Attributes"][0]["Value"]
        return "" if n == "2" else f"the counter is at {n}"

    assert "the counter is at 1" in explored(admin, {"a": by_dynamodb, "b": by_dynamodb}, check_dynamodb)[0]
    assert "the counter is at 1" in explored(admin, {"a": by_simpledb, "b": by_simpledb}, check_simpledb)[0]


def test_pruned_and_unpruned_search_agree_on_the_outcomes(admin, s3):
    outcomes: dict[str, set[str]] = {"fewest": set(), "everything": set()}
    for search, seen in outcomes.items():

        def check(told: Any, seen: set[str] = seen) -> str:
            seen.add(f"{s3.get_object(Bucket='locks', Key='n')['Body'].read()!r} {sorted(told.items())}")
            return ""

        _, document = explored(admin, {"a": careful, "b": careful}, check, search=search)
        assert document["complete"]
    assert outcomes["fewest"] == outcomes["everything"]
    assert len(outcomes["fewest"]) > 1


def test_races_of_two_accounts_run_beside_each_other(admin):
    strangers = {"account": "111111111111"}
    other = client(admin.url, "s3", "111111111111")
    other.create_bucket(Bucket="other")
    other.put_object(Bucket="other", Key="n", Body=b"0")

    def increments(me: Me) -> None:
        own = me.client("s3")
        n = int(own.get_object(Bucket="other", Key="n")["Body"].read())
        own.put_object(Bucket="other", Key="n", Body=b"%d" % (n + 1))

    def check(told: Any) -> str:
        n = other.get_object(Bucket="other", Key="n")["Body"].read()
        return "" if n == b"2" else f"the counter is at {n.decode()}"

    status, beside = admin("POST", "races", {"actors": ["x"]})
    assert status == 201
    report, document = explored(admin, {"a": increments, "b": increments}, check, **strangers)
    assert "the counter is at 1" in report
    assert document["account"] == "111111111111"
    assert admin("DELETE", f"races/{beside['race']}")[0] == 204


def test_somebody_who_is_no_actor_and_changes_something_is_named(admin, s3):
    def meddling(me: Me) -> None:
        client(admin.url, "s3", "meddler").put_object(Bucket="locks", Key="n", Body=b"7")
        careless(me)

    report, document = explored(admin, {"a": meddling}, lambda told: "it is not 1")
    assert "meddler is no actor and changed something meanwhile." in report
    assert document["failed"]["undirected"] == {"meddler": 1}

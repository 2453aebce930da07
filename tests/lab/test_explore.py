"""`explore` with real boto3 clients: it finds what goes wrong in some order, draws it, runs it again, says what it covered."""

from __future__ import annotations

import time

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from condemu.explorer.race import Endless, Stray
from condemu.lab import BadRace, RaceFound, UnknownFault, calls_lost, explore, replies_lost, seconds
from condemu.lab.checker import check


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def counter(aws):
    aws.client("s3").create_bucket(Bucket="locks")
    aws.client("s3").put_object(Bucket="locks", Key="n", Body=b"0")


def value(aws):
    return int(aws.client("s3").get_object(Bucket="locks", Key="n")["Body"].read())


def careless(aws):
    n = value(aws)
    aws.client("s3").put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))


def careful(aws):
    s3 = aws.client("s3")
    while True:
        found = s3.get_object(Bucket="locks", Key="n")
        try:
            s3.put_object(Bucket="locks", Key="n", Body=b"%d" % (int(found["Body"].read()) + 1), IfMatch=found["ETag"])
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise


def counted_twice(aws):
    assert value(aws) == 2, f"two increments, and the counter is at {value(aws)}"


def test_a_lost_update_is_found_and_drawn():
    with pytest.raises(RaceFound) as found:
        explore(careless, careless, setup=counter, check=counted_twice)
    text = str(found.value)
    assert "two increments, and the counter is at 1" in text
    assert "It takes 1 switch." in text
    assert "CONDEMU_SCHEDULE=v1.careless:1.careless-2:2.careless:1" in text
    assert "careless's PutObject locks/n (4) without a condition replaced what careless-2 had written (3, commit 3)" in text
    assert "lost update" in {finding.kind for finding in check(found.value.history).findings}
    lines = [line for line in text.splitlines() if line[:3].strip().isdigit()]
    assert ["GetObject" in line for line in lines] == [True, True, False, False]
    assert [line.split()[1] for line in lines] in (["○", "│", "│", "●"], ["○", "○", "●", "●"])


def test_compare_and_set_holds_in_every_order():
    run = explore(careful, careful, setup=counter, check=counted_twice)
    assert run.complete
    assert str(run).startswith(f"{run.schedules} schedules: every order there is")


def test_a_lost_reply_is_found_where_the_retry_meets_its_own_write():
    with pytest.raises(RaceFound) as found:
        explore(careful, careful, setup=counter, check=counted_twice, faults=[replies_lost()])
    assert "the counter is at 3" in str(found.value)
    assert "⊘" in str(found.value)
    assert "412 PreconditionFailed" in str(found.value)
    assert "It takes 1 fault." in str(found.value)
    told = "careful was told 412 PreconditionFailed for PutObject locks/n (3); its own attempt (2) had committed"
    assert told in str(found.value)


@pytest.mark.long
def test_a_failure_is_replayed_the_same_a_hundred_times(monkeypatch):
    with pytest.raises(RaceFound) as first:
        explore(careful, careful, setup=counter, check=counted_twice, faults=[replies_lost()])
    monkeypatch.setenv("CONDEMU_SCHEDULE", first.value.token)
    said = set()
    for _ in range(100):
        with pytest.raises(RaceFound) as again:
            explore(careful, careful, setup=counter, check=counted_twice, faults=[replies_lost()])
        said.add(str(again.value).partition(": ")[2])
    assert said == {str(first.value).partition(": ")[2]}


def test_an_actor_that_decides_by_chance_is_told():
    runs = []

    def fickle(aws):
        runs.append(1)
        if len(runs) % 2:
            raise ZeroDivisionError

    with pytest.raises(RaceFound, match="decides by something else than what it is told"):
        explore(fickle)


def test_a_failing_schedule_is_tried_first_the_next_time():
    with pytest.raises(RaceFound, match="FAILED after 2 schedules"):
        explore(careless, careless, setup=counter, check=counted_twice)
    with pytest.raises(RaceFound, match="FAILED after 1 schedule:"):
        explore(careless, careless, setup=counter, check=counted_twice)


def test_the_state_of_the_fixture_is_the_state_before_each_schedule(condemu):
    s3 = condemu.client("s3")
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="n", Body=b"0")
    run = explore(careful, careful, check=counted_twice)
    assert run.complete
    assert s3.get_object(Bucket="locks", Key="n")["Body"].read() == b"0"


def test_clients_of_the_code_under_test_are_directed_whenever_they_were_made(condemu):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="n", Body=b"0")

    def module_level():
        n = int(s3.get_object(Bucket="locks", Key="n")["Body"].read())
        boto3.client("s3").put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))

    with pytest.raises(RaceFound):
        explore(module_level, module_level, check=counted_twice)


def test_actors_may_be_coroutines():
    async def careless_coroutine(aws):
        careless(aws)

    with pytest.raises(RaceFound):
        explore(careless_coroutine, careless_coroutine, setup=counter, check=counted_twice)


def lease(aws):
    s3 = aws.client("s3")
    try:
        s3.put_object(Bucket="locks", Key="lease", Body=b"%d" % (aws.time() + 30), IfNoneMatch="*")
    except ClientError:
        held = s3.get_object(Bucket="locks", Key="lease")
        if int(held["Body"].read()) > aws.time():
            return None
        try:
            s3.put_object(Bucket="locks", Key="lease", Body=b"%d" % (aws.time() + 30), IfMatch=held["ETag"])
        except ClientError:
            return None
    return aws.time() + 30


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="locks")


def test_time_passes_at_any_moment():
    def never_both(aws, told):
        assert not (told.lease and told["lease-2"]), "both had it"

    assert explore(lease, lease, setup=bucket, check=never_both).complete
    with pytest.raises(RaceFound) as found:
        explore(lease, lease, setup=bucket, check=never_both, time_passes=[seconds(31)])
    assert "~ 31 s pass ~" in str(found.value)


def test_an_actor_that_sleeps_lets_others_go_on_and_wakes_by_the_races_clock():
    seen = []

    def poller(aws):
        begun = aws.time()
        while True:
            try:
                aws.client("s3").head_object(Bucket="locks", Key="ready")
                break
            except ClientError:
                time.sleep(1)
        seen.append(aws.time() - begun)

    def worker(aws):
        aws.client("s3").put_object(Bucket="locks", Key="ready", Body=b"")

    began = time.monotonic()
    run = explore(poller, worker, setup=bucket, schedules=10)
    assert run.schedules == 10
    assert 1.0 in seen
    assert time.monotonic() - began < 1800


def test_a_skewed_clock_is_an_actors_own():
    clocks = {}

    def ann(aws):
        clocks["ann"] = aws.time()

    def ben(aws):
        clocks["ben"] = aws.time()

    explore(ann, ben, skew={"ben": 7.5})
    assert clocks["ben"] - clocks["ann"] == 7.5


def test_what_an_actor_returned_or_raised_is_told_to_the_check():
    def fails(aws):
        aws.client("s3").head_bucket(Bucket="nowhere")

    def answers(aws):
        return 42

    def check(aws, told):
        assert told.answers == 42
        assert not told.fails
        assert isinstance(told.fails.error, ClientError)

    assert explore(fails, answers, check=check).complete


def test_a_check_that_raises_is_a_failure_too():
    def check(aws):
        aws.client("s3").get_object(Bucket="locks", Key="nowhere")

    with pytest.raises(RaceFound, match="the check raised NoSuchKey"):
        explore(careful, setup=counter, check=check)


def test_an_actor_that_crashes_is_a_failure_and_an_expected_exception_is_none():
    class Busy(Exception):
        pass

    def busy(aws):
        raise Busy("somebody else has it")

    with pytest.raises(RaceFound, match="busy raised Busy: somebody else has it"):
        explore(busy)
    assert explore(busy, expected=[Busy]).complete


def test_the_replies_to_a_whole_call_are_lost():
    def put(aws):
        try:
            aws.client("s3").put_object(Bucket="locks", Key="k", Body=b"", IfNoneMatch="*")
        except ConnectionClosedError:
            return "lost"
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "written"

    run = explore(put, setup=bucket, faults=[calls_lost(), replies_lost()])
    assert run.outcomes == {"put: 'written'", "put: 'lost'", "put: 'PreconditionFailed'"}


def test_a_write_that_was_under_way_when_its_key_changed_is_answered_409():
    def create(aws):
        try:
            aws.client("s3").put_object(Bucket="locks", Key="k", Body=b"", IfNoneMatch="*")
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "created"

    def passing(aws):
        aws.client("s3").put_object(Bucket="locks", Key="k", Body=b"")
        aws.client("s3").delete_object(Bucket="locks", Key="k")

    assert "create: 'ConditionalRequestConflict', passing: None" not in explore(create, passing, setup=bucket).outcomes
    run = explore(create, passing, setup=bucket, faults=["overlap"])
    assert run.complete
    assert "create: 'ConditionalRequestConflict', passing: None" in run.outcomes


def test_a_throttled_part_of_a_batch_comes_back_unprocessed():
    def table(aws):
        aws.client("dynamodb").create_table(
            TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        )  # fmt: skip

    def batch(aws):
        requests = [{"PutRequest": {"Item": {"k": {"S": key}}}} for key in "ab"]
        answer = aws.client("dynamodb").batch_write_item(RequestItems={"table": requests})
        return sorted(r["PutRequest"]["Item"]["k"]["S"] for r in answer["UnprocessedItems"].get("table", []))

    run = explore(batch, setup=table, faults=["throttle"])
    assert run.outcomes == {"batch: []", "batch: ['a']", "batch: ['b']"}


def test_the_first_search_by_chance_and_all_orders_can_be_asked_for():
    for search in ("everything", "random", "pct"):
        with pytest.raises(RaceFound):
            explore(careless, careless, setup=counter, check=counted_twice, search=search)


def test_what_is_not_run_to_the_end_says_so():
    run = explore(careful, careful, careful, setup=counter, schedules=3)
    assert not run.complete
    assert str(run) == "3 schedules, those with the fewest deviations first; more are left"


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ((), {}, "explore needs an actor"),
        ((3,), {}, "actor 1 is 3, and not a function"),
        ((("ann", careful), ("ann", careful)), {}, "two actors are called 'ann'"),
        ((("an n", careful),), {}, "an actor's name has letters"),
        ((careful,), {"search": "deepest"}, "there is no search 'deepest'"),
        ((careful,), {"skew": {"ben": 1}}, "there is no actor 'ben' to skew; there are careful"),
        ((careful,), {"replay": "b2.d2"}, "whose tokens begin with v1"),
        ((careful,), {"replay": "v1.ben:2"}, "step 1: expected ben's start; what can happen is careful's start"),
        ((careful,), {"replay": "v1.careful:9"}, "does not fit this program: every actor has ended after step 3"),
        ((careful,), {"replay": "v1.+31"}, "the schedule lets 31 s pass, which time_passes does not"),
    ],
)
def test_bad_use_is_told_in_a_sentence(arguments, settings, said):
    with pytest.raises(BadRace, match=said):
        explore(*arguments, setup=counter, **settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("delay", "delay is for a test by hand"),
        (replies_lost(nth=1), "in a schedule a fault has no nth, first, probability or seconds"),
        (replies_lost(probability=0.5), "in a schedule a fault has no nth"),
    ],
)
def test_what_a_search_cannot_honor_is_refused(given, said):
    with pytest.raises(UnknownFault, match=said):
        explore(careful, setup=counter, faults=[given])


def test_an_unknown_fault_is_told_with_the_one_that_may_be_meant():
    with pytest.raises(UnknownFault, match="no fault 'throtle'; did you mean 'throttle'"):
        explore(careful, faults=["throtle"])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_no_actor_owns_is_told():
    import threading

    def hidden(aws):
        thread = threading.Thread(target=value, args=(aws,))
        thread.start()
        thread.join()

    with pytest.raises(Stray, match="a thread that hidden started has sent a request"):
        explore(hidden, setup=counter)


def test_an_actor_that_never_ends_is_told():
    def spins(aws):
        while True:
            value(aws)

    with pytest.raises(Endless, match="did not end within 50 requests; still at it: spins"):
        explore(spins, setup=counter, steps=50)


def test_a_request_that_cannot_be_right_is_a_failure_unless_it_is_expected():
    def typo(aws):
        aws.client("dynamodb").put_item(
            TableName="locks", Item={"k": {"S": "a"}}, ConditionExpression="until < :now",
            ExpressionAttributeValues={":now": {"N": "1"}},
        )  # fmt: skip

    def member(aws):
        aws.client("s3").put_object(Buckett="locks")

    with pytest.raises(RaceFound, match=r"typo raised ClientError: .*reserved keyword: until"):
        explore(typo, setup=counter)
    with pytest.raises(RaceFound, match="member raised ParamValidationError"):
        explore(member, setup=counter)
    assert explore(typo, setup=counter, expected=[ClientError]).complete


def test_requests_that_one_actor_sends_together_take_effect_in_the_order_in_which_it_sends_them():
    """As docs/race-lab.md says: others come in between, and the other orders among them are not tried."""

    async def together(aws):
        import asyncio

        from aiobotocore.session import get_session

        session = get_session()
        options = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        async with session.create_client("s3", **options) as s3:

            async def put(body):
                await s3.put_object(Bucket="locks", Key="n", Body=body)

            await asyncio.gather(put(b"first"), put(b"second"))

    def reads(aws):
        return aws.client("s3").get_object(Bucket="locks", Key="n")["Body"].read()

    seen = set()

    def check(aws, told):
        seen.add((told.reads, reads(aws)))

    assert explore(together, reads, setup=counter, check=check).complete
    assert seen == {(b"0", b"second"), (b"first", b"second"), (b"second", b"second")}

"""The stages of a call, and what observers may do at them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from condemu.core.calls import Attempt, Call, Due, Outcome, Plan, Step, Touch
from condemu.core.effects import CountingIds, ManualClock, SeededIds
from condemu.core.engine import ARRIVE_AGAIN, ArrivesAgain, Engine, ObserverFailed, ReplyLost, Watch
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Response
from condemu.core.store import MemoryStore, Txn

REFUSED = ErrorRow("Refused", 400, "Refused by {Who}.", ("Who",))


class Recorder(Watch):
    def __init__(self, fail: Exception | None = None, hold: asyncio.Event | None = None) -> None:
        self.seen: list[Any] = []
        self.fail, self.hold = fail, hold

    def received(self, call: Call) -> None:
        self.seen.append("received")

    async def ready(self, call: Call, step: Step) -> None:
        self.seen.append(("ready", *step.footprint))
        if self.hold is not None:
            await self.hold.wait()
        if self.fail is not None:
            raise self.fail

    def decided(self, call: Call, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self.seen.append(("refused", outcome.refusal.row.code))
        else:
            self.seen.append(("committed", outcome.index, len(outcome.changes)))

    async def replying(self, call: Call, reply: Response) -> None:
        self.seen.append(("replying", reply.status))


def engine(*observers: Any, ids: Any = None) -> Engine:
    return Engine(MemoryStore(ManualClock(), ids or CountingIds()), observers)


def write(txn: Txn) -> dict[str, str]:
    txn.put("t", ("k",), 1)
    return {"Answer": "done"}


def refuse(txn: Txn) -> str:
    txn.put("t", ("k",), 2)
    raise ServiceError(REFUSED, {"Who": "me"})


def step(decide: Any, **options: Any) -> Step:
    return Step(decide, lambda txn: [Touch("t:k", not options.get("reads"))], **options)


def run(subject: Engine, decide: Any, call: Call | None = None, **options: Any) -> Any:
    return asyncio.run(subject.run(call or Call("s3", "PutObject"), Plan(step(decide, **options))))


@pytest.mark.parametrize("observers", [(), (Recorder(),)], ids=["unobserved", "observed"])
def test_a_decision_takes_effect_and_the_call_knows_its_index(observers):
    subject, call = engine(*observers), Call("s3", "PutObject")
    assert run(subject, write, call) == {"Answer": "done"}
    assert call.commit_index == subject.store.index == 1
    assert run(subject, lambda txn: txn.get("t", ("k",)), reads=True) == 1


@pytest.mark.parametrize("observers", [(), (Recorder(),)], ids=["unobserved", "observed"])
def test_a_refusal_is_raised_and_nothing_changed(observers):
    subject = engine(*observers)
    with pytest.raises(ServiceError):
        run(subject, refuse)
    assert subject.store.index == 0


def test_observers_see_the_stages_in_order():
    recorder = Recorder()
    subject, call = engine(recorder), Call("s3", "PutObject")
    subject.received(call)
    run(subject, write, call)
    asyncio.run(subject.replying(call, Response(200, [])))
    with pytest.raises(ServiceError):
        run(subject, refuse)
    run(subject, lambda txn: None, reads=True)
    assert recorder.seen == [
        "received", ("ready", ("t:k", True)), ("committed", 1, 1), ("replying", 200),
        ("ready", ("t:k", True)), ("refused", "Refused"),
        ("ready", ("t:k", False)), ("committed", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Response(403, [], refusal=ServiceError(REFUSED, {"Who": "me"})), ("refused", "Refused")),
        (Response(200, []), ("committed", 0, 0)),
    ],
    ids=["refused", "answered"],
)
def test_a_call_without_a_decision_has_an_outcome_too(reply, told):
    recorder = Recorder()
    asyncio.run(engine(recorder).replying(Call("s3", "PutObject"), reply))
    assert recorder.seen == [told, ("replying", reply.status)]


def test_an_observer_can_refuse_a_step_before_its_decision():
    other = Recorder()
    subject = engine(Recorder(fail=ServiceError(REFUSED, {"Who": "observer"})), other)
    with pytest.raises(ServiceError, match="Refused by observer"):
        run(subject, write)
    assert subject.store.index == 0
    assert other.seen == [("refused", "Refused")]


def test_steps_take_effect_in_the_order_in_which_they_are_released():
    async def race() -> list[int]:
        order: list[int] = []
        gates = [asyncio.Event() for _ in range(3)]
        store = MemoryStore(ManualClock(), CountingIds())
        engines = [Engine(store, (Recorder(hold=gate),)) for gate in gates]

        def decide(number: int) -> Any:
            return lambda txn: order.append(number)

        tasks = [asyncio.ensure_future(e.run(Call(), Plan(step(decide(n))))) for n, e in enumerate(engines)]
        for number in (2, 0, 1):
            gates[number].set()
            await tasks[number]
        return order

    assert asyncio.run(race()) == [2, 0, 1]


@pytest.mark.parametrize("observers", [(), (Watch(),)], ids=["unobserved", "observed"])
def test_each_step_of_a_batch_is_a_commit_and_one_that_is_refused_does_not_stop_the_others(observers):
    subject = engine(*observers)

    def put(key: str) -> Any:
        return lambda txn: txn.put("t", (key,), 1) or key

    steps = [step(put("a")), step(refuse), step(put("b"))]
    results = asyncio.run(subject.run(Call(), Plan(*steps, join=list)))
    assert results == ["a", ServiceError(REFUSED, {"Who": "me"}), "b"]
    assert subject.store.index == 2


def test_a_batch_that_is_refused_as_a_whole_is_never_ready():
    recorder = Recorder()
    with pytest.raises(ServiceError):
        asyncio.run(engine(recorder).run(Call(), Plan(step(write), join=list, check=refuse_reading)))
    assert recorder.seen == []


def refuse_reading(txn: Txn) -> None:
    raise ServiceError(REFUSED, {"Who": "me"})


@pytest.mark.parametrize("reads", [False, True], ids=["write", "read"])
def test_what_is_due_is_a_commit_of_its_own_before_the_decision(reads):
    recorder = Recorder()
    subject = engine(recorder)

    def decide(txn: Txn) -> Any:
        if txn.get("t", ("k",)) is None:
            raise Due("Sweep", "", write, lambda txn: txn.get("t", ("k",)), write)
        raise AssertionError

    assert run(subject, decide, reads=reads) == 1
    assert recorder.seen == [("ready", ("t:k", not reads)), ("committed", 1, 1), ("committed", 1, 0)]


def test_what_is_due_is_left_for_later_when_an_observer_says_so():
    class Late(Watch):
        async def ready(self, call: Call, step: Step) -> Any:
            step.late = True

    def decide(txn: Txn) -> Any:
        raise Due("Sweep", "", write, write, lambda txn: "late")

    subject = engine(Late())
    assert run(subject, decide) == "late"
    assert subject.store.index == 0


def test_a_call_can_be_told_to_arrive_again_before_it_has_taken_effect():
    class Again(Watch):
        async def ready(self, call: Call, step: Step) -> Any:
            return ARRIVE_AGAIN

    subject = engine(Again())
    with pytest.raises(ArrivesAgain):
        run(subject, write)
    assert subject.store.index == 0
    with pytest.raises(ObserverFailed, match="arrived 1000 times"):
        run(subject, write, _arrived(1000))


def _arrived(times: int) -> Call:
    call = Call()
    call.arrivals = times
    return call


def test_a_lost_reply_leaves_the_commit_standing():
    class Loses(Watch):
        async def replying(self, call: Call, reply: Response) -> Any:
            raise ReplyLost("stall")

    subject, call = engine(Loses()), Call("s3", "PutObject")
    run(subject, write, call)
    with pytest.raises(ReplyLost) as lost:
        asyncio.run(subject.replying(call, Response(200, [])))
    assert (subject.store.index, lost.value.how) == (1, "stall")


def test_a_reply_can_be_replaced():
    class Replaces(Watch):
        async def replying(self, call: Call, reply: Response) -> Response:
            return Response(500, [])

    assert asyncio.run(engine(Replaces()).replying(Call(), Response(200, []))).status == 500


@pytest.mark.parametrize("stage", ["received", "ready", "decided", "replying"])
def test_a_mistake_of_an_observer_ends_the_run(stage):
    def fails(self: Any, *_: Any) -> Any:
        raise ZeroDivisionError

    async def fails_later(self: Any, *_: Any) -> Any:
        raise ZeroDivisionError

    broken = type("Broken", (Watch,), {stage: fails if stage in ("received", "decided") else fails_later})()
    subject, call = engine(broken), Call()

    async def all_stages() -> None:
        subject.received(call)
        await subject.run(call, Plan(step(write)))
        await subject.replying(call, Response(200, []))

    with pytest.raises(ObserverFailed, match=rf"Broken\.{stage} raised ZeroDivisionError"):
        asyncio.run(all_stages())
    with pytest.raises(ObserverFailed):
        subject.received(Call())


def test_a_service_error_out_of_replying_is_a_mistake():
    class Confused(Watch):
        async def replying(self, call: Call, reply: Response) -> Any:
            raise ServiceError(REFUSED, {"Who": "me"})

    with pytest.raises(ObserverFailed):
        asyncio.run(engine(Confused()).replying(Call(), Response(200, [])))


def test_observers_come_and_go_and_may_be_one_accounts():
    mine, everybodys = Recorder(), Recorder()
    subject = engine()
    stop_mine, stop_all = subject.observe(mine, "111111111111"), subject.observe(everybodys)
    for account in ("111111111111", "222222222222"):
        call = Call()
        subject.received(call)
        call.account = account
        run(subject, lambda txn: None, call)
    assert mine.seen == ["received", ("ready", ("t:k", True)), ("committed", 0, 0)]
    assert everybodys.seen == mine.seen * 2
    stop_mine()
    assert subject.observed
    stop_all()
    assert not subject.observed
    run(subject, write, Call(account="111111111111"))
    assert len(mine.seen) == 3


def test_the_administration_is_told_of_and_cannot_be_refused():
    recorder = Recorder(fail=ServiceError(REFUSED, {"Who": "observer"}))
    subject = engine(recorder)
    assert subject.administer_now(write) == {"Answer": "done"}
    assert (subject.store.index, recorder.seen) == (1, [("committed", 1, 1)])


def test_an_eventually_consistent_read_may_be_answered_from_elsewhere():
    class Past:
        def view(self, call: Call, decide: Any) -> Any:
            return "the past"

    subject = Engine(MemoryStore(ManualClock(), CountingIds()), (), Past())
    assert run(subject, lambda txn: "now", Call("dynamodb", "GetItem", consistent=False), reads=True) == "the past"
    assert run(subject, lambda txn: "now", Call("dynamodb", "GetItem"), reads=True) == "now"


def test_seeded_identifiers_are_the_same_in_another_order():
    def tokens(order: str) -> dict[str, Any]:
        subject = engine(ids=SeededIds("seed"))
        calls = {name: Call() for name in order}
        for name, call in calls.items():
            call.identity = name
        return {name: run(subject, lambda txn: (txn.ids.token(8), txn.ids.token(8)), call) for name, call in calls.items()}

    assert tokens("abc") == tokens("cab")
    assert len({token for pair in tokens("abc").values() for token in pair}) == 6


@pytest.mark.parametrize(
    ("headers", "actor"),
    [
        ({"x-condemu-actor": "ann", "user-agent": "x md/actor#ben"}, "ann"),
        ({"user-agent": "Boto3/1.43 md/actor#ben md/Botocore#1"}, "ben"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/s3/aws4_request, …"}, "KEY"),
        ({"authorization": "AWS KEY:c2ln"}, "KEY"),
        ({}, "the key"),
    ],
)
def test_the_actor_is_who_the_request_says(headers, actor):
    assert Call(headers=headers, access_key="the key").actor == actor


@pytest.mark.parametrize(
    ("headers", "attempt"),
    [
        ({"amz-sdk-invocation-id": "i", "amz-sdk-request": "attempt=2; max=3"}, Attempt("i", 2, 3)),
        ({"amz-sdk-invocation-id": "i", "amz-sdk-request": "attempt=1"}, Attempt("i", 1, None)),
        ({"amz-sdk-invocation-id": "i", "amz-sdk-request": "nonsense"}, Attempt("i", 1, None)),
        ({}, None),
    ],
)
def test_the_attempt_is_what_the_sdk_says(headers, attempt):
    assert Call(headers=headers).attempt == attempt

"""A call's whole life, as observers see it and as they may change it: on real services, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from condemu.core.calls import Call, Outcome, Step
from condemu.core.effects import ManualClock, SeededIds
from condemu.core.engine import ARRIVE_AGAIN, ObserverFailed, Watch
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import BytesBody, Response
from condemu.s3.errors.general import INTERNAL_ERROR
from condemu.server.app import Emulator, build
from condemu.server.config import Config

THROTTLING = ErrorRow("ThrottlingException", 400, "Rate of requests exceeds the allowed throughput.")
OFF = Config(auth="off", buckets=("bbb",))
TABLE = {
    "TableName": "ttt",
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def s3(emulator: Emulator, method: str, path: str, body: bytes = b"", **headers: str) -> Coroutine[Any, Any, Response]:
    names = {"host": "localhost", "content-length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
    path, _, query = path.partition("?")
    return emulator.answer(emulator.received(method, path, query, names, BytesBody(body)))


def dynamodb(emulator: Emulator, operation: str, actor: str = "", **members: Any) -> Coroutine[Any, Any, Response]:
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
    headers["host"] = "localhost"
    if actor:
        headers["x-condemu-actor"] = actor
    return emulator.answer(emulator.received("POST", "/", "", headers, BytesBody(json.dumps(members).encode())))


def done(coroutine: Coroutine[Any, Any, Response]) -> Response:
    return asyncio.run(coroutine)


def text(response: Response) -> str:
    return (response.body if isinstance(response.body, bytes) else b"".join(response.body)).decode()


def etag(response: Response) -> str:
    return dict(response.headers)["ETag"]


class Parks(Watch):
    """Parks the steps that `which` names at READY; what they are released with is said for each."""

    def __init__(self, which: Callable[[Call], bool]) -> None:
        self.which = which
        self.parked: list[tuple[Call, Step, asyncio.Future[Any]]] = []
        self.outcomes: list[Outcome] = []

    async def ready(self, call: Call, step: Step) -> Any:
        if not self.which(call) or call.arrivals > 1:
            return None
        released: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.parked.append((call, step, released))
        return await released

    def decided(self, call: Call, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


async def parked(work: Coroutine[Any, Any, Response], parks: Parks) -> asyncio.Task[Response]:
    """The work as a task that waits at READY."""
    task = asyncio.ensure_future(work)
    before = len(parks.parked)
    while len(parks.parked) == before and not task.done():
        await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.parametrize(("release", "status"), [(None, 409), (ARRIVE_AGAIN, 200)], ids=["as it arrived", "as if it just came"])
def test_arrival_is_decided_at_release(release, status):
    """A write that was under way while the key changed and changed back is refused; one that comes afterwards is not."""
    parks = Parks(lambda call: "IfMatch" in call.parameters)
    emulator = build(OFF, observers=(parks,))

    async def scene() -> Response:
        first = etag(await s3(emulator, "PUT", "/bbb/k", b"one"))
        task = await parked(s3(emulator, "PUT", "/bbb/k", b"mine", if_match=first), parks)
        for body in (b"two", b"one"):
            await s3(emulator, "PUT", "/bbb/k", body)
        parks.parked[0][2].set_result(release)
        return await task

    assert asyncio.run(scene()).status == status
    call = parks.parked[0][0]
    assert call.arrivals == (1 if release is None else 2)
    assert text(done(s3(emulator, "GET", "/bbb/k"))) == ("one" if status == 409 else "mine")


def test_who_arrives_again_meets_what_is_there_by_then():
    parks = Parks(lambda call: call.operation == "PutObject")
    emulator = build(OFF, observers=(parks,))

    async def scene() -> Response:
        task = await parked(s3(emulator, "PUT", "/bbb/k", b"x"), parks)
        await s3(emulator, "DELETE", "/bbb")
        parks.parked[0][2].set_result(ARRIVE_AGAIN)
        return await task

    response = asyncio.run(scene())
    assert (response.status, "NoSuchBucket" in text(response)) == (404, True)


@pytest.mark.parametrize("size", [10, 100_000, 3_000_000], ids=["small", "in memory", "on disk"])
def test_the_body_is_received_again_and_given_back(size):
    parks = Parks(lambda call: call.operation == "PutObject")
    emulator = build(Config(auth="off", buckets=("bbb",), spool_threshold=1_000_000), observers=(parks,))
    body = bytes(range(256)) * (size // 256 + 1)

    async def scene() -> None:
        task = await parked(s3(emulator, "PUT", "/bbb/k", body), parks)
        parks.parked[0][2].set_result(ARRIVE_AGAIN)
        assert (await task).status == 200
        assert b"".join((await s3(emulator, "GET", "/bbb/k")).body) == body if size > 65536 else True

    asyncio.run(scene())
    done(s3(emulator, "DELETE", "/bbb/k"))
    parks.parked.clear()
    parks.outcomes.clear()
    emulator.blobs.settle()
    assert (emulator.blobs.in_memory, emulator.blobs.on_disk) == (0, 0)


@pytest.mark.parametrize("size", [100_000, 3_000_000], ids=["in memory", "on disk"])
def test_a_call_that_waits_can_be_abandoned_without_a_trace(size):
    parks = Parks(lambda call: call.operation == "PutObject")
    emulator = build(Config(auth="off", buckets=("bbb",), spool_threshold=1_000_000), observers=(parks,))
    index = emulator.engine.store.index

    async def scene() -> None:
        task = await parked(s3(emulator, "PUT", "/bbb/k", bytes(size)), parks)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
    parks.parked.clear()
    emulator.blobs.settle()
    assert emulator.engine.store.index == index
    assert (emulator.blobs.in_memory, emulator.blobs.on_disk) == (0, 0)


class Refuses(Watch):
    """Refuses the n-th step of an operation."""

    def __init__(self, operation: str, number: int, error: ServiceError) -> None:
        self.operation, self.left, self.error = operation, number, error

    async def ready(self, call: Call, step: Step) -> None:
        if call.operation == self.operation:
            self.left -= 1
            if self.left == 0:
                raise self.error


def items(*keys: str) -> dict[str, Any]:
    return {"RequestItems": {"ttt": [{"PutRequest": {"Item": {"k": {"S": key}}}} for key in keys]}}


def test_a_part_of_a_batch_that_is_refused_comes_back_unprocessed_and_the_others_are_written():
    emulator = build(OFF, observers=(Refuses("BatchWriteItem", 2, ServiceError(THROTTLING)),))
    done(dynamodb(emulator, "CreateTable", **TABLE))
    answer = json.loads(text(done(dynamodb(emulator, "BatchWriteItem", **items("a", "b", "c")))))
    assert answer == {"UnprocessedItems": items("b")["RequestItems"]}
    left = json.loads(text(done(dynamodb(emulator, "Scan", TableName="ttt", ConsistentRead=True))))["Items"]
    assert sorted(item["k"]["S"] for item in left) == ["a", "c"]


def test_a_key_of_a_batch_that_is_refused_comes_back_unprocessed():
    emulator = build(OFF, observers=(Refuses("BatchGetItem", 1, ServiceError(THROTTLING)),))
    done(dynamodb(emulator, "CreateTable", **TABLE))
    done(dynamodb(emulator, "BatchWriteItem", **items("a", "b")))
    keys = [{"k": {"S": "a"}}, {"k": {"S": "b"}}]
    answer = json.loads(text(done(dynamodb(emulator, "BatchGetItem", RequestItems={"ttt": {"Keys": keys}}))))
    assert answer == {"Responses": {"ttt": [{"k": {"S": "b"}}]}, "UnprocessedKeys": {"ttt": {"Keys": [{"k": {"S": "a"}}]}}}


def test_a_batch_of_which_every_part_is_throttled_is_throttled():
    class Always(Watch):
        async def ready(self, call: Call, step: Step) -> None:
            if call.operation == "BatchWriteItem":
                raise ServiceError(THROTTLING)

    emulator = build(OFF, observers=(Always(),))
    done(dynamodb(emulator, "CreateTable", **TABLE))
    response = done(dynamodb(emulator, "BatchWriteItem", **items("a", "b")))
    assert (response.status, "ThrottlingException" in text(response)) == (400, True)


def test_an_entry_of_delete_objects_that_is_refused_is_an_error_of_its_own():
    emulator = build(OFF, observers=(Refuses("DeleteObjects", 2, ServiceError(INTERNAL_ERROR)),))
    for key in "ab":
        done(s3(emulator, "PUT", f"/bbb/{key}", b"x"))
    body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"
    answer = text(done(s3(emulator, "POST", "/bbb?delete", body, content_md5=_md5(body))))
    assert "<Deleted><Key>a</Key></Deleted>" in answer
    assert "<Error><Key>b</Key><Code>InternalError</Code>" in answer
    assert [done(s3(emulator, "HEAD", f"/bbb/{key}")).status for key in "ab"] == [404, 200]


def _md5(body: bytes) -> str:
    import base64
    import hashlib

    return base64.b64encode(hashlib.md5(body).digest()).decode()


@pytest.mark.parametrize("observers", [(), (Watch(),)], ids=["unobserved", "observed"])
def test_a_batch_is_as_many_commits_whoever_looks(observers):
    emulator = build(OFF, observers=observers)
    done(dynamodb(emulator, "CreateTable", **TABLE))
    before = emulator.engine.store.index
    done(dynamodb(emulator, "BatchWriteItem", **items(*"abcde")))
    assert emulator.engine.store.index == before + 5
    statements = [{"Statement": f"UPDATE ttt SET v = 1 WHERE k = '{key}'"} for key in ("a", "missing", "b")]
    answer = json.loads(text(done(dynamodb(emulator, "BatchExecuteStatement", Statements=statements))))
    assert ["Error" in response for response in answer["Responses"]] == [False, True, False]
    assert emulator.engine.store.index == before + 7


def test_an_item_that_expires_while_its_write_waits_is_deleted_before_the_write():
    clock, parks = ManualClock(), Parks(lambda call: "ConditionExpression" in call.parameters)
    emulator = build(OFF, clock=clock, observers=(parks,))

    async def scene() -> Response:
        await dynamodb(emulator, "CreateTable", **TABLE)
        ttl = {"Enabled": True, "AttributeName": "until"}
        await dynamodb(emulator, "UpdateTimeToLive", TableName="ttt", TimeToLiveSpecification=ttl)
        item = {"k": {"S": "a"}, "until": {"N": str(int(clock.now()) + 10)}}
        await dynamodb(emulator, "PutItem", TableName="ttt", Item=item)
        created = {"TableName": "ttt", "Item": {"k": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(k)"}
        put = dynamodb(emulator, "PutItem", **created)
        task = await parked(put, parks)
        clock.advance(60)
        parks.parked[0][2].set_result(None)
        return await task

    assert asyncio.run(scene()).status == 200
    told = [(one.call.cause, one.call.operation) for one in parks.outcomes]
    assert told[-2:] == [("sweep", "TimeToLive"), ("client", "PutItem")]


def test_an_outcome_has_readable_members():
    seen = Parks(lambda call: False)
    emulator = build(OFF, observers=(seen,))
    done(dynamodb(emulator, "CreateTable", **TABLE))
    done(dynamodb(emulator, "PutItem", TableName="ttt", Item={"k": {"S": "a"}, "n": {"N": "1"}}))
    done(dynamodb(emulator, "GetItem", TableName="ttt", Key={"k": {"S": "a"}}))
    values = {":k": {"S": "a"}}
    done(dynamodb(emulator, "Query", TableName="ttt", KeyConditionExpression="k = :k", ExpressionAttributeValues=values))
    get, query = (dict(outcome.members) for outcome in seen.outcomes[-2:])
    item = {"k": {"S": "a"}, "n": {"N": "1"}}
    assert get == {"Item": item}
    assert query == {"Items": [item], "Count": 1, "ScannedCount": 1}
    assert seen.outcomes[-2].step is not None
    assert seen.outcomes[-2].step.footprint == (("dynamodb:ttt/a", False),)


def script(emulator: Emulator, order: str, first: str = "POST") -> dict[str, list[tuple[list[tuple[str, str]], str]]]:
    """What each actor is answered, in the order in which the actors take turns."""
    turns = {actor: iter(range(3)) for actor in "xy"}
    answers: dict[str, list[Any]] = {"x": [], "y": []}
    for actor in order:
        turn = next(turns[actor])
        if turn == 0:
            response = done(s3(emulator, first, f"/bbb/{actor}?uploads", x_condemu_actor=actor))
        elif turn == 1:
            response = done(dynamodb(emulator, "CreateTable", actor, **{**TABLE, "TableName": f"table-{actor}"}))
        else:
            response = done(s3(emulator, "GET", "/bbb/nothing", x_condemu_actor=actor))
        answers[actor].append((response.headers, text(response)))
    return answers


def seeded(seed: str) -> Emulator:
    return build(OFF, clock=ManualClock(), wall=ManualClock(), ids=SeededIds(seed))


def test_a_seeded_script_is_answered_with_the_same_bytes_again():
    assert script(seeded("s"), "xyxyxy") == script(seeded("s"), "xyxyxy")
    assert script(seeded("s"), "xyxyxy") != script(seeded("other"), "xyxyxy")


def test_another_order_of_the_same_calls_gives_them_the_same_identifiers():
    """But for those that show a place in the order of commits: ids of versions and of uploads."""
    assert script(seeded("s"), "xyxyxy", "PUT") == script(seeded("s"), "yyyxxx", "PUT")


@pytest.mark.parametrize("stage", ["ready", "replying"])
def test_a_mistake_of_an_observer_is_no_answer(stage):
    async def fails(self: Any, *_: Any) -> Any:
        await asyncio.sleep(0)
        raise KeyError("mistake")

    emulator = build(OFF, observers=(type("Broken", (Watch,), {stage: fails})(),))
    with pytest.raises(ObserverFailed, match=rf"Broken\.{stage} raised KeyError"):
        done(s3(emulator, "PUT", "/bbb/k", b"x"))
    with pytest.raises(ObserverFailed):
        s3(emulator, "GET", "/bbb/k")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/missing/k", {}), ("/bbb?torrent", {}), ("/bbb/k", {"if_match": "a", "if_none_match": "*"}), ("/bbb/k", {})],
)
def test_a_refusal_before_ready_is_an_outcome(path, headers):
    seen = Parks(lambda call: False)
    emulator = build(OFF, observers=(seen,))
    response = done(s3(emulator, "PUT", path, b"x", **headers))
    assert [outcome.refusal is not None for outcome in seen.outcomes] == [response.status >= 400]


def test_a_reset_is_told_of():
    seen = Parks(lambda call: False)
    emulator = build(OFF, observers=(seen,))
    done(s3(emulator, "PUT", "/bbb/k", b"x"))
    done(s3(emulator, "POST", "/_condemu/reset"))
    told = [(one.call.cause, one.call.operation) for one in seen.outcomes]
    assert ("administration", "Reset") in told

"""Several processes on one store are one emulator: whoever is asked, and whichever of them is killed meanwhile.

The suite runs a few rounds. A thousand of each race take half an hour: `pytest -m exhaustive tests/storage/test_fleet.py`.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from fleet import UNSURE, Client, Fleet, everyone, numbered, together
from postgres_server import Server

from condemu.lab.checker import check

CLIENTS = 64
TABLE = {
    "TableName": "table", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
}  # fmt: skip
MANY = pytest.param(1000, marks=pytest.mark.exhaustive)
SOME = pytest.param(40, marks=pytest.mark.long)


@pytest.fixture(scope="module")
def fleet(postgres: Server) -> Iterator[Fleet]:
    fleet = Fleet(postgres.url())
    fleet.start()
    client = Client(fleet)
    client.sure("PUT", "/bucket")
    client.dynamodb("CreateTable", surely=True, **TABLE)
    client.simpledb("CreateDomain", surely=True, DomainName="domain")
    yield fleet
    fleet.stop()


# --- races ------------------------------------------------------------------------------------------------------------------


class Race:
    """How a key is prepared, what every client does to it, what losing is told, and how one sees who was last."""

    def __init__(
        self, prepare: Callable[[Client, str], Any], write: Callable[[Client, str, str, Any], int], loses: set[int],
        last: Callable[[Client, str], str],
    ) -> None:  # fmt: skip
        self.prepare, self.write, self.loses, self.last = prepare, write, loses, last


def _object(client: Client, key: str) -> str:
    client.sure("PUT", f"/bucket/{key}", b"base")
    return client.sure("GET", f"/bucket/{key}")[2]["etag"]


def _put_object(client: Client, key: str, name: str, seen: Any) -> int:
    return client.put(key, name.encode(), seen)


def _last_of_object(client: Client, key: str) -> str:
    status, body, _ = client.sure("GET", f"/bucket/{key}")
    return "" if status == 404 else body.decode()


def _item(client: Client, key: str) -> str:
    client.dynamodb("PutItem", surely=True, TableName="table", Item={"pk": {"S": key}, "who": {"S": "base"}})
    return "base"


def _put_item(client: Client, key: str, name: str, seen: Any) -> int:
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    if seen is not None:
        condition = {"ConditionExpression": "who = :seen", "ExpressionAttributeValues": {":seen": {"S": seen}}}  # type: ignore[dict-item]
    return client.dynamodb("PutItem", TableName="table", Item={"pk": {"S": key}, "who": {"S": name}}, **condition)[0]


def _put_two_items(client: Client, key: str, name: str, seen: Any) -> int:
    puts = [
        {"Put": {"TableName": "table", "Item": {"pk": {"S": pk}, "who": {"S": name}}, "ConditionExpression": condition}}
        for pk, condition in ((key, "attribute_not_exists(pk)"), (f"{key}-2", "attribute_not_exists(who)"))
    ]
    return client.dynamodb("TransactWriteItems", TransactItems=puts)[0]


def _last_of_item(client: Client, key: str) -> str:
    _, answer = client.dynamodb("GetItem", surely=True, TableName="table", Key={"pk": {"S": key}}, ConsistentRead=True)
    return answer["Item"]["who"]["S"] if "Item" in answer else ""


def _last_of_two_items(client: Client, key: str) -> str:
    first, second = _last_of_item(client, key), _last_of_item(client, f"{key}-2")
    assert first == second, "half of a transaction"
    return first


def _attributes(client: Client, key: str) -> str:
    more = {"Attribute__1__Name": "who", "Attribute__1__Value": "base"}
    client.simpledb("PutAttributes", surely=True, DomainName="domain", ItemName=key, **more)
    return "base"


def _put_attributes(client: Client, key: str, name: str, seen: Any) -> int:
    expected = {"Expected__1__Exists": "false"} if seen is None else {"Expected__1__Value": seen}
    put = {"Attribute__1__Name": "who", "Attribute__1__Value": name, "Attribute__1__Replace": "true"}
    return client.simpledb("PutAttributes", DomainName="domain", ItemName=key, Expected__1__Name="who", **expected, **put)[0]


def _last_of_attributes(client: Client, key: str) -> str:
    _, body = client.simpledb("GetAttributes", surely=True, DomainName="domain", ItemName=key, ConsistentRead="true")
    return body.partition(b"<Value>")[2].partition(b"</Value>")[0].decode()


def _nothing(client: Client, key: str) -> None:
    return None


RACES = {
    "PutObject, If-None-Match": Race(_nothing, _put_object, {409, 412}, _last_of_object),
    "PutObject, If-Match": Race(_object, _put_object, {409, 412}, _last_of_object),
    "PutItem, attribute_not_exists": Race(_nothing, _put_item, {400}, _last_of_item),
    "PutItem, a version": Race(_item, _put_item, {400}, _last_of_item),
    "TransactWriteItems": Race(_nothing, _put_two_items, {400}, _last_of_two_items),
    "PutAttributes, Exists=false": Race(_nothing, _put_attributes, {404, 409}, _last_of_attributes),
    "PutAttributes, a value": Race(_attributes, _put_attributes, {404, 409}, _last_of_attributes),
}


def _write(race: Race, key: str, seen: Any, client: Client) -> int:
    return race.write(client, key, f"client {client.number}", seen)


@pytest.mark.parametrize("rounds", [2, SOME, MANY])
@pytest.mark.parametrize("name", RACES)
def test_of_64_writers_at_four_processes_that_get_killed_one_wins(fleet, name, rounds):
    race = RACES[name]
    clients = [Client(fleet, number) for number in range(CLIENTS)]
    won: Counter[str] = Counter()
    killed = fleet.killed
    with fleet.attacked():
        for number in range(rounds):
            key = f"{name.replace(' ', '').replace(',', '-').replace('=', '-')}-{rounds}-{number}"
            seen = race.prepare(clients[number % CLIENTS], key)
            answers = everyone(clients, partial(_write, race, key, seen))
            winners = [f"client {client.number}" for client, status in zip(clients, answers) if status == 200]
            unsure = [f"client {client.number}" for client, status in zip(clients, answers) if status in UNSURE]
            assert {status for status in answers if status != 200} <= {*race.loses, *UNSURE}
            last = race.last(clients[(number + 1) % CLIENTS], key)
            assert len(winners) <= 1, f"{key}: {winners} won"
            assert last in (winners or [*unsure, seen or ""]), f"{key}: {last} was last, {winners} won, unsure: {unsure}"
            won[last] += 1
            for client in clients:
                client.entries.clear()
    assert sum(won.values()) == rounds
    assert fleet.killed > killed
    assert rounds < 100 or len(won) > CLIENTS / 4  # everybody has a chance


# --- sums -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [4, SOME, MANY])
def test_a_counter_counts_what_was_acknowledged(fleet, turns):
    update = {
        "TableName": "table", "Key": {"pk": {"S": f"counter-{turns}"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }  # fmt: skip

    def work(client: Client) -> Counter[int]:
        return Counter(client.dynamodb("UpdateItem", **update)[0] for _ in range(turns))

    clients = [Client(fleet, number) for number in range(CLIENTS)]
    with fleet.attacked():
        told = sum(everyone(clients, work), Counter())
    _, answer = clients[0].dynamodb("GetItem", surely=True, TableName="table", Key=update["Key"], ConsistentRead=True)
    assert set(told) <= {200, *UNSURE}
    assert told[200] <= int(answer["Item"]["n"]["N"]) <= sum(told.values())
    assert told[200] > 0  # how many depends on how fast processes start again


@pytest.mark.parametrize("turns", [3, SOME, MANY])
def test_transfers_between_accounts_are_seen_whole_or_not_at_all(fleet, turns):
    keys = [{"pk": {"S": f"account-{turns}-{number}"}} for number in range(4)]
    clients = [Client(fleet, number) for number in range(CLIENTS)]
    for key in keys:
        clients[0].dynamodb("PutItem", surely=True, TableName="table", Item={**key, "n": {"N": "100"}})

    def work(client: Client) -> int:
        random, moved = Random(client.number), 0
        for _ in range(turns):
            source, target = random.sample(keys, 2)
            if client.number % 4 == 0:
                gets = [{"Get": {"TableName": "table", "Key": key}} for key in keys]
                status, answer = client.dynamodb("TransactGetItems", TransactItems=gets)
                if status == 200:
                    assert sum(int(one["Item"]["n"]["N"]) for one in answer["Responses"]) == 400
                continue
            update = {"TableName": "table", "UpdateExpression": "ADD n :n"}
            change = [
                {"Update": {**update, "Key": source, "ConditionExpression": "n >= :one", "ExpressionAttributeValues": {
                    ":n": {"N": "-1"}, ":one": {"N": "1"}}}},
                {"Update": {**update, "Key": target, "ExpressionAttributeValues": {":n": {"N": "1"}}}},
            ]  # fmt: skip
            moved += client.dynamodb("TransactWriteItems", TransactItems=change)[0] == 200
        return moved

    with fleet.attacked():
        moved = sum(everyone(clients, work))
    gets = [{"Get": {"TableName": "table", "Key": key}} for key in keys]
    _, answer = clients[0].dynamodb("TransactGetItems", surely=True, TransactItems=gets)
    assert sum(int(one["Item"]["n"]["N"]) for one in answer["Responses"]) == 400
    assert moved > 0


# --- one after the other ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [25, SOME, MANY])
def test_a_client_that_changes_processes_sees_all_that_it_did_and_meets_no_conflict_with_itself(fleet, turns):
    def work(client: Client) -> int:
        acknowledged = 0
        key, held = f"alone-{turns}-{client.number}", b""
        seen: str | None = None
        for turn in range(turns):
            content = b"%d" % turn
            status = client.put(key, content, seen)
            assert status in (200, *UNSURE), (key, turn, status)
            while True:
                read, body, tag = client.read(key)
                if read not in UNSURE:
                    break
            acknowledged += status == 200
            assert body == content if status == 200 else (body if read == 200 else b"") in (held, content)
            held, seen = (body, tag) if read == 200 else (b"", None)
        return acknowledged

    clients = [Client(fleet, number) for number in range(8)]
    with fleet.attacked():
        acknowledged = everyone(clients, work)
    assert sum(acknowledged) > 0  # how many depends on how fast processes start again


@pytest.mark.parametrize("turns", [12, SOME, MANY])
def test_some_order_explains_what_everybody_was_told(fleet, turns):
    """Windows of so many operations as the checker takes at once, on keys of their own."""

    def work(window: int, client: Client) -> None:
        random, seen = Random(f"{client.number}/{window}"), dict.fromkeys(range(4))
        for turn in range(12):
            number = random.randrange(4)
            key = f"window-{turns}-{window}-{number}"
            if random.random() < 0.5:
                status, _, tag = client.read(key)
                if status not in UNSURE:
                    seen[number] = tag
            else:
                content = f"{client.number}/{window}/{turn}".encode()
                client.put(key, content, seen[number])

    clients = [Client(fleet, number) for number in range(16)]
    with fleet.attacked():
        for window in range(turns // 12):
            everyone(clients, partial(work, window))
            report = check(numbered(clients))
            broken = [finding for finding in report.findings if finding.kind == "not linearizable"]
            assert (broken, report.unknown) == ([], ()), report
            assert report.attempts == 12 * len(clients)
            for client in clients:
                client.entries.clear()


@pytest.mark.parametrize("turns", [15, SOME])
def test_a_database_that_crashes_and_comes_again_has_lost_nothing(turns):
    server = Server()
    server.start()
    fleet = Fleet(server.url(), 2)
    try:
        fleet.start()
        client = Client(fleet)
        client.sure("PUT", "/bucket")

        def work(client: Client) -> list[str]:
            told = []
            for turn in range(turns):
                key = f"{client.number}-{turn}"
                status, _, _ = client.sure("PUT", f"/bucket/{key}", key.encode(), if_none_match="*")
                assert status in (200, 412)  # its own, where the answer was lost
                told.append(key)
            return told

        def restarts() -> list[str]:
            for _ in range(3):
                server.stop(signal.SIGQUIT)
                server.start()
            return []

        told = together([restarts, *(partial(work, Client(fleet, number)) for number in range(16))])
        for key in [key for keys in told for key in keys]:
            status, body, _ = client.sure("GET", f"/bucket/{key}")
            assert (status, body) == (200, key.encode())
        assert client.sure("GET", "/_condemu/ready")[0] == 200
    finally:
        fleet.stop()
        server.end()

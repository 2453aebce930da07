"""The fixture `race`, its marker and `--condemu-schedule`, in a project of their own."""

from __future__ import annotations

import re

from tests.projects import run, run_file

BODY = """
import pytest
from botocore.exceptions import ClientError

@pytest.fixture
def counters(dynamodb_client):
    dynamodb_client.create_table(
        TableName="counters", BillingMode="PAY_PER_REQUEST", KeySchema=[dict(AttributeName="id", KeyType="HASH")],
        AttributeDefinitions=[dict(AttributeName="id", AttributeType="S")],
    )
    dynamodb_client.put_item(TableName="counters", Item={"id": {"S": "n"}, "value": {"N": "0"}})

def read(client):
    return int(client.get_item(TableName="counters", Key={"id": {"S": "n"}}, ConsistentRead=True)["Item"]["value"]["N"])

def careless(client):
    n = read(client)
    client.put_item(TableName="counters", Item={"id": {"S": "n"}, "value": {"N": str(n + 1)}})

def careful(client):
    n = read(client)
    client.put_item(
        TableName="counters", Item={"id": {"S": "n"}, "value": {"N": str(n + 1)}},
        ConditionExpression="#v = :n", ExpressionAttributeNames={"#v": "value"}, ExpressionAttributeValues={":n": {"N": str(n)}},
    )
"""
GOOD = """
def test_it(race, counters):
    client = race.client("dynamodb")
    with race:
        first, second = race.start(careful, client), race.start(careful, client)
    assert read(client) == first.ok + second.ok
"""


def test_a_body_is_run_once_for_each_order_and_passes_when_all_do(tmp_path):
    counts, output = run_file(tmp_path, BODY + GOOD + "    print('ran')\n", "-s")
    assert counts == {"passed": 1}, output
    assert output.count("ran") > 1


def test_a_body_that_fails_in_some_order_is_drawn_and_can_be_run_again(tmp_path):
    body = GOOD.replace("careful", "careless")
    counts, output = run_file(tmp_path, BODY + body)
    assert counts == {"failed": 1}, output
    token = re.search(r"CONDEMU_SCHEDULE=(v1\S+)", output)
    assert token is not None, output
    assert "PutItem counters/" in output
    counts, again = run_file(tmp_path, BODY + body, f"--condemu-schedule={token[1]}", "-p", "no:cacheprovider")
    assert counts == {"failed": 1}
    assert "FAILED after 1 schedule" in again
    assert f"CONDEMU_SCHEDULE={token[1]}" in again


def test_faults_come_from_the_marker(tmp_path):
    body = "@pytest.mark.condemu_race(faults=['lost'])" + GOOD
    counts, output = run_file(tmp_path, BODY + body)
    assert counts == {"failed": 1}, output
    assert "⊘" in output


BAD_USES = {
    "@pytest.mark.condemu_race(fault=['lost'])" + GOOD: "a race has no setting 'fault'",
    "@pytest.mark.condemu_race('lost')" + GOOD: "takes settings by name, not 'lost'",
    "def test_it(race):\n    with race:\n        pass\n": "a race needs an actor",
    "def test_it(race):\n    pass\n": "never came to the end of a block",
    "def test_it(race):\n    with race:\n        assert race.start(read, None).ok\n": "has not run yet",
}


def test_bad_use_is_told_in_a_sentence(tmp_path):
    for number, body in enumerate(BAD_USES):
        (tmp_path / f"test_{number}.py").write_text(BODY + body)
    counts, output = run(tmp_path)
    assert counts.keys() <= {"failed", "error", "errors"}, output
    assert sum(counts.values()) == len(BAD_USES)
    assert [said for said in BAD_USES.values() if said not in output] == [], output


def test_a_race_is_skipped_where_another_server_answers(tmp_path, condemu_server):
    counts, output = run_file(tmp_path, BODY + GOOD, "--condemu-url", condemu_server.url)
    assert counts == {"skipped": 1}, output

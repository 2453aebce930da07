"""The tables of faults: their rows are true of a real client, and SDKs repeat what the tables say that they repeat."""

from __future__ import annotations

import importlib
import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from condemu.lab.faults import BEFORE, OVERLAP
from condemu.server.app import FAULTS
from conformance.tables import rows_of

MODES = ("legacy", "standard")


def table(service: str) -> list[dict[str, str]]:
    """The rows of a service's docstring; a row without a word goes on with the one above."""
    text = importlib.import_module(f"condemu.{service}.faults").__doc__ or ""
    rows = rows_of("\n".join(line for line in text.splitlines() if "|" in line))
    word = ""
    for row in rows:
        word = row["word"] = row["word"] or word
    return rows


def test_every_word_of_a_service_is_in_its_table():
    for service, words in FAULTS.items():
        assert {row["word"] for row in table(service)} == set(words)
    assert {word for words in FAULTS.values() for word in words} == set(BEFORE) - {OVERLAP}


# --- what is sent, and which rows of the tables it meets ------------------------------------------------------------------------

KEY = {"TableName": "table", "Key": {"k": {"S": "a"}}}
CALLS = {
    "s3": {
        "a conditional write": lambda s3: s3.put_object(Bucket="locks", Key="k", Body=b"new", IfNoneMatch="*"),
        "any other call": lambda s3: s3.get_object(Bucket="locks", Key="old"),
    },
    "dynamodb": {
        "a write of an item": lambda dynamodb: dynamodb.put_item(TableName="table", Item={"k": {"S": "a"}}),
        "a transaction": lambda dynamodb: dynamodb.transact_write_items(
            TransactItems=[{"Delete": KEY}], ClientRequestToken="token"
        ),
        "any other call": lambda dynamodb: dynamodb.list_tables(),
    },
    "simpledb": {"any other call": lambda sdb: sdb.list_domains()},
}
MEETS = {
    ("s3", "throttle"): {"a conditional write": "503 SlowDown", "any other call": "503 SlowDown"},
    ("s3", "internal_error"): {"a conditional write": "500 InternalError", "any other call": "500 InternalError"},
    ("s3", "unavailable"): {"a conditional write": "503 ServiceUnavailable", "any other call": "503 ServiceUnavailable"},
    ("s3", "conflict"): {"a conditional write": "409 ConditionalRequestConflict"},
    ("dynamodb", "throttle"): {
        "a write of an item": "400 ProvisionedThroughputExceededException",
        "a transaction": "400 ProvisionedThroughputExceededException",
        "any other call": "400 ThrottlingException",
    },
    ("dynamodb", "internal_error"): dict.fromkeys(CALLS["dynamodb"], "500 InternalServerError"),
    ("dynamodb", "unavailable"): dict.fromkeys(CALLS["dynamodb"], "503 ServiceUnavailable"),
    ("dynamodb", "transaction_conflict"): {
        "a write of an item": "400 TransactionConflictException",
        "a transaction": "400 TransactionCanceledException",
    },
    ("dynamodb", "in_progress"): {"a transaction": "400 TransactionInProgressException"},
    ("simpledb", "throttle"): {"any other call": "503 ServiceUnavailable"},
    ("simpledb", "internal_error"): {"any other call": "500 InternalError"},
    ("simpledb", "unavailable"): {"any other call": "503 ServiceUnavailable"},
}  # fmt: skip
NOT_REPEATED = {  # by the modes of boto3 in which nobody but the caller repeats it
    "409 ConditionalRequestConflict": MODES,
    "400 TransactionConflictException": MODES,
    "400 TransactionCanceledException": MODES,
}  # fmt: skip


def test_the_answers_of_a_table_are_those_that_are_tried_here():
    for service in FAULTS:
        said = {(row["word"], answer) for row in table(service) for answer in re.findall(r"\d{3} \w+", row["answer"])}
        tried = {(word, answer) for (name, word), met in MEETS.items() if name == service for answer in met.values()}
        assert said == tried


@pytest.fixture
def clients(condemu):
    s3 = condemu.client("s3")
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="old", Body=b"old")
    condemu.client("dynamodb").create_table(
        TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )  # fmt: skip

    def made(service: str, mode: str, attempts: int):
        config = Config(retries={"mode": mode, "total_max_attempts": attempts})
        return boto3.client("sdb" if service == "simpledb" else service, region_name="us-east-1", config=config)

    return made


@pytest.mark.parametrize(("service", "word"), sorted(MEETS))
def test_a_call_meets_what_the_table_says_and_changes_nothing(condemu, clients, service, word):
    for kind, send in CALLS[service].items():
        client = clients(service, "standard", 1)
        before = condemu.snapshot()
        answer = MEETS[service, word].get(kind)
        with condemu.fault(word, service=service, must_strike=answer is not None):
            if answer is None:
                send(client)
                condemu.restore(before)
                continue
            with pytest.raises(ClientError) as error:
                send(client)
        response = error.value.response
        assert f"{response['ResponseMetadata']['HTTPStatusCode']} {response['Error']['Code']}" == answer
        assert condemu.snapshot().entries == before.entries


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("service", "word"), sorted(MEETS))
def test_boto3_repeats_what_it_takes_for_a_passing_failure_and_nothing_else(condemu, clients, monkeypatch, service, word, mode):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for kind, answer in MEETS[service, word].items():
        send = CALLS[service][kind]
        with condemu.fault(word, service=service, first=1) as fault:
            if mode in NOT_REPEATED.get(answer, ()):
                with pytest.raises(ClientError):
                    send(clients(service, mode, 2))
                assert (fault.hits, fault.seen) == (1, 1)
            else:
                send(clients(service, mode, 2))
                assert (fault.hits, fault.seen) == (1, 2)

"""The table of condition keys in `access/policy_keys.py`, row by row: what it says is what a policy sees."""

from __future__ import annotations

from typing import Any

import pytest
import recorded

from condemu.auth.principals import root_of
from condemu.dynamodb.access import policy_keys
from condemu.dynamodb.operations import OPERATIONS
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.state.records import TABLES
from conformance.tables import rows_of

ROWS = {operation.name: operation for operation in OPERATIONS}
KEY = {"UserId": {"S": "Bob"}}
ITEM = {**KEY, "Score": {"N": "1"}}
TABLE = {
    "TableName": "scores", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "UserId", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("UserId", "Game")],
    "GlobalSecondaryIndexes": [{
        "IndexName": "games", "KeySchema": [{"AttributeName": "Game", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }],
}  # fmt: skip
CHECK = {"TableName": "scores", "Key": KEY, "ConditionExpression": "attribute_exists(Score)"}
BATCH = [{"PutRequest": {"Item": {"UserId": {"S": "Ann"}}}}, {"DeleteRequest": {"Key": KEY}}]
INSERT = "INSERT INTO scores VALUE {'UserId': 'Bob'}"
UPDATE = "UPDATE scores SET Score = 1 WHERE UserId = 'Bob' RETURNING ALL OLD *"
EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "GetItem": ("GetItem", {"TableName": "scores", "Key": KEY}),
    "GetItem of Score": ("GetItem", {"TableName": "scores", "Key": KEY, "ProjectionExpression": "Score"}),
    "PutItem": ("PutItem", {"TableName": "scores", "Item": ITEM}),
    "Query": ("Query", {
        "TableName": "scores", "KeyConditionExpression": "UserId = :u", "ExpressionAttributeValues": {":u": {"S": "Bob"}},
    }),
    "Query of an index": ("Query", {
        "TableName": "scores", "IndexName": "games", "KeyConditionExpression": "Game = :g",
        "ExpressionAttributeValues": {":g": {"S": "chess"}},
    }),
    "Scan": ("Scan", {"TableName": "scores", "Select": "COUNT"}),
    "BatchWriteItem": ("BatchWriteItem", {"RequestItems": {"scores": BATCH}, "ReturnConsumedCapacity": "TOTAL"}),
    "ConditionCheckItem": ("TransactWriteItems", {
        "TransactItems": [{"ConditionCheck": CHECK}], "ReturnConsumedCapacity": "INDEXES",
    }),
    "PartiQLSelect": ("ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = 'Bob'"}),
    "PartiQLSelect of all": ("ExecuteStatement", {"Statement": "SELECT * FROM scores"}),
    "PartiQLUpdate": ("ExecuteStatement", {"Statement": UPDATE}),
    "PartiQLInsert": ("ExecuteTransaction", {"TransactStatements": [{"Statement": INSERT}]}),
    "DescribeTable": ("DescribeTable", {"TableName": "scores"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Any:
    local = recorded.Local()
    local.ok("CreateTable", TABLE)
    return local.store.view(lambda txn: txn.get(TABLES, (recorded.ACCOUNT, "scores", "us-east-1")))


@pytest.mark.parametrize("row", rows_of(policy_keys.__doc__ or ""), ids=lambda row: " / ".join(row.values()))
def test_a_condition_key_has_the_value_that_its_table_says(row, table):
    operation, members = EXAMPLES[row["asked for"]]
    request = DynamoRequest(operation, members, recorded.ACCOUNT, "us-east-1")
    (access,) = ROWS[operation].accesses(request)
    assert access.action == row["asked for"].partition(" ")[0]
    value = policy_keys.ConditionKeys(access, table, root_of(recorded.ACCOUNT), "us-east-1", 0.0).get(row["key"].lower())
    assert (None if not value else value if isinstance(value, str) else ", ".join(value)) == row.get("value")

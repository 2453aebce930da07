"""Steps that many DynamoDB cases share."""

from __future__ import annotations

from typing import Any

from ..expect import accepted


def put(dynamodb: Any, table: str, key: str, **attributes: Any) -> None:
    """PutItem of an item with these attributes under a hash key."""
    accepted(dynamodb.put_item, TableName=table, Item={"pk": {"S": key}, **attributes})


def stored(dynamodb: Any, table: str, key: str) -> Any:
    """The item under a hash key, read consistently; None where there is none."""
    return dynamodb.get_item(TableName=table, Key={"pk": {"S": key}}, ConsistentRead=True).get("Item")


def place(table: str, key: str) -> dict[str, Any]:
    """TableName and Key, as most calls want them."""
    return {"TableName": table, "Key": {"pk": {"S": key}}}

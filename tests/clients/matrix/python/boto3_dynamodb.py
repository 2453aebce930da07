"""boto3's resource, with its Table, its conditions and its batch writer."""

from __future__ import annotations

from typing import Any

import boto3
import dynamodb_calls
import harness
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        session = boto3.session.Session(region_name=harness.REGION)
        self.table = session.resource("dynamodb", endpoint_url=cell.endpoint, verify=cell.certificate).Table(cell.place)

    def refused(self, error: Exception) -> bool:
        return isinstance(error, ClientError) and error.response["Error"]["Code"] in (
            "ConditionalCheckFailedException", "TransactionCanceledException")  # fmt: skip

    def create(self, pk: str, n: int) -> None:
        self.table.put_item(Item={"pk": pk, "sk": "-", "n": n}, ConditionExpression=Attr("pk").not_exists())

    def put(self, pk: str, sk: str, n: int) -> None:
        self.table.put_item(Item={"pk": pk, "sk": sk, "n": n})

    def swap(self, pk: str, old: int, new: int) -> None:
        self.table.update_item(
            Key={"pk": pk, "sk": "-"}, UpdateExpression="SET n = :new", ConditionExpression="n = :old",
            ExpressionAttributeValues={":old": old, ":new": new},
        )  # fmt: skip

    def get(self, pk: str) -> int:
        return int(self.table.get_item(Key={"pk": pk, "sk": "-"}, ConsistentRead=True)["Item"]["n"])

    def met(self, pk: str, old: int) -> int:
        try:
            self.table.put_item(
                Item={"pk": pk, "sk": "-", "n": 0},
                ConditionExpression=Attr("n").eq(old),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return int(error.response["Item"]["n"]["N"])
        return -1

    def query(self, pk: str) -> list[str]:
        return [item["sk"] for item in self.table.query(KeyConditionExpression=Key("pk").eq(pk))["Items"]]

    def delete_if(self, pk: str, n: int) -> None:
        self.table.delete_item(Key={"pk": pk, "sk": "-"}, ConditionExpression=Attr("n").eq(n))

    def together(self, items: list[tuple[str, int]]) -> None:
        puts = [
            {
                "Put": {
                    "TableName": self.table.name,
                    "Item": {"pk": pk, "sk": "-", "n": n},
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for pk, n in items
        ]
        self.table.meta.client.transact_write_items(TransactItems=puts)

    def reasons(self, error: Any) -> list[str]:
        return [reason["Code"] for reason in error.response["CancellationReasons"]]

    def batch(self, names: list[str]) -> None:
        with self.table.batch_writer() as batch:
            for number, pk in enumerate(names):
                batch.put_item(Item={"pk": pk, "sk": "-", "n": number})


if __name__ == "__main__":
    dynamodb_calls.main(Client)

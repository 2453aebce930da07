import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws


@mock_aws
def test_a_conditional_put_is_refused():
    table = boto3.resource("dynamodb", region_name="us-east-1").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.put_item(Item={"id": "a"}, ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(ClientError) as caught:
        table.put_item(Item={"id": "a"}, ConditionExpression="attribute_not_exists(id)")
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"


@mock_aws
def test_planted_failure():
    boto3.client("dynamodb", region_name="us-east-1").describe_table(TableName="missing")

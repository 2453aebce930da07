import unittest

import boto3
from moto import mock_aws


class TestRaw(unittest.TestCase):
    mock = mock_aws()

    def setUp(self):
        self.mock.start()
        boto3.resource("dynamodb", region_name="us-east-1").create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def tearDown(self):
        self.mock.stop()

    def test_put(self):
        boto3.resource("dynamodb", region_name="us-east-1").Table("table").put_item(Item={"id": "a"})

    def test_is_empty(self):
        assert boto3.resource("dynamodb", region_name="us-east-1").Table("table").scan()["Count"] == 0

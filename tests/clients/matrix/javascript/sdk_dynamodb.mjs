// The AWS SDK for JavaScript, version 3: the document client of lib-dynamodb.
import https from "node:https";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { DYNAMODB, REGION, main } from "./harness.mjs";

class Client {
  constructor(cell) {
    const requestHandler = cell.tls ? { httpsAgent: new https.Agent({ ca: cell.ca }) } : undefined;
    this.documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cell.endpoint, region: REGION, requestHandler }));
    this.table = cell.place;
  }
  send(Command, members) {
    return this.documents.send(new Command({ TableName: this.table, ...members }));
  }
  refused(error) {
    return ["ConditionalCheckFailedException", "TransactionCanceledException"].includes(error.name);
  }
  create(pk, n) {
    return this.send(PutCommand, { Item: { pk, sk: "-", n }, ConditionExpression: "attribute_not_exists(pk)" });
  }
  put(pk, sk, n) {
    return this.send(PutCommand, { Item: { pk, sk, n } });
  }
  swap(pk, old, n) {
    return this.send(UpdateCommand, {
      Key: { pk, sk: "-" },
      UpdateExpression: "SET n = :new",
      ConditionExpression: "n = :old",
      ExpressionAttributeValues: { ":old": old, ":new": n },
    });
  }
  async get(pk) {
    return (await this.send(GetCommand, { Key: { pk, sk: "-" }, ConsistentRead: true })).Item.n;
  }
  async met(pk, old) {
    const condition = { ConditionExpression: "n = :old", ExpressionAttributeValues: { ":old": old } };
    try {
      await this.send(PutCommand, { Item: { pk, sk: "-", n: 0 }, ...condition, ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
      return -1;
    } catch (error) {
      return Number(error.Item.n.N); // as it is on the wire: the document client does not unmarshall errors
    }
  }
  async query(pk) {
    const condition = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": pk } };
    return (await this.send(QueryCommand, condition)).Items.map((item) => item.sk);
  }
  deleteIf(pk, n) {
    return this.send(DeleteCommand, { Key: { pk, sk: "-" }, ConditionExpression: "n = :n", ExpressionAttributeValues: { ":n": n } });
  }
  together(items) {
    const TransactItems = items.map(([pk, n]) => ({
      Put: { TableName: this.table, Item: { pk, sk: "-", n }, ConditionExpression: "attribute_not_exists(pk)" },
    }));
    return this.documents.send(new TransactWriteCommand({ TransactItems }));
  }
  reasons(error) {
    return error.CancellationReasons.map((reason) => reason.Code);
  }
  async batch(names) {
    const requests = names.map((pk, n) => ({ PutRequest: { Item: { pk, sk: "-", n } } }));
    for (let at = 0; at < requests.length; at += 25) {
      await this.documents.send(new BatchWriteCommand({ RequestItems: { [this.table]: requests.slice(at, at + 25) } }));
    }
  }
}

await main(Client, DYNAMODB);

// dynamoose: models. Its endpoint is set on the client that all models share, so each program of the harness has an instance.
import https from "node:https";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import dynamoose from "dynamoose";
import { DYNAMODB, REGION, main } from "./harness.mjs";

class Client {
  constructor(cell) {
    const requestHandler = cell.tls ? { httpsAgent: new https.Agent({ ca: cell.ca }) } : undefined;
    const instance = new dynamoose.Instance();
    instance.aws.ddb.set(new DynamoDB({ endpoint: cell.endpoint, region: REGION, requestHandler }));
    const schema = new dynamoose.Schema({ pk: { type: String, hashKey: true }, sk: { type: String, rangeKey: true }, n: Number });
    this.Thing = dynamoose.model("Thing", schema);
    this.table = new instance.Table(cell.place, [this.Thing], { create: false, waitForActive: false });
  }
  refused(error) {
    return ["ConditionalCheckFailedException", "TransactionCanceledException"].includes(error.name);
  }
  create(pk, n) {
    return this.Thing.create({ pk, sk: "-", n });
  }
  put(pk, sk, n) {
    return this.Thing.create({ pk, sk, n }, { overwrite: true });
  }
  swap(pk, old, n) {
    return this.Thing.update({ pk, sk: "-" }, { n }, { condition: new dynamoose.Condition().where("n").eq(old) });
  }
  async get(pk) {
    return (await this.Thing.get({ pk, sk: "-" }, { consistent: true })).n;
  }
  async query(pk) {
    return (await this.Thing.query("pk").eq(pk).exec()).map((item) => item.sk);
  }
  deleteIf(pk, n) {
    return this.Thing.delete({ pk, sk: "-" }, { condition: new dynamoose.Condition().where("n").eq(n) });
  }
  together(items) {
    return dynamoose.transaction(items.map(([pk, n]) => this.Thing.transaction.create({ pk, sk: "-", n })));
  }
  reasons(error) {
    return error.CancellationReasons.map((reason) => reason.Code);
  }
  batch(names) {
    return Promise.all([names.slice(0, 25), names.slice(25)].map((some) =>
      this.Thing.batchPut(some.map((pk) => ({ pk, sk: "-", n: names.indexOf(pk) })))));
  }
}

await main(Client, DYNAMODB, { met: "ReturnValuesOnConditionCheckFailure cannot be set" });

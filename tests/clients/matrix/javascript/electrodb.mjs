// ElectroDB: entities over the document client. It makes the keys' values itself.
import https from "node:https";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Entity, Service } from "electrodb";
import { DYNAMODB, REGION, main } from "./harness.mjs";

const schema = {
  model: { entity: "thing", version: "1", service: "matrix" },
  attributes: { id: { type: "string", required: true }, name: { type: "string", required: true }, n: { type: "number" } },
  indexes: { primary: { pk: { field: "pk", composite: ["id"] }, sk: { field: "sk", composite: ["name"] } } },
};

class Client {
  constructor(cell) {
    const requestHandler = cell.tls ? { httpsAgent: new https.Agent({ ca: cell.ca }) } : undefined;
    const client = new DynamoDBClient({ endpoint: cell.endpoint, region: REGION, requestHandler });
    this.things = new Entity(schema, { client, table: cell.place });
    this.service = new Service({ thing: this.things }, { client, table: cell.place });
  }
  refused(error) {
    return error.cause?.name === "ConditionalCheckFailedException" || error.canceled === true;
  }
  create(id, n) {
    return this.things.create({ id, name: "-", n }).go();
  }
  put(id, name, n) {
    return this.things.put({ id, name, n }).go();
  }
  swap(id, old, n) {
    return this.things.patch({ id, name: "-" }).set({ n }).where((attr, { eq }) => eq(attr.n, old)).go();
  }
  async get(id) {
    return (await this.things.get({ id, name: "-" }).go({ consistent: true })).data.n;
  }
  async met(id, old) {
    const swap = this.things.patch({ id, name: "-" }).set({ n: 0 }).where((attr, { eq }) => eq(attr.n, old));
    const { rejected, data } = await swap.go({ returnOnConditionCheckFailure: "all_old" });
    return rejected ? data.n : -1;
  }
  async query(id) {
    return (await this.things.query.primary({ id }).go()).data.map((item) => item.name);
  }
  deleteIf(id, n) {
    return this.things.delete({ id, name: "-" }).where((attr, { eq }) => eq(attr.n, n)).go();
  }
  async together(items) {
    const done = await this.service.transaction.write(({ thing }) => items.map(([id, n]) => thing.create({ id, name: "-", n }).commit())).go();
    if (done.canceled) throw Object.assign(new Error("canceled"), { canceled: true, data: done.data });
  }
  reasons(error) {
    return error.data.map((item) => item.code);
  }
  batch(names) {
    return this.things.put(names.map((id, n) => ({ id, name: "-", n }))).go();
  }
}

await main(Client, DYNAMODB);

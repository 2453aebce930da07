// TypeDORM: entities, over a document client of the SDK's. Its decorators are called as functions, for this is not TypeScript.
// Node finds no files in its modules of the new kind, so that those of the old kind are required.
import https from "node:https";
import { createRequire } from "node:module";
import { DYNAMODB, REGION, main } from "./harness.mjs";

const require = createRequire(import.meta.url);
require("reflect-metadata");
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { Attribute, Entity, Table } = require("@typedorm/common");
const { DocumentClientV3 } = require("@typedorm/document-client");
// "Manger" is its own spelling.
const { createConnection, getBatchManager, getEntityManager, getTransactionManger, WriteBatch, WriteTransaction } =
  require("@typedorm/core");

class Thing {
  static of(id, name, n) {
    return Object.assign(new Thing(), { id, name, n });
  }
}
for (const [name, type] of Object.entries({ id: String, name: String, n: Number })) {
  Reflect.defineMetadata("design:type", type, Thing.prototype, name);
  Attribute()(Thing.prototype, name);
}
Entity({ name: "thing", primaryKey: { partitionKey: "THING#{{id}}", sortKey: "{{name}}" } })(Thing);

let connections = 0;

class Client {
  constructor(cell) {
    const requestHandler = cell.tls ? { httpsAgent: new https.Agent({ ca: cell.ca }) } : undefined;
    const documentClient = new DocumentClientV3(new DynamoDBClient({ endpoint: cell.endpoint, region: REGION, requestHandler }));
    const table = new Table({ name: cell.place, partitionKey: "pk", sortKey: "sk" });
    this.name = `connection ${connections++}`;
    createConnection({ table, name: this.name, entities: [Thing], documentClient });
    this.things = getEntityManager(this.name);
  }
  refused(error) {
    return ["ConditionalCheckFailedException", "TransactionCancelledException"].includes(error.name);
  }
  create(id, n) {
    return this.things.create(Thing.of(id, "-", n));
  }
  put(id, name, n) {
    return this.things.create(Thing.of(id, name, n), { overwriteIfExists: true });
  }
  swap(id, old, n) {
    return this.things.update(Thing, { id, name: "-" }, { n }, { where: { n: { EQ: old } } });
  }
  async get(id) {
    return (await this.things.findOne(Thing, { id, name: "-" }, { consistentRead: true })).n;
  }
  async query(id) {
    return (await this.things.find(Thing, { id })).items.map((item) => item.name);
  }
  deleteIf(id, n) {
    return this.things.delete(Thing, { id, name: "-" }, { where: { n: { EQ: n } } });
  }
  together(items) {
    const transaction = items.reduce((all, [id, n]) => all.addCreateItem(Thing.of(id, "-", n)), new WriteTransaction());
    return getTransactionManger(this.name).write(transaction);
  }
  reasons(error) {
    return error.cancellationReasons.map((reason) => reason.code);
  }
  batch(names) {
    const batch = names.reduce((all, id, n) => all.addCreateItem(Thing.of(id, "-", n)), new WriteBatch());
    return getBatchManager(this.name).write(batch);
  }
}

await main(Client, DYNAMODB, { met: "ReturnValuesOnConditionCheckFailure is not asked for" });

// The AWS SDK for JavaScript, version 3, and dynamodb-toolbox over it, with their defaults: conditions, transactions, pages.
// Says what it saw as one line of JSON; the test compares.
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  paginateQuery,
} from "@aws-sdk/lib-dynamodb";
import {
  $add,
  DeleteItemCommand,
  Entity,
  GetItemCommand,
  PutItemCommand,
  PutTransaction,
  QueryCommand,
  Table,
  UpdateItemCommand,
  ConditionCheck,
  executeTransactWrite,
  item,
  number,
  string,
} from "dynamodb-toolbox";

const [endpoint, TableName] = process.argv.slice(2);
const client = new DynamoDBClient({ endpoint, maxAttempts: 1 });
const documents = DynamoDBDocumentClient.from(client);
const refused = async (action) => {
  try {
    await action();
    return "accepted";
  } catch (error) {
    const reasons = error.CancellationReasons?.map(({ Code }) => Code);
    return [error.name, error.Item ?? reasons ?? null];
  }
};

await client.send(
  new CreateTableCommand({
    TableName,
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  }),
);
await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });

const seen = {};
const Key = { pk: "a", sk: "1" };
const create = { TableName, Item: { ...Key, v: 1 }, ConditionExpression: "attribute_not_exists(pk)" };
await documents.send(new PutCommand(create));
seen.twice = await refused(() => documents.send(new PutCommand({ ...create, ReturnValuesOnConditionCheckFailure: "ALL_OLD" })));
const bump = (from) =>
  new UpdateCommand({
    TableName,
    Key,
    UpdateExpression: "SET v = :new",
    ConditionExpression: "v = :old",
    ExpressionAttributeValues: { ":old": from, ":new": from + 1 },
    ReturnValues: "ALL_NEW",
  });
seen.bumped = (await documents.send(bump(1))).Attributes.v;
seen.stale = await refused(() => documents.send(bump(1)));
seen.cancelled = await refused(() =>
  documents.send(
    new TransactWriteCommand({
      TransactItems: [{ Put: { TableName, Item: { pk: "b", sk: "1" } } }, { Put: create }],
    }),
  ),
);
seen.nothing = (await documents.send(new GetCommand({ TableName, Key: { pk: "b", sk: "1" } }))).Item ?? null;
for (let number = 0; number < 7; number += 1) {
  await documents.send(new PutCommand({ TableName, Item: { pk: "pages", sk: `${number}` } }));
}
seen.pages = [];
const query = { TableName, KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": "pages" }, Limit: 3 };
for await (const page of paginateQuery({ client: documents }, query)) seen.pages.push(page.Count);

const table = new Table({
  documentClient: documents,
  name: TableName,
  partitionKey: { name: "pk", type: "string" },
  sortKey: { name: "sk", type: "string" },
});
const Pokemon = new Entity({
  name: "Pokemon",
  table,
  schema: item({ pk: string().key(), sk: string().key(), level: number().default(1) }),
});
await Pokemon.build(PutItemCommand).item({ pk: "toolbox", sk: "1" }).options({ condition: { attr: "pk", exists: false } }).send();
seen.toolboxTwice = (
  await refused(() =>
    Pokemon.build(PutItemCommand).item({ pk: "toolbox", sk: "1" }).options({ condition: { attr: "pk", exists: false } }).send(),
  )
)[0];
await Pokemon.build(UpdateItemCommand)
  .item({ pk: "toolbox", sk: "1", level: $add(4) })
  .options({ condition: { and: [{ attr: "level", gte: 1 }, { not: { attr: "level", in: [7, 8] } }] } })
  .send();
seen.level = (await Pokemon.build(GetItemCommand).key({ pk: "toolbox", sk: "1" }).send()).Item.level;
seen.toolboxCancelled = await refused(() =>
  executeTransactWrite(
    Pokemon.build(PutTransaction).item({ pk: "toolbox", sk: "2" }),
    Pokemon.build(ConditionCheck).key({ pk: "toolbox", sk: "1" }).condition({ attr: "level", gt: 100 }),
  ),
);
const found = await table.build(QueryCommand).entities(Pokemon).query({ partition: "toolbox", range: { beginsWith: "1" } }).send();
seen.found = found.Items.length;
await Pokemon.build(DeleteItemCommand).key({ pk: "toolbox", sk: "1" }).options({ condition: { attr: "level", eq: 5 } }).send();
seen.left = (await table.build(QueryCommand).entities(Pokemon).query({ partition: "toolbox" }).send()).Items.length;
console.log(JSON.stringify(seen));

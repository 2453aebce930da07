// A lost update, found and drawn; and compare-and-set, which holds in every order.
//   npm install @aws-sdk/client-s3 && node race.mjs http://127.0.0.1:4566
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const endpoint = process.argv[2];

async function ask(method, path, document) {
  const answer = await fetch(`${endpoint}/_condemu/${path}`, { method, body: JSON.stringify(document ?? {}) });
  if (answer.status >= 400) throw new Error((await answer.json()).error);
  return answer.status === 204 ? null : await answer.json();
}

function client(accessKeyId, secretAccessKey) {
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}

// Runs the actors under every order of their requests; returns the report.
async function explore(actors, check, options) {
  const made = await ask("POST", "races", { actors: Object.keys(actors), ...options });
  const race = `races/${made.race}`;
  while (await ask("POST", `${race}/next`)) {
    await Promise.all(Object.entries(actors).map(async ([name, actor]) => {
      const s3 = client(made.access_keys[name], made.secret_access_key);
      await ask("POST", `${race}/actors/${name}`, { is: "started" });
      const told = await actor(s3).catch((error) => error.name);
      await ask("POST", `${race}/actors/${name}`, { is: "ended", told });
    }));
    const why = await check();
    await ask("POST", `${race}/verdict`, { ok: !why, why });
  }
  const report = await (await fetch(`${endpoint}/_condemu/${race}/report`)).text();
  await ask("DELETE", race);
  return report;
}

const counter = { Bucket: "counters", Key: "visits" };

async function read(s3) {
  const found = await s3.send(new GetObjectCommand(counter));
  return { etag: found.ETag, visits: Number(await found.Body.transformToString()) };
}

async function careless(s3) {
  const { visits } = await read(s3);
  await s3.send(new PutObjectCommand({ ...counter, Body: `${visits + 1}` }));
}

async function careful(s3) {
  for (;;) {
    const { etag, visits } = await read(s3);
    try {
      return void (await s3.send(new PutObjectCommand({ ...counter, Body: `${visits + 1}`, IfMatch: etag })));
    } catch (error) {
      if (error.name !== "PreconditionFailed") throw error;
    }
  }
}

const s3 = client("setup", "any");
await s3.send(new CreateBucketCommand({ Bucket: counter.Bucket }));
await s3.send(new PutObjectCommand({ ...counter, Body: "0" }));

async function check() {
  const { visits } = await read(s3);
  return visits === 2 ? "" : `two visits, and the counter is at ${visits}`;
}

const found = await explore({ a: careless, b: careless }, check);
console.log(found);
console.log(await explore({ a: careless, b: careless }, check, { replay: found.match(/"replay": "(.*)"/)[1] }));
console.log(await explore({ a: careful, b: careful }, check));

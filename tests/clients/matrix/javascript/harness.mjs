// What the programs of JavaScript's clients share: the calls, made by the verbs that a client has. The Python harness beside it
// says more. A program is a class made with a cell; what its client does not offer is named, or is a verb that it lacks.
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";

const { MATRIX_PORT, MATRIX_CERTIFICATE, MATRIX_WORKERS, MATRIX_TIMES } = process.env;
export const WORKERS = Number(MATRIX_WORKERS);
export const TIMES = Number(MATRIX_TIMES);
export const REGION = "us-east-1";
export const LARGE = Buffer.alloc(64 * 1024 * 1024, Buffer.from(Array.from({ length: 256 }, (_, n) => n)));
export const PARTS = [Buffer.alloc(5 * 1024 * 1024, "p"), Buffer.from("end")];

class NotOffered extends Error {}

const cellOf = (call) => {
  const tls = call === "https";
  const virtual = call === "virtual";
  const hostname = tls || virtual ? "localhost" : "127.0.0.1";
  const ca = tls ? readFileSync(MATRIX_CERTIFICATE) : undefined;
  const endpoint = `${tls ? "https" : "http"}://${hostname}:${MATRIX_PORT}`;
  return { call, place: `matrix-${call}`, endpoint, hostname, port: Number(MATRIX_PORT), tls, virtual, ca };
};

const need = (client, ...verbs) => {
  for (const verb of verbs) if (typeof client[verb] !== "function") throw new NotOffered(`it has no ${verb}`);
};

const refused = async (client, call) => {
  try {
    await call();
  } catch (error) {
    if (!client.refused(error)) throw error;
    return error;
  }
  throw new Error("accepted, where it must be refused");
};

const md5 = (body) => createHash("md5").update(body).digest("hex");
const text = async (client, key) => (await client.read(key)).body.toString();

// Without a library, which might add a header that was not signed.
const plainPut = (url, headers) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: "PUT", headers: { ...headers, "Content-Length": 1 } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    request.on("error", reject);
    request.end("1");
  });

const thereAndBack = async (client) => {
  await client.put("key", "1");
  assert.equal(await text(client, "key"), "1");
};

export const S3 = {
  create: async (client) => {
    need(client, "create");
    await client.create("key", "1");
    assert.equal(await text(client, "key"), "1");
  },
  "create-refused": async (client) => {
    need(client, "create");
    await client.create("key", "1");
    await refused(client, () => client.create("key", "2"));
    assert.equal(await text(client, "key"), "1");
  },
  swap: async (client) => {
    need(client, "swap");
    await client.put("key", "1");
    await client.swap("key", "2", (await client.read("key")).etag);
    assert.equal(await text(client, "key"), "2");
  },
  "swap-refused": async (client) => {
    need(client, "swap");
    await client.put("key", "1");
    const { etag } = await client.read("key");
    await client.put("key", "2");
    await refused(client, () => client.swap("key", "3", etag));
    assert.equal(await text(client, "key"), "2");
  },
  get: async (client) => {
    await client.put("a folder/key+ü", "content");
    assert.equal(await text(client, "a folder/key+ü"), "content");
  },
  "not-modified": async (client) => {
    need(client, "unless");
    await client.put("key", "1");
    assert.equal(await client.unless("key", (await client.read("key")).etag), true);
  },
  multipart: async (client) => {
    need(client, "parts");
    await client.parts("key", PARTS);
    assert.equal(md5((await client.read("key")).body), md5(Buffer.concat(PARTS)));
    await refused(client, () => client.parts("key", PARTS));
  },
  copy: async (client) => {
    need(client, "copy");
    await client.put("from", "1");
    await client.copy("from", "to");
    assert.equal(await text(client, "to"), "1");
  },
  list: async (client) => {
    for (const key of ["a/1", "a/2", "a/3", "b"]) await client.put(key, "x");
    assert.deepEqual(await client.list("a/"), ["a/1", "a/2", "a/3"]);
  },
  delete: async (client) => {
    await client.put("key", "1");
    await client.put("other", "1");
    await client.delete("key");
    assert.deepEqual(await client.list(""), ["other"]);
  },
  versions: async (client) => {
    need(client, "versions");
    await client.put("key", "1");
    await client.put("key", "2");
    assert.deepEqual((await client.versions("key")).map(String), ["2", "1"]);
  },
  presigned: async (client) => {
    need(client, "presign");
    const [url, headers] = await client.presign("key");
    assert.deepEqual([await plainPut(url, headers), await plainPut(url, headers)], [200, 412]);
  },
  checksum: async (client) => {
    need(client, "checked");
    const sha256 = (body) => createHash("sha256").update(body).digest("base64");
    await client.checked("key", "content", sha256("content"));
    await assert.rejects(client.checked("wrong", "content", sha256("other content")));
    assert.deepEqual(await client.list(""), ["key"]);
  },
  large: async (client) => {
    await (client.putLarge ?? client.put).call(client, "key", LARGE);
    assert.equal(md5((await client.read("key")).body), md5(LARGE));
  },
  counter: async (client, program, cell) => {
    need(client, "swap");
    await client.put("key", "0");
    const add = async () => {
      const mine = new program(cell);
      for (let time = 0; time < TIMES; time++) {
        for (let added = false; !added; ) {
          const { body, etag } = await mine.read("key");
          try {
            await mine.swap("key", String(Number(body) + 1), etag);
            added = true;
          } catch (error) {
            if (!mine.refused(error)) throw error;
          }
        }
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, add));
    assert.equal(Number(await text(client, "key")), WORKERS * TIMES);
  },
  virtual: thereAndBack,
  https: thereAndBack,
};

const created = async (client) => {
  await client.create("id", 1);
  assert.equal(await client.get("id"), 1);
};

export const DYNAMODB = {
  create: created,
  "create-refused": async (client) => {
    await client.create("id", 1);
    await refused(client, () => client.create("id", 2));
    assert.equal(await client.get("id"), 1);
  },
  swap: async (client) => {
    need(client, "swap");
    await client.create("id", 1);
    await client.swap("id", 1, 2);
    assert.equal(await client.get("id"), 2);
  },
  "swap-refused": async (client) => {
    need(client, "swap");
    await client.create("id", 1);
    await client.swap("id", 1, 2);
    await refused(client, () => client.swap("id", 1, 3));
    assert.equal(await client.get("id"), 2);
  },
  met: async (client) => {
    need(client, "met");
    await client.create("id", 7);
    assert.equal(await client.met("id", 1), 7);
  },
  get: created,
  query: async (client) => {
    need(client, "query");
    for (const sk of ["c", "a", "b"]) await client.put("id", sk, 1);
    assert.deepEqual(await client.query("id"), ["a", "b", "c"]);
  },
  delete: async (client) => {
    need(client, "deleteIf");
    await client.create("id", 1);
    await refused(client, () => client.deleteIf("id", 2));
    assert.equal(await client.get("id"), 1);
    await client.deleteIf("id", 1);
    await client.create("id", 3);
  },
  transaction: async (client) => {
    need(client, "together");
    await client.together([["one", 1], ["two", 1]]);
    const error = await refused(client, () => client.together([["three", 1], ["two", 2]]));
    assert.deepEqual(client.reasons(error), ["None", "ConditionalCheckFailed"]);
    assert.deepEqual([await client.get("one"), await client.get("two")], [1, 1]);
    await client.create("three", 3);
  },
  batch: async (client) => {
    need(client, "batch");
    await client.batch(Array.from({ length: 30 }, (_, number) => `id${number}`));
    assert.deepEqual([await client.get("id0"), await client.get("id29")], [0, 29]);
  },
  counter: async (client, program, cell) => {
    need(client, "swap");
    await client.create("id", 0);
    const add = async () => {
      const mine = new program(cell);
      for (let time = 0; time < TIMES; time++) {
        for (let added = false; !added; ) {
          const value = await mine.get("id");
          try {
            await mine.swap("id", value, value + 1);
            added = true;
          } catch (error) {
            if (!mine.refused(error)) throw error;
          }
        }
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, add));
    assert.equal(await client.get("id"), WORKERS * TIMES);
  },
  https: created,
};

export const main = async (program, calls, without = {}) => {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(calls);
  for (const call of chosen) {
    let said = { outcome: "ok", note: "" };
    if (call in without) said = { outcome: "not offered", note: without[call] };
    else {
      try {
        const cell = cellOf(call);
        await calls[call](new program(cell), program, cell);
      } catch (error) {
        const outcome = error instanceof NotOffered ? "not offered" : "wrong";
        said = { outcome, note: (outcome === "wrong" ? `${error.name}: ${error.message}` : error.message).slice(0, 400) };
        if (process.env.MATRIX_TRACE && outcome === "wrong") console.error(error);
      }
    }
    console.log(JSON.stringify({ call, ...said }));
  }
  process.exit(0);
};

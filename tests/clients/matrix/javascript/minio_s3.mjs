// minio's client for JavaScript. Headers are handed on as they are given, so that a condition is one of them.
import http from "node:http";
import https from "node:https";
import * as minio from "minio";
import { REGION, S3, main } from "./harness.mjs";

class Client {
  constructor(cell) {
    this.client = new minio.Client({
      endPoint: cell.hostname,
      port: cell.port,
      useSSL: cell.tls,
      accessKey: process.env.AWS_ACCESS_KEY_ID,
      secretKey: process.env.AWS_SECRET_ACCESS_KEY,
      region: REGION,
      pathStyle: !cell.virtual,
      transportAgent: cell.tls ? new https.Agent({ ca: cell.ca }) : new http.Agent(),
    });
    this.bucket = cell.place;
  }
  refused(error) {
    return error.code === "PreconditionFailed";
  }
  put(key, body, headers = {}) {
    const content = Buffer.from(body);
    return this.client.putObject(this.bucket, key, content, content.length, headers);
  }
  create(key, body) {
    return this.put(key, body, { "If-None-Match": "*" });
  }
  swap(key, body, etag) {
    return this.put(key, body, { "If-Match": etag });
  }
  async read(key, options = {}) {
    const { etag } = await this.client.statObject(this.bucket, key, options); // first: what is read after it can only be newer
    const chunks = [];
    for await (const chunk of await this.client.getObject(this.bucket, key, options)) chunks.push(chunk);
    return { body: Buffer.concat(chunks), etag: `"${etag}"` };
  }
  copy(from, to) {
    return this.client.copyObject(this.bucket, to, `/${this.bucket}/${from}`);
  }
  async entries(prefix, options = {}) {
    const found = [];
    for await (const entry of this.client.listObjects(this.bucket, prefix, true, options)) found.push(entry);
    return found;
  }
  async list(prefix) {
    return (await this.entries(prefix)).map((entry) => entry.name);
  }
  delete(key) {
    return this.client.removeObject(this.bucket, key);
  }
  async versions(key) {
    const listed = await this.entries(key, { IncludeVersion: true });
    return Promise.all(listed.map(async ({ versionId }) => (await this.read(key, { versionId })).body));
  }
}

await main(Client, S3, {
  "not-modified": "getObject takes no conditions",
  multipart: "completeMultipartUpload takes no headers",
  checksum: "a header x-amz-checksum-sha256 is sent as metadata, x-amz-meta-x-amz-checksum-sha256",
  presigned: "presignedPutObject signs no further headers",
});

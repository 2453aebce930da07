// The AWS SDK for JavaScript, version 3, with lib-storage for long bodies and the presigner.
import https from "node:https";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { REGION, S3, main } from "./harness.mjs";

class Client {
  constructor(cell) {
    const requestHandler = cell.tls ? { httpsAgent: new https.Agent({ ca: cell.ca }) } : undefined;
    this.s3 = new S3Client({ endpoint: cell.endpoint, region: REGION, forcePathStyle: !cell.virtual, requestHandler });
    this.at = { Bucket: cell.place };
  }
  send(Command, members) {
    return this.s3.send(new Command({ ...this.at, ...members }));
  }
  refused(error) {
    return ["PreconditionFailed", "ConditionalRequestConflict"].includes(error.name);
  }
  put(Key, Body) {
    return this.send(PutObjectCommand, { Key, Body });
  }
  putLarge(Key, Body) {
    return new Upload({ client: this.s3, params: { ...this.at, Key, Body } }).done();
  }
  create(Key, Body) {
    return this.send(PutObjectCommand, { Key, Body, IfNoneMatch: "*" });
  }
  swap(Key, Body, IfMatch) {
    return this.send(PutObjectCommand, { Key, Body, IfMatch });
  }
  async read(Key, VersionId) {
    const got = await this.send(GetObjectCommand, { Key, VersionId });
    return { body: Buffer.from(await got.Body.transformToByteArray()), etag: got.ETag };
  }
  async unless(Key, IfNoneMatch) {
    try {
      await this.send(GetObjectCommand, { Key, IfNoneMatch });
      return false;
    } catch (error) {
      return error.$metadata?.httpStatusCode === 304;
    }
  }
  async parts(Key, bodies) {
    if (process.env.MATRIX_VARIANT === "lib-storage") {
      const params = { ...this.at, Key, Body: Buffer.concat(bodies), IfNoneMatch: "*" };
      return new Upload({ client: this.s3, params, partSize: bodies[0].length }).done();
    }
    const { UploadId } = await this.send(CreateMultipartUploadCommand, { Key });
    const Parts = [];
    for (const [place, Body] of bodies.entries()) {
      const part = await this.send(UploadPartCommand, { Key, UploadId, PartNumber: place + 1, Body });
      Parts.push({ PartNumber: place + 1, ETag: part.ETag }); // with its CRC32, S3 answers InvalidPart: the upload declared no algorithm
    }
    return this.send(CompleteMultipartUploadCommand, { Key, UploadId, MultipartUpload: { Parts }, IfNoneMatch: "*" });
  }
  copy(from, Key) {
    return this.send(CopyObjectCommand, { Key, CopySource: `${this.at.Bucket}/${from}` });
  }
  async list(Prefix) {
    return ((await this.send(ListObjectsV2Command, { Prefix })).Contents ?? []).map((entry) => entry.Key);
  }
  delete(Key) {
    return this.send(DeleteObjectCommand, { Key });
  }
  async versions(Key) {
    const { Versions } = await this.send(ListObjectVersionsCommand, { Prefix: Key });
    return Promise.all(Versions.map(async (entry) => (await this.read(Key, entry.VersionId)).body));
  }
  async presign(Key) {
    const command = new PutObjectCommand({ ...this.at, Key, IfNoneMatch: "*" });
    return [await getSignedUrl(this.s3, command, { unhoistableHeaders: new Set(["if-none-match"]) }), { "If-None-Match": "*" }];
  }
  checked(Key, Body, ChecksumSHA256) {
    return this.send(PutObjectCommand, { Key, Body, ChecksumSHA256 });
  }
}

await main(Client, S3);

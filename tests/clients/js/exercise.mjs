// The AWS SDK for JavaScript, version 3, with its defaults: conditional puts, parts, lists and deletes.
// Says what it saw as one line of JSON; the test compares.
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

const [endpoint, Bucket] = process.argv.slice(2);
const client = new S3Client({ endpoint, forcePathStyle: true, maxAttempts: 1 });
const send = (command) => client.send(command);
const refused = async (command) => {
  try {
    await send(command);
    return "accepted";
  } catch (error) {
    return [error.$metadata.httpStatusCode, error.name];
  }
};
const text = async (Key) => (await send(new GetObjectCommand({ Bucket, Key }))).Body.transformToString();

const seen = {};
const made = await send(new PutObjectCommand({ Bucket, Key: "key", Body: "1", IfNoneMatch: "*" }));
seen.createdTwice = await refused(new PutObjectCommand({ Bucket, Key: "key", Body: "2", IfNoneMatch: "*" }));
await send(new PutObjectCommand({ Bucket, Key: "key", Body: "3", IfMatch: made.ETag }));
seen.stale = await refused(new PutObjectCommand({ Bucket, Key: "key", Body: "4", IfMatch: made.ETag }));
seen.content = await text("key");
const { ETag } = await send(new HeadObjectCommand({ Bucket, Key: "key" }));
[seen.notModified] = await refused(new GetObjectCommand({ Bucket, Key: "key", IfNoneMatch: ETag }));

const { UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
const Parts = [];
for (const [PartNumber, Body] of [[1, Buffer.alloc(5 * 1024 * 1024, "p")], [2, "end"]]) {
  const part = await send(new UploadPartCommand({ Bucket, Key: "parts", UploadId, PartNumber, Body }));
  Parts.push({ PartNumber, ETag: part.ETag }); // with its CRC32 it is an InvalidPart: the upload chose no algorithm
}
const complete = { Bucket, Key: "parts", UploadId, MultipartUpload: { Parts }, IfNoneMatch: "*" };
await send(new PutObjectCommand({ Bucket, Key: "parts", Body: "in between" }));
seen.completed = await refused(new CompleteMultipartUploadCommand(complete));
await send(new DeleteObjectCommand({ Bucket, Key: "parts" }));
seen.conflict = await refused(new CompleteMultipartUploadCommand(complete));
seen.unconditional = (await send(new CompleteMultipartUploadCommand({ ...complete, IfNoneMatch: undefined }))).ETag.slice(-3);

const listed = await send(new ListObjectsV2Command({ Bucket }));
seen.listed = listed.Contents.map(({ Key, Size }) => [Key, Size]);
seen.deletedStale = await refused(new DeleteObjectCommand({ Bucket, Key: "key", IfMatch: made.ETag }));
await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "key" }, { Key: "parts" }] } }));
seen.left = (await send(new ListObjectsV2Command({ Bucket }))).KeyCount;
console.log(JSON.stringify(seen));
client.destroy();

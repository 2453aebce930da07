package matrix;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import matrix.Harness.Cell;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Version 2 of the SDK, S3Client over UrlConnectionHttpClient. */
final class SdkS3 implements S3Verbs {
    private final Cell cell;
    private final S3Client s3;

    SdkS3(Cell cell) {
        this.cell = cell;
        s3 = S3Client.builder()
                .endpointOverride(URI.create(cell.endpoint())).region(Settings.REGION).forcePathStyle(!cell.virtual())
                .httpClient(Settings.urlConnection(cell)).build();
    }

    /** Whether S3 refused for a condition's sake. The answer to a HEAD has no code. */
    static boolean isRefusal(Throwable error) {
        String code = error instanceof S3Exception s3 && s3.awsErrorDetails() != null ? s3.awsErrorDetails().errorCode() : null;
        return "PreconditionFailed".equals(code) || "ConditionalRequestConflict".equals(code);
    }

    /** By S3Presigner, which needs no client. */
    static Presigned presigned(Cell cell, String key) {
        var style = S3Configuration.builder().pathStyleAccessEnabled(!cell.virtual()).build();
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(URI.create(cell.endpoint())).region(Settings.REGION).serviceConfiguration(style).build()) {
            var signed = presigner.presignPutObject(sign -> sign
                    .signatureDuration(Duration.ofMinutes(1))
                    .putObjectRequest(put -> put.bucket(cell.place()).key(key).ifNoneMatch("*")));
            return new Presigned(URI.create(signed.url().toString()), signed.signedHeaders());
        }
    }

    private PutObjectRequest.Builder to(String key) {
        return PutObjectRequest.builder().bucket(cell.place()).key(key);
    }

    private void send(PutObjectRequest.Builder put, byte[] body) {
        s3.putObject(put.build(), RequestBody.fromBytes(body));
    }

    private Read get(GetObjectRequest.Builder get, String key) {
        var got = s3.getObjectAsBytes(get.bucket(cell.place()).key(key).build());
        return new Read(got.asByteArray(), got.response().eTag());
    }

    @Override
    public boolean refused(Throwable error) {
        return isRefusal(error);
    }

    @Override
    public void put(String key, byte[] body) {
        send(to(key), body);
    }

    @Override
    public void create(String key, byte[] body) {
        send(to(key).ifNoneMatch("*"), body);
    }

    @Override
    public void swap(String key, byte[] body, String etag) {
        send(to(key).ifMatch(etag), body);
    }

    @Override
    public Read read(String key) {
        return get(GetObjectRequest.builder(), key);
    }

    @Override
    public boolean unless(String key, String etag) {
        try {
            get(GetObjectRequest.builder().ifNoneMatch(etag), key);
        } catch (S3Exception error) {
            return error.statusCode() == 304;
        }
        return false;
    }

    @Override
    public void large(String key, byte[] body) {
        put(key, body);
    }

    @Override
    public void parts(String key, List<byte[]> bodies) {
        String bucket = cell.place();
        String upload = s3.createMultipartUpload(request -> request.bucket(bucket).key(key)).uploadId();
        List<CompletedPart> sent = new ArrayList<>();
        for (byte[] body : bodies) {
            int number = sent.size() + 1;
            String etag = s3.uploadPart(
                    part -> part.bucket(bucket).key(key).uploadId(upload).partNumber(number), RequestBody.fromBytes(body)).eTag();
            sent.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        s3.completeMultipartUpload(complete -> complete
                .bucket(bucket).key(key).uploadId(upload).ifNoneMatch("*").multipartUpload(parts -> parts.parts(sent)));
    }

    @Override
    public void copy(String from, String to) {
        String bucket = cell.place();
        s3.copyObject(copy -> copy.sourceBucket(bucket).sourceKey(from).destinationBucket(bucket).destinationKey(to));
    }

    @Override
    public List<String> list(String prefix) {
        var pages = s3.listObjectsV2Paginator(list -> list.bucket(cell.place()).prefix(prefix));
        return pages.contents().stream().map(S3Object::key).toList();
    }

    @Override
    public void delete(String key) {
        s3.deleteObject(delete -> delete.bucket(cell.place()).key(key));
    }

    @Override
    public List<String> versions(String key) {
        return s3.listObjectVersions(list -> list.bucket(cell.place()).prefix(key)).versions().stream()
                .map(version -> new String(get(GetObjectRequest.builder().versionId(version.versionId()), key).body()))
                .toList();
    }

    @Override
    public Presigned presign(String key) {
        return presigned(cell, key);
    }

    @Override
    public void checked(String key, byte[] body, String sha256) {
        send(to(key).checksumSHA256(sha256), body);
    }

    @Override
    public void close() {
        s3.close();
    }
}

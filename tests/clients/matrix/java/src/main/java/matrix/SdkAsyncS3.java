package matrix;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import matrix.Harness.Cell;
import matrix.Harness.NotOffered;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Version 2 of the SDK, S3AsyncClient over netty, or the one over the CRT, which cuts what it uploads into parts by itself. */
final class SdkAsyncS3 implements S3Verbs {
    private final Cell cell;
    private final S3AsyncClient s3;
    private final boolean cuts;

    private SdkAsyncS3(Cell cell, S3AsyncClient s3, boolean cuts) {
        this.cell = cell;
        this.s3 = s3;
        this.cuts = cuts;
    }

    static S3Verbs byNetty(Cell cell) {
        return new SdkAsyncS3(cell, netty(cell, false), false);
    }

    static S3Verbs byCrt(Cell cell) {
        return new SdkAsyncS3(cell, crt(cell), true);
    }

    static S3AsyncClient netty(Cell cell, boolean multipart) {
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(cell.endpoint())).region(Settings.REGION).forcePathStyle(!cell.virtual())
                .httpClient(Settings.netty(cell)).multipartEnabled(multipart).build();
    }

    /** MATRIX_STORE says that the system's store of certificates has condemu's. */
    static S3AsyncClient crt(Cell cell) {
        if (cell.tls() && System.getenv("MATRIX_STORE") == null) {
            throw new NotOffered("it takes no certificate, and the system's store, which it trusts, could not be lent to it");
        }
        return S3AsyncClient.crtBuilder()
                .endpointOverride(URI.create(cell.endpoint())).region(Settings.REGION).forcePathStyle(!cell.virtual()).build();
    }

    /** Waits, and throws what the client failed with. */
    static <T> T done(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException error) {
            throw error.getCause() instanceof RuntimeException cause ? cause : error;
        }
    }

    private PutObjectRequest.Builder to(String key) {
        return PutObjectRequest.builder().bucket(cell.place()).key(key);
    }

    private void send(PutObjectRequest.Builder put, byte[] body) {
        done(s3.putObject(put.build(), AsyncRequestBody.fromBytes(body)));
    }

    private Read get(GetObjectRequest.Builder get, String key) {
        var got = done(s3.getObject(get.bucket(cell.place()).key(key).build(), AsyncResponseTransformer.toBytes()));
        return new Read(got.asByteArray(), got.response().eTag());
    }

    @Override
    public boolean refused(Throwable error) {
        return SdkS3.isRefusal(error);
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
        if (cuts) {
            create(key, joined(bodies));
            return;
        }
        String bucket = cell.place();
        String upload = done(s3.createMultipartUpload(request -> request.bucket(bucket).key(key))).uploadId();
        List<CompletedPart> sent = new ArrayList<>();
        for (byte[] body : bodies) {
            int number = sent.size() + 1;
            String etag = done(s3.uploadPart(
                    part -> part.bucket(bucket).key(key).uploadId(upload).partNumber(number), AsyncRequestBody.fromBytes(body))).eTag();
            sent.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        done(s3.completeMultipartUpload(complete -> complete
                .bucket(bucket).key(key).uploadId(upload).ifNoneMatch("*").multipartUpload(parts -> parts.parts(sent))));
    }

    static byte[] joined(List<byte[]> bodies) {
        byte[] all = new byte[bodies.stream().mapToInt(body -> body.length).sum()];
        int length = 0;
        for (byte[] body : bodies) {
            System.arraycopy(body, 0, all, length, body.length);
            length += body.length;
        }
        return all;
    }

    @Override
    public void copy(String from, String to) {
        String bucket = cell.place();
        done(s3.copyObject(copy -> copy.sourceBucket(bucket).sourceKey(from).destinationBucket(bucket).destinationKey(to)));
    }

    @Override
    public List<String> list(String prefix) {
        return done(s3.listObjectsV2(list -> list.bucket(cell.place()).prefix(prefix))).contents().stream().map(S3Object::key).toList();
    }

    @Override
    public void delete(String key) {
        done(s3.deleteObject(delete -> delete.bucket(cell.place()).key(key)));
    }

    @Override
    public List<String> versions(String key) {
        return done(s3.listObjectVersions(list -> list.bucket(cell.place()).prefix(key))).versions().stream()
                .map(version -> new String(get(GetObjectRequest.builder().versionId(version.versionId()), key).body()))
                .toList();
    }

    @Override
    public Presigned presign(String key) {
        return SdkS3.presigned(cell, key);
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

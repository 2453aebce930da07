package matrix;

import java.util.List;
import matrix.Harness.Cell;
import matrix.Harness.NotOffered;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.DownloadRequest;

/** S3TransferManager, over a client that cuts into parts: netty's with multipartEnabled, or the CRT's. It transfers, and nothing else. */
final class TransferManagerS3 implements S3Verbs {
    private static final String TRANSFERS = "it transfers; the client that it is given does the rest";

    private final String bucket;
    private final S3AsyncClient s3;
    private final S3TransferManager transfers;

    private TransferManagerS3(Cell cell, S3AsyncClient s3) {
        bucket = cell.place();
        this.s3 = s3;
        transfers = S3TransferManager.builder().s3Client(s3).build();
    }

    static S3Verbs overNetty(Cell cell) {
        return new TransferManagerS3(cell, SdkAsyncS3.netty(cell, true));
    }

    static S3Verbs overCrt(Cell cell) {
        return new TransferManagerS3(cell, SdkAsyncS3.crt(cell));
    }

    private PutObjectRequest.Builder to(String key) {
        return PutObjectRequest.builder().bucket(bucket).key(key);
    }

    private void send(PutObjectRequest.Builder put, byte[] body) {
        SdkAsyncS3.done(transfers.upload(upload -> upload
                .putObjectRequest(put.build()).requestBody(AsyncRequestBody.fromBytes(body))).completionFuture());
    }

    private Read get(GetObjectRequest.Builder get, String key) {
        var request = DownloadRequest.builder()
                .getObjectRequest(get.bucket(bucket).key(key).build())
                .responseTransformer(AsyncResponseTransformer.toBytes()).build();
        var got = SdkAsyncS3.done(transfers.download(request).completionFuture()).result();
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
        create(key, SdkAsyncS3.joined(bodies));
    }

    @Override
    public void copy(String from, String to) {
        SdkAsyncS3.done(transfers.copy(copy -> copy.copyObjectRequest(request -> request
                .sourceBucket(bucket).sourceKey(from).destinationBucket(bucket).destinationKey(to))).completionFuture());
    }

    @Override
    public List<String> list(String prefix) {
        throw new NotOffered(TRANSFERS);
    }

    @Override
    public void delete(String key) {
        throw new NotOffered(TRANSFERS);
    }

    @Override
    public List<String> versions(String key) {
        throw new NotOffered(TRANSFERS);
    }

    @Override
    public Presigned presign(String key) {
        throw new NotOffered("it makes no signed URLs; it downloads from them");
    }

    @Override
    public void checked(String key, byte[] body, String sha256) {
        send(to(key).checksumSHA256(sha256), body);
    }

    @Override
    public void close() {
        transfers.close();
        s3.close();
    }
}

package matrix;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * The verbs of S3. create and parts make an object that must not exist, swap replaces the one with the ETag, unless says whether a read
 * with If-None-Match was answered 304, presign signs a PUT that creates.
 */
interface S3Verbs extends AutoCloseable {
    record Read(byte[] body, String etag) {}

    record Presigned(URI address, Map<String, List<String>> headers) {}

    boolean refused(Throwable error);

    void put(String key, byte[] body);

    void create(String key, byte[] body);

    void swap(String key, byte[] body, String etag);

    Read read(String key);

    boolean unless(String key, String etag);

    void large(String key, byte[] body);

    void parts(String key, List<byte[]> bodies);

    void copy(String from, String to);

    List<String> list(String prefix);

    void delete(String key);

    List<String> versions(String key);

    Presigned presign(String key);

    void checked(String key, byte[] body, String sha256);

    @Override
    void close();
}

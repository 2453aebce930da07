package matrix;

import static matrix.Harness.TIMES;
import static matrix.Harness.WORKERS;
import static matrix.Harness.atOnce;
import static matrix.Harness.refused;
import static matrix.Harness.same;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import matrix.Harness.Calls;
import matrix.Harness.Cell;

/** The calls of S3, made by the verbs that a client has. */
final class S3Calls {
    private static final byte[] ONE = bytes("1");
    private static final byte[] TWO = bytes("2");

    private S3Calls() {}

    interface Body {
        void make(S3Verbs s3) throws Exception;
    }

    static Calls of(Function<Cell, S3Verbs> connect) {
        Calls calls = new Calls();
        add(calls, connect, "create", s3 -> {
            s3.create("key", ONE);
            reads(s3, "key", "1");
        });
        add(calls, connect, "create-refused", s3 -> {
            s3.create("key", ONE);
            refused(() -> s3.create("key", TWO), s3::refused);
            reads(s3, "key", "1");
        });
        add(calls, connect, "swap", s3 -> {
            s3.put("key", ONE);
            s3.swap("key", TWO, s3.read("key").etag());
            reads(s3, "key", "2");
        });
        add(calls, connect, "swap-refused", s3 -> {
            s3.put("key", ONE);
            String old = s3.read("key").etag();
            s3.put("key", TWO);
            refused(() -> s3.swap("key", bytes("3"), old), s3::refused);
            reads(s3, "key", "2");
        });
        add(calls, connect, "get", s3 -> {
            s3.put("a folder/key+ü", ONE);
            reads(s3, "a folder/key+ü", "1");
        });
        add(calls, connect, "not-modified", s3 -> {
            s3.put("key", ONE);
            same(s3.unless("key", s3.read("key").etag()), true);
        });
        add(calls, connect, "multipart", S3Calls::multipart);
        add(calls, connect, "copy", s3 -> {
            s3.put("from", ONE);
            s3.copy("from", "to");
            reads(s3, "to", "1");
        });
        add(calls, connect, "list", s3 -> {
            for (String key : List.of("a/1", "a/2", "a/3", "b")) {
                s3.put(key, ONE);
            }
            same(s3.list("a/"), List.of("a/1", "a/2", "a/3"));
        });
        add(calls, connect, "delete", s3 -> {
            s3.put("key", ONE);
            s3.put("other", ONE);
            s3.delete("key");
            same(s3.list(""), List.of("other"));
        });
        add(calls, connect, "versions", s3 -> {
            s3.put("key", ONE);
            s3.put("key", TWO);
            same(s3.versions("key"), List.of("2", "1"));
        });
        add(calls, connect, "presigned", S3Calls::presigned);
        add(calls, connect, "checksum", S3Calls::checksum);
        add(calls, connect, "large", s3 -> {
            byte[] body = bytes("0123456789abcdef".repeat(4 << 20));
            s3.large("key", body);
            same(s3.read("key").body(), body);
        });
        add(calls, connect, "counter", s3 -> counter(s3, connect));
        add(calls, connect, "virtual", S3Calls::thereAndBack);
        add(calls, connect, "https", S3Calls::thereAndBack);
        return calls;
    }

    private static void add(Calls calls, Function<Cell, S3Verbs> connect, String name, Body body) {
        calls.put(name, cell -> {
            try (S3Verbs s3 = connect.apply(cell)) {
                body.make(s3);
            }
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void reads(S3Verbs s3, String key, String expected) {
        same(new String(s3.read(key).body(), StandardCharsets.UTF_8), expected);
    }

    private static void thereAndBack(S3Verbs s3) {
        s3.put("key", ONE);
        reads(s3, "key", "1");
    }

    private static void multipart(S3Verbs s3) throws Exception {
        byte[] part = new byte[20 << 20];
        Arrays.fill(part, (byte) 'p');
        List<byte[]> bodies = List.of(part, bytes("end"));
        s3.parts("key", bodies);
        refused(() -> s3.parts("key", bodies), s3::refused);
        byte[] found = s3.read("key").body();
        same(Arrays.copyOf(found, part.length), part);
        same(Arrays.copyOfRange(found, part.length, found.length), bytes("end"));
    }

    /** Sent by the HTTP client of the JDK, which sets Host by itself. */
    private static void presigned(S3Verbs s3) throws Exception {
        S3Verbs.Presigned signed = s3.presign("key");
        var request = HttpRequest.newBuilder(signed.address()).PUT(HttpRequest.BodyPublishers.ofString("1"));
        signed.headers().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("Host")) {
                values.forEach(value -> request.header(name, value));
            }
        });
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<Integer> statuses = new ArrayList<>();
        for (int time = 0; time < 2; time++) {
            statuses.add(http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode());
        }
        same(statuses, List.of(200, 412));
    }

    private static void checksum(S3Verbs s3) throws Exception {
        s3.checked("key", ONE, sha256(ONE));
        refused(() -> s3.checked("wrong", ONE, sha256(TWO)), error -> !(error instanceof Harness.NotOffered));
        same(s3.read("key").body(), ONE);
        refused(() -> s3.read("wrong"), error -> !s3.refused(error));
    }

    private static String sha256(byte[] body) throws Exception {
        return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
    }

    /** The CRT's client reads by a HEAD and then by If-Match, so that a read, too, can be refused. */
    private static void counter(S3Verbs s3, Function<Cell, S3Verbs> connect) throws Exception {
        s3.put("key", bytes("0"));
        atOnce(() -> {
            try (S3Verbs mine = connect.apply(Cell.of("counter"))) {
                for (int done = 0; done < TIMES; ) {
                    try {
                        S3Verbs.Read read = mine.read("key");
                        int value = Integer.parseInt(new String(read.body(), StandardCharsets.UTF_8));
                        mine.swap("key", bytes(String.valueOf(value + 1)), read.etag());
                        done++;
                    } catch (RuntimeException error) {
                        if (!mine.refused(error)) {
                            throw error;
                        }
                    }
                }
            }
        });
        reads(s3, "key", String.valueOf(WORKERS * TIMES));
    }
}

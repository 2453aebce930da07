package matrix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** What the programs of Java's clients share. The Python harness beside this folder says more. */
final class Harness {
    static final int WORKERS = Integer.parseInt(System.getenv("MATRIX_WORKERS"));
    static final int TIMES = Integer.parseInt(System.getenv("MATRIX_TIMES"));

    private Harness() {}

    /** One call of one client; place is the bucket or the table. */
    record Cell(String call, String place, String endpoint, boolean tls, boolean virtual) {
        static Cell of(String call) {
            boolean tls = call.equals("https");
            boolean virtual = call.equals("virtual");
            String host = (tls || virtual ? "localhost:" : "127.0.0.1:") + System.getenv("MATRIX_PORT");
            return new Cell(call, "matrix-" + call, (tls ? "https://" : "http://") + host, tls, virtual);
        }
    }

    /** What a verb throws that the client does not have; the message says why. */
    static final class NotOffered extends RuntimeException {
        NotOffered(String why) {
            super(why);
        }
    }

    interface Call {
        void make(Cell cell) throws Exception;
    }

    interface Work {
        void go() throws Exception;
    }

    static final class Calls extends LinkedHashMap<String, Call> {}

    static void same(Object found, Object expected) {
        boolean equal = found instanceof byte[] bytes ? Arrays.equals(bytes, (byte[]) expected) : Objects.equals(found, expected);
        if (!equal) {
            throw new AssertionError("expected %.150s, found %.150s".formatted(expected, found));
        }
    }

    /** Returns the refusal; what is accepted, or fails otherwise, is an error. */
    static Exception refused(Work work, Predicate<Throwable> isRefusal) throws Exception {
        try {
            work.go();
        } catch (Exception error) {
            if (isRefusal.test(error)) {
                return error;
            }
            throw error;
        }
        throw new AssertionError("accepted, where it must be refused");
    }

    /** Runs work in all workers. */
    static void atOnce(Work work) throws Exception {
        Callable<Void> each = () -> {
            work.go();
            return null;
        };
        var pool = Executors.newFixedThreadPool(WORKERS);
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                all.add(pool.submit(each));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    static void run(Calls calls, List<String> chosen) {
        for (String name : chosen.isEmpty() ? List.copyOf(calls.keySet()) : chosen) {
            String outcome = "ok";
            String note = "";
            try {
                calls.get(name).make(Cell.of(name));
            } catch (NotOffered error) {
                outcome = "not offered";
                note = error.getMessage();
            } catch (Exception | AssertionError error) {
                outcome = "wrong";
                note = "%.400s".formatted(error);
            }
            System.out.println(json(Map.entry("call", name), Map.entry("outcome", outcome), Map.entry("note", note)));
        }
    }

    @SafeVarargs
    private static String json(Map.Entry<String, String>... members) {
        List<String> written = new ArrayList<>();
        for (var member : members) {
            written.add(quoted(member.getKey()) + ": " + quoted(member.getValue()));
        }
        return "{" + String.join(", ", written) + "}";
    }

    private static String quoted(String text) {
        StringBuilder written = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                written.append('\\').append(letter);
            } else if (letter < ' ') {
                written.append("\\u%04x".formatted((int) letter));
            } else {
                written.append(letter);
            }
        }
        return written.append('"').toString();
    }
}

package matrix;

import static matrix.Harness.TIMES;
import static matrix.Harness.WORKERS;
import static matrix.Harness.atOnce;
import static matrix.Harness.refused;
import static matrix.Harness.same;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import matrix.Harness.Calls;
import matrix.Harness.Cell;

/** The calls of DynamoDB, made by the verbs that a client has. */
final class DynamoDbCalls {
    private DynamoDbCalls() {}

    interface Body {
        void make(DynamoDbVerbs db) throws Exception;
    }

    static Calls of(Function<Cell, DynamoDbVerbs> connect) {
        Calls calls = new Calls();
        Body created = db -> {
            db.create("id", 1);
            same(db.get("id"), 1);
        };
        add(calls, connect, "create", created);
        add(calls, connect, "create-refused", db -> {
            db.create("id", 1);
            refused(() -> db.create("id", 2), db::refused);
            same(db.get("id"), 1);
        });
        add(calls, connect, "swap", db -> {
            db.create("id", 1);
            db.swap("id", 1, 2);
            same(db.get("id"), 2);
        });
        add(calls, connect, "swap-refused", db -> {
            db.create("id", 1);
            db.swap("id", 1, 2);
            refused(() -> db.swap("id", 1, 3), db::refused);
            same(db.get("id"), 2);
        });
        add(calls, connect, "met", db -> {
            db.create("id", 7);
            same(db.met("id", 1), 7);
        });
        add(calls, connect, "get", created);
        add(calls, connect, "query", db -> {
            for (String sk : List.of("c", "a", "b")) {
                db.put("id", sk, 1);
            }
            same(db.query("id"), List.of("a", "b", "c"));
        });
        add(calls, connect, "delete", db -> {
            db.create("id", 1);
            refused(() -> db.deleteIf("id", 2), db::refused);
            same(db.get("id"), 1);
            db.deleteIf("id", 1);
            db.create("id", 3);
        });
        add(calls, connect, "transaction", db -> {
            db.together(List.of("one", "two"), List.of(1, 1));
            Exception refusal = refused(() -> db.together(List.of("three", "two"), List.of(1, 2)), db::refused);
            same(db.reasons(refusal), List.of("None", "ConditionalCheckFailed"));
            same(db.get("two"), 1);
            db.create("three", 3);
        });
        add(calls, connect, "batch", db -> {
            db.batch(IntStream.range(0, 30).mapToObj(number -> "id" + number).toList());
            same(List.of(db.get("id0"), db.get("id29")), List.of(0, 29));
        });
        add(calls, connect, "counter", db -> counter(db, connect));
        add(calls, connect, "https", created);
        return calls;
    }

    private static void add(Calls calls, Function<Cell, DynamoDbVerbs> connect, String name, Body body) {
        calls.put(name, cell -> {
            try (DynamoDbVerbs db = connect.apply(cell)) {
                body.make(db);
            }
        });
    }

    private static void counter(DynamoDbVerbs db, Function<Cell, DynamoDbVerbs> connect) throws Exception {
        db.create("id", 0);
        atOnce(() -> {
            try (DynamoDbVerbs mine = connect.apply(Cell.of("counter"))) {
                for (int done = 0; done < TIMES; ) {
                    int value = mine.get("id");
                    try {
                        mine.swap("id", value, value + 1);
                        done++;
                    } catch (RuntimeException error) {
                        if (!mine.refused(error)) {
                            throw error;
                        }
                    }
                }
            }
        });
        same(db.get("id"), WORKERS * TIMES);
    }
}

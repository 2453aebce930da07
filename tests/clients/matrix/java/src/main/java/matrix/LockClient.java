package matrix;

import static matrix.Harness.TIMES;
import static matrix.Harness.WORKERS;
import static matrix.Harness.atOnce;
import static matrix.Harness.refused;
import static matrix.Harness.same;

import com.amazonaws.services.dynamodbv2.AcquireLockOptions;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClientOptions;
import com.amazonaws.services.dynamodbv2.CreateDynamoDBTableOptions;
import com.amazonaws.services.dynamodbv2.LockItem;
import com.amazonaws.services.dynamodbv2.model.LockCurrentlyUnavailableException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import matrix.Harness.Calls;
import matrix.Harness.Cell;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;

/** The DynamoDB lock client: leases of an item, with a heartbeat. It makes its own table. */
final class LockClient implements AutoCloseable {
    private final DynamoDbClient db;
    private final AmazonDynamoDBLockClient locks;

    private LockClient(Cell cell, String owner) {
        db = Settings.dynamoDb(cell);
        locks = new AmazonDynamoDBLockClient(AmazonDynamoDBLockClientOptions.builder(db, cell.place())
                .withOwnerName(owner).withTimeUnit(TimeUnit.SECONDS).withLeaseDuration(30L).withHeartbeatPeriod(2L)
                .withCreateHeartbeatBackgroundThread(true).build());
    }

    private static void makeTable(Cell cell) {
        try (DynamoDbClient db = Settings.dynamoDb(cell)) {
            var capacity = ProvisionedThroughput.builder().readCapacityUnits(1L).writeCapacityUnits(1L).build();
            AmazonDynamoDBLockClient.createLockTableInDynamoDB(CreateDynamoDBTableOptions.builder(db, capacity, cell.place()).build());
        }
    }

    /** Waits until it is free. */
    private LockItem take() throws InterruptedException {
        return locks.acquireLock(AcquireLockOptions.builder("key")
                .withTimeUnit(TimeUnit.MILLISECONDS).withRefreshPeriod(50L).withAdditionalTimeToWaitForLock(120_000L).build());
    }

    /** Takes it if it is free. */
    private LockItem takeNow() throws InterruptedException {
        return locks.acquireLock(AcquireLockOptions.builder("key").withShouldSkipBlockingWait(true).build());
    }

    @Override
    public void close() throws java.io.IOException {
        locks.close();
        db.close();
    }

    static Calls calls() {
        Calls calls = new Calls();
        calls.put("taken", LockClient::taken);
        calls.put("refused", cell -> {
            makeTable(cell);
            try (LockClient one = new LockClient(cell, "one"); LockClient two = new LockClient(cell, "two"); LockItem held = one.take()) {
                refused(two::takeNow, error -> error instanceof LockCurrentlyUnavailableException);
                same(held.isExpired(), false);
            }
        });
        calls.put("released", cell -> {
            makeTable(cell);
            try (LockClient one = new LockClient(cell, "one"); LockClient two = new LockClient(cell, "two")) {
                one.take().close();
                two.takeNow().close();
            }
        });
        calls.put("counter", LockClient::counter);
        calls.put("https", LockClient::taken);
        return calls;
    }

    private static void taken(Cell cell) throws Exception {
        makeTable(cell);
        try (LockClient one = new LockClient(cell, "one")) {
            one.takeNow().close();
        }
    }

    private static void counter(Cell cell) throws Exception {
        makeTable(cell);
        AtomicInteger total = new AtomicInteger();
        AtomicInteger owners = new AtomicInteger();
        atOnce(() -> {
            try (LockClient mine = new LockClient(cell, "worker " + owners.incrementAndGet())) {
                for (int done = 0; done < TIMES; done++) {
                    try (LockItem held = mine.take()) {
                        int value = total.get();
                        Thread.sleep(5); // so that another who has the lock, too, would be noticed
                        total.set(value + 1);
                    }
                }
            }
        });
        same(total.get(), WORKERS * TIMES);
    }
}

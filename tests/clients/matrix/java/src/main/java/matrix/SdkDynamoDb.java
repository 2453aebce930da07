package matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import matrix.Harness.Cell;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Version 2 of the SDK, DynamoDbClient. */
final class SdkDynamoDb implements DynamoDbVerbs {
    private static final String ABSENT = "attribute_not_exists(pk)";

    private final String table;
    private final DynamoDbClient db;

    SdkDynamoDb(Cell cell) {
        table = cell.place();
        db = Settings.dynamoDb(cell);
    }

    /** Whether DynamoDB refused for a condition's sake. */
    static boolean isRefusal(Throwable error) {
        return error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException;
    }

    static List<String> codes(Throwable error) {
        return ((TransactionCanceledException) error).cancellationReasons().stream().map(CancellationReason::code).toList();
    }

    private static Map<String, AttributeValue> item(String pk, String sk, int n) {
        return Map.of("pk", AttributeValue.fromS(pk), "sk", AttributeValue.fromS(sk), "n", number(n));
    }

    private static Map<String, AttributeValue> key(String pk) {
        return Map.of("pk", AttributeValue.fromS(pk), "sk", AttributeValue.fromS("-"));
    }

    private static AttributeValue number(int n) {
        return AttributeValue.fromN(String.valueOf(n));
    }

    @Override
    public boolean refused(Throwable error) {
        return isRefusal(error);
    }

    @Override
    public void create(String pk, int n) {
        db.putItem(put -> put.tableName(table).item(item(pk, "-", n)).conditionExpression(ABSENT));
    }

    @Override
    public void put(String pk, String sk, int n) {
        db.putItem(put -> put.tableName(table).item(item(pk, sk, n)));
    }

    @Override
    public void swap(String pk, int old, int n) {
        db.updateItem(update -> update
                .tableName(table).key(key(pk)).updateExpression("SET n = :new").conditionExpression("n = :old")
                .expressionAttributeValues(Map.of(":old", number(old), ":new", number(n))));
    }

    @Override
    public int get(String pk) {
        var item = db.getItem(get -> get.tableName(table).key(key(pk)).consistentRead(true)).item();
        return Integer.parseInt(item.get("n").n());
    }

    @Override
    public int met(String pk, int old) {
        try {
            db.putItem(put -> put
                    .tableName(table).item(item(pk, "-", 0)).conditionExpression("n = :old")
                    .expressionAttributeValues(Map.of(":old", number(old)))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
        } catch (ConditionalCheckFailedException refusal) {
            return Integer.parseInt(refusal.item().get("n").n());
        }
        throw new AssertionError("accepted, where it must be refused");
    }

    @Override
    public List<String> query(String pk) {
        var pages = db.queryPaginator(query -> query
                .tableName(table).keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(pk))));
        return pages.items().stream().map(item -> item.get("sk").s()).toList();
    }

    @Override
    public void deleteIf(String pk, int n) {
        db.deleteItem(delete -> delete
                .tableName(table).key(key(pk)).conditionExpression("n = :n").expressionAttributeValues(Map.of(":n", number(n))));
    }

    @Override
    public void together(List<String> pks, List<Integer> ns) {
        List<TransactWriteItem> writes = new ArrayList<>();
        for (int place = 0; place < pks.size(); place++) {
            var item = item(pks.get(place), "-", ns.get(place));
            writes.add(TransactWriteItem.builder()
                    .put(put -> put.tableName(table).item(item).conditionExpression(ABSENT)).build());
        }
        db.transactWriteItems(transaction -> transaction.transactItems(writes));
    }

    @Override
    public List<String> reasons(Throwable error) {
        return codes(error);
    }

    @Override
    public void batch(List<String> pks) {
        List<WriteRequest> writes = new ArrayList<>();
        for (String pk : pks) {
            var item = item(pk, "-", writes.size());
            writes.add(WriteRequest.builder().putRequest(put -> put.item(item)).build());
        }
        for (int start = 0; start < writes.size(); start += 25) {
            var some = writes.subList(start, Math.min(start + 25, writes.size()));
            db.batchWriteItem(batch -> batch.requestItems(Map.of(table, some)));
        }
    }

    @Override
    public void close() {
        db.close();
    }
}

package matrix;

import java.util.ArrayList;
import java.util.List;
import matrix.Harness.Cell;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.Expression;
import software.amazon.awssdk.enhanced.dynamodb.Key;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSortKey;
import software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional;
import software.amazon.awssdk.enhanced.dynamodb.model.TransactPutItemEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.TransactWriteItemsEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.WriteBatch;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** DynamoDbEnhancedClient, which maps items to beans. */
public final class EnhancedDynamoDb implements DynamoDbVerbs {
    private static final TableSchema<Item> SCHEMA = TableSchema.fromBean(Item.class);
    private static final Expression ABSENT = Expression.builder().expression("attribute_not_exists(pk)").build();

    private final DynamoDbClient db;
    private final DynamoDbEnhancedClient enhanced;
    private final DynamoDbTable<Item> table;

    EnhancedDynamoDb(Cell cell) {
        db = Settings.dynamoDb(cell);
        enhanced = DynamoDbEnhancedClient.builder().dynamoDbClient(db).build();
        table = enhanced.table(cell.place(), SCHEMA);
    }

    /** An item as a bean. */
    @DynamoDbBean
    public static final class Item {
        private String pk;
        private String sk;
        private int n;

        static Item of(String pk, String sk, int n) {
            Item item = new Item();
            item.pk = pk;
            item.sk = sk;
            item.n = n;
            return item;
        }

        @DynamoDbPartitionKey
        public String getPk() {
            return pk;
        }

        public void setPk(String pk) {
            this.pk = pk;
        }

        @DynamoDbSortKey
        public String getSk() {
            return sk;
        }

        public void setSk(String sk) {
            this.sk = sk;
        }

        public int getN() {
            return n;
        }

        public void setN(int n) {
            this.n = n;
        }
    }

    private static Expression is(int n) {
        return Expression.builder().expression("n = :n").putExpressionValue(":n", AttributeValue.fromN(String.valueOf(n))).build();
    }

    private static Key key(String pk) {
        return Key.builder().partitionValue(pk).sortValue("-").build();
    }

    @Override
    public boolean refused(Throwable error) {
        return SdkDynamoDb.isRefusal(error);
    }

    @Override
    public void create(String pk, int n) {
        table.putItem(put -> put.item(Item.of(pk, "-", n)).conditionExpression(ABSENT));
    }

    @Override
    public void put(String pk, String sk, int n) {
        table.putItem(Item.of(pk, sk, n));
    }

    @Override
    public void swap(String pk, int old, int n) {
        table.updateItem(update -> update.item(Item.of(pk, "-", n)).conditionExpression(is(old)));
    }

    @Override
    public int get(String pk) {
        return table.getItem(get -> get.key(key(pk)).consistentRead(true)).getN();
    }

    @Override
    public int met(String pk, int old) {
        try {
            table.putItem(put -> put
                    .item(Item.of(pk, "-", 0)).conditionExpression(is(old))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
        } catch (ConditionalCheckFailedException refusal) {
            return SCHEMA.mapToItem(refusal.item()).getN();
        }
        throw new AssertionError("accepted, where it must be refused");
    }

    @Override
    public List<String> query(String pk) {
        var pages = table.query(QueryConditional.keyEqualTo(partition -> partition.partitionValue(pk)));
        return pages.items().stream().map(Item::getSk).toList();
    }

    @Override
    public void deleteIf(String pk, int n) {
        table.deleteItem(delete -> delete.key(key(pk)).conditionExpression(is(n)));
    }

    @Override
    public void together(List<String> pks, List<Integer> ns) {
        var transaction = TransactWriteItemsEnhancedRequest.builder();
        for (int place = 0; place < pks.size(); place++) {
            transaction.addPutItem(table, TransactPutItemEnhancedRequest.builder(Item.class)
                    .item(Item.of(pks.get(place), "-", ns.get(place))).conditionExpression(ABSENT).build());
        }
        enhanced.transactWriteItems(transaction.build());
    }

    @Override
    public List<String> reasons(Throwable error) {
        return SdkDynamoDb.codes(error);
    }

    @Override
    public void batch(List<String> pks) {
        List<Item> items = new ArrayList<>();
        pks.forEach(pk -> items.add(Item.of(pk, "-", items.size())));
        for (int start = 0; start < items.size(); start += 25) {
            var some = WriteBatch.builder(Item.class).mappedTableResource(table);
            items.subList(start, Math.min(start + 25, items.size())).forEach(some::addPutItem);
            enhanced.batchWriteItem(batch -> batch.writeBatches(some.build()));
        }
    }

    @Override
    public void close() {
        db.close();
    }
}

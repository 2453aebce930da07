package matrix;

import java.util.List;

/**
 * The verbs of DynamoDB. An item has pk, sk and a number n, which is its version, too. met says the n of the item that refused a write;
 * reasons says a code for each item of a transaction.
 */
interface DynamoDbVerbs extends AutoCloseable {
    boolean refused(Throwable error);

    void create(String pk, int n);

    void put(String pk, String sk, int n);

    void swap(String pk, int old, int n);

    int get(String pk);

    int met(String pk, int old);

    List<String> query(String pk);

    void deleteIf(String pk, int n);

    void together(List<String> pks, List<Integer> ns);

    List<String> reasons(Throwable error);

    void batch(List<String> pks);

    @Override
    void close();
}

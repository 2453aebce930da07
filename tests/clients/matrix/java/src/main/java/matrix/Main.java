package matrix;

import java.util.Arrays;
import java.util.Map;

/** The programs of Java's clients: {@code matrix.Main PROGRAM [call …]}. */
final class Main {
    private static final Map<String, Harness.Calls> PROGRAMS = Map.of(
            "url_connection_s3", S3Calls.of(SdkS3::new),
            "netty_s3", S3Calls.of(SdkAsyncS3::byNetty),
            "crt_s3", S3Calls.of(SdkAsyncS3::byCrt),
            "transfer_manager_s3", S3Calls.of(TransferManagerS3::overNetty),
            "transfer_manager_crt_s3", S3Calls.of(TransferManagerS3::overCrt),
            "sdk_dynamodb", DynamoDbCalls.of(SdkDynamoDb::new),
            "enhanced_dynamodb", DynamoDbCalls.of(EnhancedDynamoDb::new),
            "lock_client", LockClient.calls());

    private Main() {}

    public static void main(String[] arguments) {
        Harness.Calls calls = PROGRAMS.get(arguments[0]);
        if (calls == null) {
            System.err.println("no such program: " + arguments[0]);
            System.exit(2);
        }
        Harness.run(calls, Arrays.asList(arguments).subList(1, arguments.length));
        System.exit(0); // pools of the clients may live a while
    }
}

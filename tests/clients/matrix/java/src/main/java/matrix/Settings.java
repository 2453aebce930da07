package matrix;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** How the SDK is told about condemu. Credentials are in the environment. */
final class Settings {
    static final Region REGION = Region.US_EAST_1;

    private Settings() {}

    static SdkHttpClient urlConnection(Harness.Cell cell) {
        var client = UrlConnectionHttpClient.builder();
        return (cell.tls() ? client.tlsTrustManagersProvider(certificate()) : client).build();
    }

    static SdkAsyncHttpClient netty(Harness.Cell cell) {
        var client = NettyNioAsyncHttpClient.builder();
        return (cell.tls() ? client.tlsTrustManagersProvider(certificate()) : client).build();
    }

    static DynamoDbClient dynamoDb(Harness.Cell cell) {
        return DynamoDbClient.builder()
                .endpointOverride(URI.create(cell.endpoint())).region(REGION).httpClient(urlConnection(cell)).build();
    }

    /** Trusts the certificate of condemu's, and no other. */
    private static TlsTrustManagersProvider certificate() {
        try (InputStream pem = Files.newInputStream(Path.of(System.getenv("MATRIX_CERTIFICATE")))) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("condemu", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust::getTrustManagers;
        } catch (IOException | GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }
}

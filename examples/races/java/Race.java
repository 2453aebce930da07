// A lost update, found and drawn; and compare-and-set, which holds in every order.
//   mvn dependency:copy-dependencies -DoutputDirectory=lib && java -cp 'lib/*' Race.java http://127.0.0.1:4566
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

public class Race {
    static String endpoint;
    static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    interface Actor { void run(S3Client s3) throws Exception; }

    static HttpResponse<String> ask(String method, String path, String document) throws Exception {
        var body = HttpRequest.BodyPublishers.ofString(document);
        var request = HttpRequest.newBuilder(URI.create(endpoint + "/_condemu/" + path)).method(method, body).build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 400) throw new IllegalStateException(answer.body());
        return answer;
    }

    static S3Client client(String key, String secret) {
        return S3Client.builder().endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1).forcePathStyle(true)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret))).build();
    }

    /** Runs the actors under every order of their requests; returns the report. */
    static String explore(Map<String, Actor> actors, Supplier<String> check, String replay) throws Exception {
        var names = "[\"" + String.join("\", \"", actors.keySet().stream().sorted().toList()) + "\"]";
        var again = replay == null ? "" : ", \"replay\": \"" + replay + "\"";
        var made = ask("POST", "races", "{\"actors\": " + names + again + "}").body();
        var race = "races/" + member("race", made);
        while (ask("POST", race + "/next", "").statusCode() == 200) {
            List<Thread> threads = new ArrayList<>();
            actors.forEach((name, actor) -> threads.add(new Thread(() -> {
                try (var s3 = client(member(name, made), member("secret_access_key", made))) {
                    ask("POST", race + "/actors/" + name, "{\"is\": \"started\"}");
                    String told = "done";
                    try { actor.run(s3); } catch (Exception error) { told = error.getClass().getSimpleName(); }
                    ask("POST", race + "/actors/" + name, "{\"is\": \"ended\", \"told\": \"" + told + "\"}");
                } catch (Exception error) { throw new IllegalStateException(error); }
            })));
            for (var thread : threads) thread.start();
            for (var thread : threads) thread.join();
            var why = check.get();
            ask("POST", race + "/verdict", "{\"ok\": " + why.isEmpty() + ", \"why\": \"" + why + "\"}");
        }
        var report = ask("GET", race + "/report", "").body();
        ask("DELETE", race, "");
        return report;
    }

    static String member(String name, String text) {
        var match = Pattern.compile("\"" + name + "\": \"(.*?)\"").matcher(text);
        if (!match.find()) throw new IllegalStateException("no " + name + " in " + text);
        return match.group(1);
    }

    record Counter(int visits, String etag) {}

    static Counter read(S3Client s3) {
        var found = s3.getObjectAsBytes(request -> request.bucket("counters").key("visits"));
        return new Counter(Integer.parseInt(found.asUtf8String()), found.response().eTag());
    }

    static void write(S3Client s3, int visits, String etag) {
        s3.putObject(r -> r.bucket("counters").key("visits").ifMatch(etag), RequestBody.fromString("" + visits));
    }

    static void careless(S3Client s3) {
        write(s3, read(s3).visits() + 1, null);
    }

    static void careful(S3Client s3) {
        while (true) {
            var found = read(s3);
            try {
                write(s3, found.visits() + 1, found.etag());
                return;
            } catch (S3Exception refused) {
                if (refused.statusCode() != 412) throw refused;
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        endpoint = arguments[0];
        var setup = client("setup", "any");
        setup.createBucket(request -> request.bucket("counters"));
        write(setup, 0, null);
        Supplier<String> check = () -> {
            var visits = read(setup).visits();
            return visits == 2 ? "" : "two visits, and the counter is at " + visits;
        };
        Map<String, Actor> bug = Map.of("a", Race::careless, "b", Race::careless);
        var found = explore(bug, check, null);
        System.out.println(found);
        System.out.println(explore(bug, check, member("replay", found)));
        System.out.println(explore(Map.of("a", Race::careful, "b", Race::careful), check, null));
    }
}

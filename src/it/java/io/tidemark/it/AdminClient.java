package io.tidemark.it;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks a node's admin HTTP endpoint. */
final class AdminClient {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String root;

    AdminClient(int port) {
        this.root = "http://127.0.0.1:" + port;
    }

    /** An answer. */
    record Answer(int status, String body) {
        JsonObject json() {
            return new JsonObject(body);
        }
    }

    Answer get(String path) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(root + path)).GET());
    }

    /** Posts an empty body; {@code authorization} may be empty for none. */
    Answer post(String path, String authorization) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path)).POST(BodyPublishers.noBody());
        return send(authorization.isEmpty() ? request : request.header("Authorization", authorization));
    }

    /** The sum of a metric over all its labels. */
    double metric(String name) throws IOException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> response =
                    CLIENT.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }
}

package io.tidemark.admin;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The admin HTTP endpoint on two real shards, whose disk fails and hangs on demand. */
final class RunningEndpoint implements AutoCloseable {
    final FaultyDisk disk = new FaultyDisk(1);
    final AtomicReference<NodePhase> phase = new AtomicReference<>(NodePhase.SERVING);
    private final Vertx vertx = Vertx.vertx();
    private final LocalShards shards;
    private final AdminVerticle endpoint;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /** Opens and recovers the shards, and opens the endpoint. */
    RunningEndpoint(CheckpointOptions checkpoint, @Nullable String password, Supplier<String> metrics)
            throws Exception {
        ShardOptions options = new ShardOptions(
                "main",
                new UUID(1, 2),
                List.of(directories(0), directories(1)),
                checkpoint,
                new SegmentLogOptions(),
                new BitcaskOptions(1 << 20));
        shards = new LocalShards(vertx, disk, options, failure -> {});
        endpoint = new AdminVerticle(new AdminOptions("127.0.0.1", 0, password), shards, phase::get, metrics);
        await(vertx.deployVerticle(endpoint));
        await(shards.open()
                .compose(opened -> shards.reconfigurePressure(new PressureOptions().setDwellMs(10)))
                .compose(opened -> shards.recover()));
    }

    /** Forces only on request; no password; no metrics. */
    static RunningEndpoint quiet() throws Exception {
        return new RunningEndpoint(quietOptions(), null, () -> "");
    }

    static CheckpointOptions quietOptions() {
        return new CheckpointOptions().setIntervalMs(3_600_000).setMaxDelayMs(3_600_000);
    }

    private static ShardOptions.Directories directories(int shard) {
        Path root = Path.of("/data/shard-" + shard);
        return new ShardOptions.Directories(root.resolve("data"), root.resolve("log"));
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }

    /** An answer and how long it took. */
    record Answer(int status, String body, HttpResponse<String> response, long millis) {
        JsonObject json() {
            return new JsonObject(body);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    Answer send(HttpRequest request) throws IOException, InterruptedException {
        long began = System.nanoTime();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        return new Answer(response.statusCode(), response.body(), response, millis);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    CompletableFuture<HttpResponse<String>> getLater(String path) {
        return client.sendAsync(request(path).GET().build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    int port() {
        return endpoint.port();
    }

    /** Sets a key; completes with the answer. */
    CompletableFuture<Result> set(int shard, String key) {
        CompletableFuture<Result> answer = new CompletableFuture<>();
        Command command = new Command.Set(key.getBytes(StandardCharsets.UTF_8), new byte[100]);
        shards.submit(shard, List.of(new Call() {
            @Override
            public Command command() {
                return command;
            }

            @Override
            public void complete(Result result) {
                answer.complete(result);
            }
        }));
        return answer;
    }

    void setAndWait(int shard, String key) throws Exception {
        Result result = set(shard, key).get(20, TimeUnit.SECONDS);
        if (result != Result.Ok.OK) {
            throw new AssertionError("SET was answered by " + result);
        }
    }

    /** Stops everything; the disk must no longer hang. */
    @Override
    public void close() {
        disk.faults().clear();
        try {
            await(shards.close().otherwiseEmpty());
            await(vertx.close());
        } catch (Exception e) {
            throw new AssertionError("the shards did not end", e);
        }
    }
}

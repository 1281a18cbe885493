package io.tidemark.redis;

import io.tidemark.shard.TimeSource;
import io.tidemark.shard.Timestamp;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** A server on an ephemeral port of this machine, over shards in memory. */
final class RunningServer implements AutoCloseable {

    static final ServerFacts FACTS = new ServerFacts(
            "0.1.0-test",
            new Timestamp(System.nanoTime(), 1_700_000_000_000L),
            Path.of("/var/lib/tidemark"),
            () -> Map.of(
                    "checkpoint.interval_ms", "10000",
                    "redis.allow_no_password", "false",
                    "redis.password", "secret"));

    final AtomicReference<LoadingState> loading = new AtomicReference<>(LoadingState.READY);
    final AtomicInteger shutdowns = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server;
    private final String deployment;

    RunningServer(MemoryShards shards) {
        this(shards, new RedisOptions(), 1);
    }

    RunningServer(MemoryShards shards, RedisOptions options, int instances) {
        this(shards, options, instances, LoadingState.READY);
    }

    RunningServer(MemoryShards shards, RedisOptions options, int instances, LoadingState first) {
        this(shards, options, instances, first, FACTS, TimeSource.SYSTEM);
    }

    /** A server with other clocks than the machine's. */
    RunningServer(MemoryShards shards, RedisOptions options, ServerFacts facts, TimeSource clock) {
        this(shards, options, 1, LoadingState.READY, facts, clock);
    }

    private RunningServer(
            MemoryShards shards,
            RedisOptions options,
            int instances,
            LoadingState first,
            ServerFacts facts,
            TimeSource clock) {
        loading.set(first);
        server = new RedisServer(options.setPort(0), shards, facts, loading::get, shutdowns::incrementAndGet, clock);
        deployment = await(vertx.deployVerticle(
                () -> new RedisServerVerticle(server), new DeploymentOptions().setInstances(instances)));
    }

    int port() {
        return server.port();
    }

    RawClient client() throws IOException {
        return new RawClient(port());
    }

    RedisServer server() {
        return server;
    }

    Vertx vertx() {
        return vertx;
    }

    /** Waits until the server has read this many bytes in total, and has processed them. */
    void awaitInput(RawClient other, long bytes) throws IOException {
        until(() -> server.stats().inputBytes.sum() >= bytes);
        other.ask("PING");
    }

    /** Stops the server, but not Vert.x. */
    void undeploy() {
        await(vertx.undeploy(deployment));
    }

    /** May be called again. */
    @Override
    public void close() {
        await(vertx.close());
    }

    /** Waits for a condition, at most ten seconds. */
    static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not done in 10 s", e);
        }
    }
}

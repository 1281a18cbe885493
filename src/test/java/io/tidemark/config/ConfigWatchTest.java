package io.tidemark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.reload.ReloadableSection;
import io.vertx.config.ConfigRetriever;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The effect of a change of the file, merged with the other sources as at startup. */
class ConfigWatchTest {
    private final Vertx vertx = Vertx.vertx();
    private final ConfigLoader loader = new ConfigLoader(vertx);
    private final Path file;
    private final ConfigSources sources;

    ConfigWatchTest(@TempDir Path dir) {
        file = dir.resolve("node.yaml");
        sources =
                new ConfigSources(file, dir, Map.of("TIDEMARK_CHECKPOINT_IDLE_MS", "7"), Map.of(), List.of("shards=3"));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private ConfigLoader.Loaded start(String text) throws Exception {
        Files.writeString(file, text);
        return await(loader.load(sources));
    }

    private JsonObject read(ConfigRetriever retriever, String text) throws Exception {
        Files.writeString(file, text);
        return await(retriever.getConfig());
    }

    @Test
    void watch_sectionChanged_hasLaterSourcesMerged() throws Exception {
        ConfigRetriever retriever = loader.watch(sources, start("checkpoint: {interval_ms: 50}\n"), 10_000);
        JsonObject section = read(retriever, "checkpoint: {interval_ms: 60, idle_ms: 8, max_dirty_bytes: 1MiB}\n")
                .getJsonObject("checkpoint");
        assertThat(section.getLong("interval_ms")).isEqualTo(60);
        assertThat(section.getLong("idle_ms")).as("the environment's").isEqualTo(7);
        assertThat(section.getLong("max_dirty_bytes")).isEqualTo(1 << 20);
        assertThat(section.size()).as("every key").isEqualTo(8);
    }

    @Test
    void watch_fixedKeyChanged_isShownWithoutSecrets() throws Exception {
        ConfigLoader.Loaded start = start("redis: {port: 1, password: a-secret}\n");
        ReloadableSection fixed = start.fixedKeys();
        JsonObject now = read(
                        loader.watch(sources, start, 10_000),
                        "shards: 9\nredis: {port: 2, password: b-secret, max_request_bytes: 1MiB}\n")
                .getJsonObject(fixed.key());
        JsonObject before = fixed.current();
        List<String> differs = now.fieldNames().stream()
                .filter(key -> !now.getValue(key).equals(before.getValue(key)))
                .map(key -> fixed.fullName(key) + " " + fixed.format(key, before.getValue(key)) + " "
                        + fixed.format(key, now.getValue(key)))
                .toList();
        assertThat(differs)
                .as("but not the number of shards, which the command line sets")
                .containsExactlyInAnyOrder(
                        "redis.port 1 2", "redis.password (hidden) (hidden)", "redis.max_request_bytes 64MiB 1MiB");
        assertThat(fixed.needsRestart()).isTrue();
        assertThat(before.fieldNames()).noneMatch(key -> key.startsWith("checkpoint"));
    }

    @Test
    void watch_fileThatAStartWouldRefuse_failsWithEveryProblem() throws Exception {
        ConfigRetriever retriever = loader.watch(sources, start("shards: 1\n"), 10_000);
        assertThatThrownBy(() -> read(retriever, "shards: 0\nredis: {host: 0.0.0.0}\ncheckpoint: {interval_ms: 1}\n"))
                .hasMessageContaining("`shards` is 0")
                .hasMessageContaining("`redis.host` is 0.0.0.0")
                .hasMessageContaining("`checkpoint.interval_ms` is 1")
                .hasMessageContaining("(line 3)");
    }

    @Test
    void watch_sectionLost_fails() throws Exception {
        ConfigRetriever retriever = loader.watch(sources, start("checkpoint: {interval_ms: 50}\n"), 10_000);
        assertThatThrownBy(() -> read(retriever, "")).hasMessageContaining("section `checkpoint` is missing");
        assertThatThrownBy(() -> read(retriever, "# c\n")).hasMessageContaining("section `checkpoint` is missing");
        for (String present : List.of("checkpoint: {}\n", "checkpoint:\n", "checkpoint.idle_ms: 5\n")) {
            assertThat(read(retriever, present).getJsonObject("checkpoint").getLong("interval_ms"))
                    .isEqualTo(10_000);
        }
    }

    @Test
    void watch_sectionNeverPresent_hasTheDefaults() throws Exception {
        ConfigRetriever retriever = loader.watch(sources, start("shards: 2\n"), 10_000);
        assertThat(read(retriever, "").getJsonObject("checkpoint").getLong("interval_ms"))
                .isEqualTo(10_000);
        read(retriever, "checkpoint: {interval_ms: 50}\n");
        assertThatThrownBy(() -> read(retriever, "")).hasMessageContaining("section `checkpoint` is missing");
    }

    @Test
    void display_ofASectionInForce_readsAsTheFileDoes() throws Exception {
        NodeConfig config = start("checkpoint: {interval_ms: 50}\n").config();
        JsonObject inForce = new JsonObject().put("pacing_bytes", 65_536).put("max_dirty_bytes", 1L << 30);
        assertThat(config.display(Map.of("checkpoint", inForce)))
                .containsEntry("checkpoint.pacing_bytes", "64KiB")
                .containsEntry("checkpoint.max_dirty_bytes", "1GiB")
                .containsEntry("pressure.dwell_ms", "5000")
                .containsEntry("shards", "3")
                .doesNotContainKey("checkpoint.interval_ms");
    }
}

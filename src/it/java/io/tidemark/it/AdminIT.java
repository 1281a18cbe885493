package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admin HTTP endpoint of a real node. */
@Timeout(90)
class AdminIT {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    private NodeProcess.Builder quietNode() {
        return NodeProcess.in(dir).set("checkpoint.interval_ms", "3600000").set("checkpoint.max_delay_ms", "3600000");
    }

    @Test
    void metrics_afterASet_showDirtyBytes_andNoneAfterASync() throws IOException {
        try (NodeProcess node = quietNode().start();
                RespClient client = node.client()) {
            AdminClient admin = new AdminClient(node.adminPort());
            assertThat(admin.metric("tidemark_dirty_bytes")).isZero();
            client.set("a", "b");
            assertThat(admin.metric("tidemark_dirty_bytes")).isPositive();
            assertThat(admin.metric("tidemark_log_fsync_duration_seconds_count"))
                    .isPositive();
            AdminClient.Answer sync = admin.post("/api/sync", "");
            assertThat(sync.status()).as(sync.body()).isEqualTo(200);
            assertThat(sync.json().getJsonArray("shards")).hasSize(4);
            assertThat(admin.metric("tidemark_dirty_bytes")).isZero();
            assertThat(admin.metric("tidemark_durable_index")).isEqualTo(1);
            assertThat(admin.metric("tidemark_applied_index")).isEqualTo(1);
            assertThat(admin.metric("tidemark_fsync_duration_seconds_count")).isPositive();
            String info = new String((byte[]) client.call("INFO", "server"), StandardCharsets.UTF_8);
            assertThat(info).contains("admin_port:" + node.adminPort() + "\r\n");
            assertThat(node.stdout().lines()).as("the banner").hasSize(2);
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    @Test
    void stop_sumsUpWhatWasForcedInOneLine() throws IOException {
        try (NodeProcess node = quietNode().start();
                RespClient client = node.client()) {
            client.set("a", "b");
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(node.stderr().lines().filter(line -> line.contains("checkpointed")))
                    .singleElement()
                    .asString()
                    .contains("checkpointed 1 shard", "in 1 file", "shutdown 1", "worst force");
        }
    }

    @Test
    void sync_whereThereIsAPassword_asksForIt() throws IOException {
        try (NodeProcess node = quietNode().set("redis.password", "hunter2").start()) {
            AdminClient admin = new AdminClient(node.adminPort());
            assertThat(admin.post("/api/sync", "").status()).isEqualTo(401);
            assertThat(admin.post("/api/sync", "Bearer hunter3").status()).isEqualTo(401);
            assertThat(admin.post("/api/sync", "Bearer hunter2").status()).isEqualTo(200);
            assertThat(admin.get("/health/ready").status()).isEqualTo(200);
            assertThat(node.stderr() + admin.get("/metrics").body()).doesNotContain("hunter2");
        }
    }

    @Test
    void recovery_isLiveAndNotReadyAndSaysHowFarItIs() throws IOException {
        try (NodeProcess node = quietNode().set("shards", "1").start();
                RespClient client = node.client()) {
            for (int batch = 0; batch < 100; batch++) {
                for (int i = 0; i < 500; i++) {
                    client.send("SET", "k" + batch * 500 + i, "v" + "x".repeat(100));
                }
                client.flush();
                assertThat(client.read(500)).containsOnly("OK");
            }
            node.sigkill();
        }
        // One thread that compiles nothing: the replay takes long enough to be looked at.
        try (NodeProcess node = quietNode().set("shards", "1").jvm("-Xint").launch()) {
            AdminClient admin = new AdminClient(node.adminPort());
            int notReady = 0;
            int withProgress = 0;
            AdminClient.Answer ready = admin.get("/health/ready");
            while (ready.status() != 200) {
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.json().getJsonArray("reasons")).hasSize(1);
                assertThat(ready.json().getString("phase")).isIn("opening", "recovering");
                if (ready.json().getString("phase").equals("recovering")) {
                    assertThat(ready.json().getJsonArray("reasons").getString(0))
                            .matches("the logs are being replayed: [01] of 1 shards done, \\d+ %,"
                                    + " \\d+ entries of \\d+ bytes in \\d+ ms(, \\d+ entries/s)?");
                }
                assertThat(admin.get("/health/live").status()).isEqualTo(200);
                notReady++;
                AdminClient.Answer shards = admin.get("/api/shards");
                if (!shards.json().getJsonArray("shards").isEmpty()) {
                    var recovery = shards.json()
                            .getJsonArray("shards")
                            .getJsonObject(0)
                            .getJsonObject("recovery");
                    if (!recovery.getBoolean("done") && recovery.getLong("entries") > 0) {
                        assertThat(recovery.getLong("bytes")).isPositive();
                        assertThat(recovery.getDouble("ratio")).isBetween(0.0, 1.0);
                        withProgress++;
                    }
                }
                ready = admin.get("/health/ready");
            }
            System.out.println("AdminIT: not ready " + notReady + " times, with progress " + withProgress);
            assertThat(notReady).as("looked at during recovery").isPositive();
            assertThat(withProgress).as("progress was seen").isPositive();
            node.awaitReady(Duration.ofSeconds(30));
            var done = admin.get("/api/shards")
                    .json()
                    .getJsonArray("shards")
                    .getJsonObject(0)
                    .getJsonObject("recovery");
            assertThat(done.getBoolean("done")).isTrue();
            assertThat(done.getLong("entries")).isPositive();
            assertThat(done.getLong("entries_per_second")).isPositive();
            assertThat(done.getLong("bytes")).isPositive();
            assertThat(done.getLong("bytes_per_second")).isPositive();
            assertThat(node.stderr())
                    .contains("shard 0: replayed " + done.getLong("entries") + " entries, " + done.getLong("bytes")
                            + " bytes, in " + done.getLong("elapsed_ms") + " ms (" + done.getLong("entries_per_second")
                            + " entries/s, " + done.getLong("bytes_per_second") + " bytes/s)");
        }
    }
}

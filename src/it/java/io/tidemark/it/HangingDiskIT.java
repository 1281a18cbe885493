package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.LoopDisk.Kind;
import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A disk that hangs for a while, or for good. */
@Timeout(90)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class HangingDiskIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int FROZEN_SECONDS = Integer.getInteger("tidemark.frozen.seconds", 4);

    @TempDir
    Path dir;

    @Test
    void frozenVolume_isReportedAtBothThresholds_answersReads_andGoesOnAfterTheThaw() throws IOException {
        try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).make()) {
            NodeProcess.Builder builder = NodeProcess.in(disk.root().resolve("data"))
                    .set("shards", "1")
                    .set("checkpoint.stall_warn_ms", "400")
                    .set("checkpoint.stall_shed_ms", "1500")
                    .set("pressure.dwell_ms", "400")
                    .set("pressure.shed_free_bytes", "1MiB")
                    .set("pressure.resume_free_bytes", "2MiB");
            try (NodeProcess node = builder.start();
                    RespClient client = node.client();
                    RespClient writer = node.client()) {
                AdminClient admin = new AdminClient(node.adminPort());
                client.set("a", "before");
                try (LoopDisk.Frozen frozen = disk.freeze()) {
                    assertThat(frozen).isNotNull();
                    writer.send("SET", "a", "frozen");
                    writer.flush();
                    Waiting.until(LIMIT, "the first threshold", () -> answered(client)
                            .text(0, "pressure")
                            .equals("warn"));
                    Waiting.until(LIMIT, "the second threshold", () -> answered(client)
                            .text(0, "pressure")
                            .equals("shed"));
                    assertThat(answered(client).text(0, "reasons")).contains("LOG_STALLED");
                    long asked = System.nanoTime();
                    AdminClient.Answer ready = admin.get("/health/ready");
                    assertThat(admin.get("/health/live").status()).isEqualTo(200);
                    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
                    assertThat(ready.status()).isEqualTo(503);
                    assertThat(ready.body()).contains("shard 0: LOG_STALLED");
                    long until = System.nanoTime()
                            + Duration.ofSeconds(FROZEN_SECONDS).toNanos();
                    while (System.nanoTime() - until < 0) {
                        assertThat(client.get("a")).as("reads from the cache").isEqualTo("before");
                        assertThat(client.call("SET", "b", "x"))
                                .isInstanceOfSatisfying(
                                        RespClient.Failure.class,
                                        refused -> assertThat(refused.message()).startsWith("DISKPRESSURE shard 0: "));
                    }
                }
                assertThat(writer.read()).as("what hung").isEqualTo("OK");
                Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", "a", "after")));
                assertThat(client.get("a")).isEqualTo("after");
                assertThat(node.stderr())
                        .contains("pressure WARN for", "pressure SHED for", "pressure NORMAL for")
                        .contains("is still running after");
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    /** INFO within a second. */
    private static NodeInfo answered(RespClient client) throws IOException {
        long begun = System.nanoTime();
        NodeInfo info = NodeInfo.of(client);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        return info;
    }

    @Test
    void logFails_whileAForceHangs_exitsInTimeWithItsCode() throws IOException {
        Shim shim = Shim.in(dir.resolve("shim"));
        NodeProcess.Builder builder = NodeProcess.in(dir.resolve("data"))
                .shim(shim)
                .set("shards", "2")
                .set("checkpoint.interval_ms", "600000")
                .set("shutdown_timeout_ms", "1500");
        String failing = NodeInfo.key("k", 0, 2);
        String hanging = NodeInfo.key("k", 1, 2);
        try (NodeProcess node = builder.start();
                RespClient client = node.client();
                RespClient saving = node.client()) {
            client.set(failing, "1");
            client.set(hanging, "1");
            Shim.Order hung =
                    shim.on("*/shard-0001/data/*.data", Call.FDATASYNC).hang();
            saving.send("SAVE");
            saving.flush();
            hung.awaitHeld(1, LIMIT);
            shim.on("*/shard-0000/log/*.log", Call.FDATASYNC).times(1).error(Shim.Errno.EIO);
            long begun = System.nanoTime();
            assertThat(client.call("SET", failing, "2"))
                    .isInstanceOfSatisfying(RespClient.Failure.class, unknown -> assertThat(unknown.message())
                            .startsWith("ERR outcome unknown"));
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isEqualTo(5);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            assertThat(node.stderr().lines().filter(line -> line.contains("the log in ") && line.contains("failed")))
                    .as("reported once, with shard and path")
                    .singleElement()
                    .asString()
                    .contains("shard 0", "shard-0000/log");
        }
        shim.clear();
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            assertThat(client.get(failing)).isIn("1", "2");
            assertThat(client.get(hanging)).isEqualTo("1");
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A recovery that is killed again and again gets on all the same: generations run while it replays. */
@Timeout(90)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class LongRecoveryIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int ENTRIES = 4_000;
    private static final int KILLS = 10;

    @TempDir
    Path dir;

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(each -> each.toFile().length())
                    .sum();
        }
    }

    private static long durableIndex(AdminClient admin) throws IOException {
        var shards = admin.get("/api/shards").json().getJsonArray("shards");
        return shards.isEmpty() ? 0 : shards.getJsonObject(0).getLong("durable_index");
    }

    @Test
    void I6_tenKillsInOneRecovery_itFinishes_andDiskUseStaysBounded() throws IOException {
        Path data = dir.resolve("data");
        Shim shim = Shim.in(dir.resolve("shim"));
        NodeProcess.Builder builder =
                NodeProcess.in(data).shim(shim).set("shards", "1").set("bitcask.max_file_bytes", "1MiB");
        try (NodeProcess node = builder.set("checkpoint.interval_ms", "600000")
                        .set("checkpoint.max_delay_ms", "600000")
                        .start();
                RespClient client = node.client()) {
            for (int i = 0; i < ENTRIES; i++) {
                assertThat(client.call("INCR", "n")).isEqualTo(i + 1L);
                if (i % 10 == 0) {
                    client.set("k" + i % 100, i + "x".repeat(5_000));
                }
            }
            node.sigkill();
        }
        long before = bytes(data);
        builder.set("checkpoint.interval_ms", "50")
                .set("checkpoint.idle_ms", "1")
                .set("checkpoint.max_delay_ms", "100");
        Shim.Order slow = shim.on("*/data/*.data", Call.PWRITE).delay(Duration.ofMillis(1));
        long durable = 0;
        long most = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (NodeProcess node = builder.launch()) {
                AdminClient admin = new AdminClient(node.adminPort());
                long last = durable;
                Waiting.until(LIMIT, "the recovery makes progress", () -> durableIndex(admin) > last);
                assertThat(admin.get("/health/ready").status())
                        .as("still recovering")
                        .isEqualTo(503);
                assertThat(admin.get("/health/live").status()).isEqualTo(200);
                durable = durableIndex(admin);
                node.sigkill();
            }
            most = Math.max(most, bytes(data));
        }
        assertThat(slow.strikes()).as("the control: appends that were slow").isPositive();
        assertThat(durable).as("killed before its end").isLessThan(ENTRIES);
        slow.lift();
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            assertThat(client.get("n")).isEqualTo(Integer.toString(ENTRIES));
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
        System.out.printf(
                "LongRecoveryIT: %d kills, durable index %d of %d at the last; %d bytes before, %d at most%n",
                KILLS, durable, ENTRIES, before, most);
        assertThat(most).as("bytes on disk, %d before", before).isLessThan(3 * before);
    }
}

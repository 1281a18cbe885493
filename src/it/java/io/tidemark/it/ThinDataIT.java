package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.ThinStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I5: an overcommitted thin store fails forces; the shard recovers when it has space. */
@Timeout(60)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class ThinDataIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    /** The data is on the thin store, the log is not. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "1MiB"})
    void storeBelow_fillsUnderLoad_shedsAndComesBackWithRoom_andNothingIsLost(String pacingBytes) throws Exception {
        Map<String, String> acknowledged = new HashMap<>();
        try (ThinStore store = ThinStore.make()) {
            NodeProcess.Builder builder = NodeProcess.in(store.root().resolve("data"))
                    .set("log.dir", dir.resolve("log").toString())
                    .set("log.segment_bytes", "1MiB")
                    .set("shards", "1")
                    .set("checkpoint.interval_ms", "200")
                    .set("checkpoint.max_delay_ms", "1000")
                    .set("checkpoint.pacing_bytes", pacingBytes)
                    .set("pressure.dwell_ms", "400");
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                for (int i = 0; i < 500; i++) {
                    assertThat(write(client, i, acknowledged)).isEmpty();
                }
                assertThat(client.call("SAVE")).isEqualTo("OK");
                store.fill();
                String refusal = writeUntil(client, acknowledged, false);
                assertThat(refusal).startsWith("DISKPRESSURE shard 0: FSYNC_FAILED");
                awaitSaid(node, "No space left on device"); // the control
                assertReads(client, acknowledged);
                assertThat(write(client, 0, acknowledged)).startsWith("DISKPRESSURE shard 0: FSYNC_FAILED");
                store.release();
                writeUntil(client, acknowledged, true);
                for (int i = 0; i < 500; i++) {
                    assertThat(write(client, i, acknowledged)).isEmpty();
                }
                assertThat(client.call("SAVE")).isEqualTo("OK");
                assertThat(write(client, 0, acknowledged)).isEmpty();
                node.sigstop();
                store.disk().powerCut();
                node.sigkill();
            }
            store.disk().remount();
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                assertReads(client, acknowledged);
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    private static void awaitSaid(NodeProcess node, String text) {
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        while (!node.stderr().contains(text)) {
            assertThat(System.nanoTime() - deadlineNanos).as(node.stderr()).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Writes until a write is taken, or is refused; returns the refusal. */
    private static String writeUntil(RespClient client, Map<String, String> acknowledged, boolean taken)
            throws IOException {
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        for (int i = 0; ; i++) {
            String refusal = write(client, i, acknowledged);
            if (refusal.isEmpty() == taken) {
                return refusal;
            }
            assertThat(System.nanoTime() - deadlineNanos).as("%s", refusal).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Writes 8 KiB; returns the refusal, empty if there was none. */
    private static String write(RespClient client, int number, Map<String, String> acknowledged) throws IOException {
        String key = "k" + number % 200;
        String value = System.nanoTime() + "x".repeat(8_192);
        Object reply = client.call("SET", key, value);
        if (reply instanceof RespClient.Failure refused) {
            return refused.message();
        }
        acknowledged.put(key, value);
        return "";
    }

    private static void assertReads(RespClient client, Map<String, String> acknowledged) throws IOException {
        for (Map.Entry<String, String> each : acknowledged.entrySet()) {
            assertThat(client.get(each.getKey())).as(each.getKey()).isEqualTo(each.getValue());
        }
    }
}

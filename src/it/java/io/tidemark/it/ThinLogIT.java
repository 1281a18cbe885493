package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.ThinStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** I7: the store below the log fills up, so that pages of the log read well and are not there. */
@Timeout(60)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class ThinLogIT {
    private static final int LOG_FAILED = 5;

    @TempDir
    Path dir;

    private final Map<String, String> acknowledged = new HashMap<>();

    /** Writes one value; false if the node is gone or says that the outcome is unknown. */
    private boolean write(RespClient client, int number) {
        String key = "k" + number % 200;
        String value = number + "x".repeat(3_000);
        try {
            if (!"OK".equals(client.call("SET", key, value))) {
                acknowledged.remove(key); // it may be there or not
                return false;
            }
            acknowledged.put(key, value);
            return true;
        } catch (IOException gone) {
            acknowledged.remove(key);
            return false;
        }
    }

    private void assertReads(RespClient client) throws IOException {
        for (Map.Entry<String, String> each : acknowledged.entrySet()) {
            assertThat(client.get(each.getKey())).as(each.getKey()).isEqualTo(each.getValue());
        }
    }

    @Test
    void storeBelowTheLog_fills_exitsAsDocumented_andALaterPowerCutTakesNothing() throws IOException {
        try (ThinStore store = ThinStore.make()) {
            NodeProcess.Builder builder = NodeProcess.in(dir.resolve("data"))
                    .set("log.dir", store.root().resolve("log").toString())
                    .set("pressure.shed_free_bytes", "0")
                    .set("shards", "1")
                    .set("checkpoint.interval_ms", "600000")
                    .set("checkpoint.max_delay_ms", "600000");
            int number = 0;
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                for (; number < 200; number++) {
                    assertThat(write(client, number)).isTrue();
                }
                store.fill();
                while (write(client, number)) {
                    number++;
                    assertThat(number).as("writes on a full store").isLessThan(20_000);
                }
                assertThat(node.awaitExit(Duration.ofSeconds(20)))
                        .as(node.stderr())
                        .isEqualTo(LOG_FAILED);
                assertThat(node.stderr()).as("the control").contains("shard 0: the log in ", "No space left on device");
            }
            store.release();
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                assertReads(client);
                for (int more = 0; more < 300; more++) {
                    assertThat(write(client, number + more)).as(node.stderr()).isTrue();
                }
                node.sigstop();
                store.disk().powerCut();
                node.sigkill();
            }
            store.disk().remount();
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                assertReads(client);
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
            assertThat(acknowledged).hasSizeGreaterThan(190);
        }
    }
}

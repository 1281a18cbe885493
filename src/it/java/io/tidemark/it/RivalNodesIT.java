package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one directory, after the lock that keeps the second one out was removed. */
@Timeout(90)
class RivalNodesIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir).set("shards", "1");
    }

    /** Writes k0, k1, ... until one is not acknowledged; returns how many were. */
    private static int writeUntilRefused(RespClient client, String prefix) {
        int acknowledged = 0;
        try {
            while (System.nanoTime() > 0) {
                if (!"OK".equals(client.call("SET", prefix + acknowledged, acknowledged))) {
                    break;
                }
                acknowledged++;
            }
        } catch (IOException ended) {
            // a write in flight is in the log, or not
        }
        return acknowledged;
    }

    private static void assertHas(RespClient client, String prefix, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(client.get(prefix + i))
                    .as("%s%d, acknowledged", prefix, i)
                    .isEqualTo(Integer.toString(i));
        }
    }

    private void assertEverythingIsThere(int first, int second) throws IOException {
        try (NodeProcess again = node().start();
                RespClient client = again.client()) {
            assertHas(client, "a", first);
            assertHas(client, "b", second);
            assertThat(again.stop()).isZero();
        }
    }

    @Test
    void I1_lockRemovedUnderARunningNode_itEndsAndTheNextHasAllThatItAcknowledged() throws Exception {
        try (NodeProcess first = node().start();
                RespClient client = first.client()) {
            client.set("a0", 0);
            Files.delete(dir.resolve("LOCK"));
            try (NodeProcess second = node().launch()) {
                int acknowledged = writeUntilRefused(client, "a");
                assertThat(first.awaitExit(LIMIT)).isEqualTo(3);
                assertThat(first.stderr())
                        .contains(dir + " (`data_dir`) is no longer this node's: the file LOCK is ")
                        .contains("it ends with exit code 3")
                        .doesNotContain("stopping");
                assertThat(first.stderr().lines().filter(line -> line.contains("ERROR")))
                        .as("reported once")
                        .hasSize(1);
                try (RespClient other = second.client()) {
                    assertHas(other, "a", acknowledged);
                    other.set("b0", 0);
                }
                assertThat(second.stop()).isZero();
                assertEverythingIsThere(acknowledged, 1);
            }
        }
    }

    /** The first one is suspended, as with its machine, until the second one serves: then it must not acknowledge anything. */
    @Test
    void I1_lockRemovedUnderAStoppedNode_itAcknowledgesNothingWhenItGoesOn() throws Exception {
        try (NodeProcess first = node().start();
                RespClient client = first.client()) {
            client.set("a0", 0);
            first.sigstop();
            Files.delete(dir.resolve("LOCK"));
            try (NodeProcess second = node().start();
                    RespClient other = second.client()) {
                assertHas(other, "a", 1);
                other.set("b0", 0);
                client.send("SET", "a0", "of a node that has lost its directory");
                client.flush();
                first.sigcont();
                assertThatThrownBy(() -> assertThat(client.read())
                                .as("what the loser acknowledged")
                                .isNull())
                        .as("the connection ends without an answer")
                        .isInstanceOf(IOException.class);
                assertThat(first.awaitExit(LIMIT)).isEqualTo(3);
                assertHas(other, "a", 1);
                other.set("b1", 1);
                assertThat(second.stop()).isZero();
            }
        }
        assertEverythingIsThere(1, 2);
    }
}

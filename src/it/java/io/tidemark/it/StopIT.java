package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I11: a stop ends with every dirty shard forced, or at its deadline with an exit code and a line that say which was not. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class StopIT {
    private static final int SHARDS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String KEY = NodeInfo.key("k", 1, SHARDS);
    private static final String OTHER_KEY = NodeInfo.key("k", 3, SHARDS);
    private static final String DATA = "*/shard-0001/data/*.data";
    private static final String LOG = "*/shard-0001/log/*.log";

    @TempDir
    Path dir;

    private Shim shim;

    @BeforeEach
    void compile() throws IOException {
        shim = Shim.in(dir.resolve("shim"));
    }

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir.resolve("data"))
                .shim(shim)
                .set("shards", Integer.toString(SHARDS))
                .set("checkpoint.interval_ms", "600000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGTERM twice", "SHUTDOWN NOSAVE"})
    void stop_inTheMiddleOfASlowForce_endsWithEverythingDurable(String how) throws IOException {
        try (NodeProcess node = node().start();
                RespClient client = node.client();
                RespClient saving = node.client()) {
            client.set(KEY, "before");
            client.set(OTHER_KEY, "before");
            Shim.Order slow = shim.on(DATA, Call.FDATASYNC).times(1).delay(Duration.ofSeconds(2));
            saving.send("SAVE");
            saving.flush();
            slow.awaitHeld(1, LIMIT);
            client.set(KEY, "during");
            ask(how, node, client);
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isZero();
            assertThat(slow.seen())
                    .as("the force in progress, and the final one")
                    .isEqualTo(2);
            assertThat(node.stdout() + node.stderr()).doesNotContain("ClosedChannel", "Exception");
        }
        shim.clear();
        assertReplays(0, "during");
    }

    private static void ask(String how, NodeProcess node, RespClient client) throws IOException {
        switch (how) {
            case "SHUTDOWN NOSAVE" -> {
                client.send("SHUTDOWN", "NOSAVE");
                client.flush();
            }
            case "SIGTERM twice" -> {
                node.sigterm();
                node.sigterm();
            }
            default -> node.sigterm();
        }
    }

    @Test
    void sigterm_duringAHungForce_endsAtTheLimitAndNamesTheShard() throws IOException {
        try (NodeProcess node = node().set("shutdown_timeout_ms", "1500").start();
                RespClient client = node.client();
                RespClient saving = node.client()) {
            client.set(KEY, "acknowledged");
            client.set(OTHER_KEY, "acknowledged");
            Shim.Order hung = shim.on(DATA, Call.FDATASYNC).delay(Duration.ofSeconds(60));
            saving.send("SAVE");
            saving.flush();
            hung.awaitHeld(1, LIMIT);
            long askedNanos = System.nanoTime();
            node.sigterm();
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isEqualTo(6);
            assertThat(Duration.ofNanos(System.nanoTime() - askedNanos))
                    .isBetween(Duration.ofMillis(1_500), Duration.ofMillis(3_500));
            assertThat(node.stdout() + node.stderr())
                    .contains("shard 1 (durable up to 0 of 1)")
                    .doesNotContain("shard 3 (", "ClosedChannel");
        }
        shim.clear();
        assertReplays(1, "acknowledged");
    }

    @Test
    void sigterm_duringAHungForceOfTheLog_endsAtTheLimitAndNamesTheShard() throws IOException {
        try (NodeProcess node = node().set("shutdown_timeout_ms", "1500").start();
                RespClient client = node.client();
                RespClient writing = node.client()) {
            client.set(KEY, "acknowledged");
            client.set(OTHER_KEY, "acknowledged");
            Shim.Order hung = shim.on(LOG, Call.FDATASYNC).hang();
            writing.send("SET", NodeInfo.key("more", 1, SHARDS), "not acknowledged");
            writing.flush();
            hung.awaitHeld(1, LIMIT);
            assertThat(client.get(KEY)).as("reads go on").isEqualTo("acknowledged");
            client.set(OTHER_KEY, "acknowledged");
            long askedNanos = System.nanoTime();
            node.sigterm();
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isEqualTo(6);
            assertThat(Duration.ofNanos(System.nanoTime() - askedNanos))
                    .isBetween(Duration.ofMillis(1_500), Duration.ofMillis(3_500));
            assertThat(node.stdout() + node.stderr()).contains("shard 1").doesNotContain("shard 3 (", "ClosedChannel");
        }
        shim.clear();
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(client.get(KEY)).isEqualTo("acknowledged");
            assertThat(client.get(OTHER_KEY)).isEqualTo("acknowledged");
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    @Test
    void sigterm_duringALongRecovery_endsSoonAndTheNextStartGoesOn() throws IOException {
        int entries = 60;
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int i = 1; i <= entries; i++) {
                assertThat(client.call("INCR", KEY)).isEqualTo((long) i);
            }
            node.sigkill();
        }
        Shim.Order slow = shim.on(DATA, Call.PWRITE).delay(Duration.ofMillis(250));
        try (NodeProcess node = node().launch()) {
            slow.awaitStrikes(6, LIMIT);
            long askedNanos = System.nanoTime();
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - askedNanos)).isLessThan(Duration.ofSeconds(3));
            assertThat(node.stdout()).as("it was in recovery").doesNotContain("replayed");
            assertThat(node.stderr())
                    .contains("shard 1: the replay was stopped")
                    .doesNotContain("Exception");
        }
        shim.clear();
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(node.stdout()).containsPattern("replayed [45]\\d entries");
            assertThat(client.call("INCR", KEY)).isEqualTo(entries + 1L);
        }
    }

    /** It is asked to read again in each phase that can be held: before the shards are open, in recovery, in the stop. */
    @Test
    void sighup_whileStartingAndStopping_readsAgainAndEndsNothing() throws IOException {
        Path file = Files.writeString(dir.resolve("node.yaml"), "reload: {poll_ms: 3600000}\n");
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int i = 0; i < 20; i++) {
                client.set(KEY, "v" + i);
            }
            assertThat(client.call("SAVE")).isEqualTo("OK");
            client.set(KEY, "acknowledged");
            node.sigkill();
        }
        Shim.Order opening =
                shim.on("*/shard-0001/data/CHECKPOINT", Call.PREAD).times(1).hang();
        Shim.Order recovery = shim.on(DATA, Call.PWRITE).times(1).hang();
        try (NodeProcess node =
                node().argument("--config").argument(file.toString()).launch()) {
            opening.awaitHeld(1, LIMIT);
            node.sighup();
            awaitLine(node, file + " is read again as soon as the shards are open");
            opening.lift();
            recovery.awaitHeld(1, LIMIT);
            awaitLine(node, "configuration read again: nothing changed");
            node.sighup();
            awaitLine(node, "configuration read again: nothing changed(?s).*configuration read again: nothing changed");
            recovery.lift();
            try (RespClient client = node.client()) {
                assertThat(client.get(KEY)).isEqualTo("acknowledged");
                client.set(KEY, "later");
                Shim.Order last = shim.on(DATA, Call.FDATASYNC).times(1).hang();
                node.sigterm();
                last.awaitHeld(1, LIMIT);
                node.sighup();
                awaitLine(node, "configuration not read again: the node is stopping");
                last.lift();
            }
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isZero();
        }
        shim.clear();
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(client.get(KEY)).isEqualTo("later");
        }
    }

    private static void awaitLine(NodeProcess node, String pattern) {
        Awaitility.await(pattern)
                .atMost(LIMIT)
                .until(() -> Pattern.compile(pattern).matcher(node.stderr()).find());
    }

    private void assertReplays(int entries, String value) throws IOException {
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(node.stdout()).contains("replayed " + entries + " entries");
            assertThat(client.get(KEY)).isEqualTo(value);
            assertThat(client.get(OTHER_KEY)).isNotNull();
        }
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops in order, and starts after each kind of end. */
@Timeout(90)
class RestartIT {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir);
    }

    @Test
    void sigterm_afterWrites_exitsWithZeroAndKeepsThem() throws IOException {
        byte[] binary = new byte[1 << 20];
        new SplittableRandom(1).nextBytes(binary);
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            client.set("a", "b");
            client.set("empty", "");
            client.set("binary", binary);
            client.set("gone", "x");
            assertThat(client.call("DEL", "gone")).isEqualTo(1L);
            assertThat(client.call("INCR", "n")).isEqualTo(1L);
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(client.get("a")).isEqualTo("b");
            assertThat(client.get("empty")).isEmpty();
            assertThat((byte[]) client.call("GET", "binary")).isEqualTo(binary);
            assertThat(client.get("gone")).isNull();
            assertThat(client.call("INCR", "n")).isEqualTo(2L);
        }
    }

    @Test
    void shutdownCommand_afterWrites_exitsWithZeroAndKeepsThem() throws IOException {
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            client.set("a", "b");
            client.send("SHUTDOWN");
            client.flush();
            assertThat(node.awaitExit(Duration.ofSeconds(20))).as(node.stderr()).isZero();
        }
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void stop_ofANodeNobodyWroteTo_exitsWithZeroAndStartsAgain() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (NodeProcess node = node().start()) {
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    @Test
    void start_printsWhatItIsAndWhereItListens() throws IOException {
        try (NodeProcess node = node().start()) {
            assertThat(node.stdout()).contains("Tidemark ", "data " + dir, "4 shards", "replayed 0 entries");
            assertThat(node.stdout()).contains("redis 127.0.0.1:" + node.port(), "redis-cli -p " + node.port());
        }
    }

    @Test
    void start_afterAnOrderedStop_replaysNothing() throws IOException {
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            client.set("a", "b");
            assertThat(node.stop()).isZero();
        }
        try (NodeProcess node = node().start()) {
            assertThat(node.stdout()).contains("replayed 0 entries");
        }
    }

    @Test
    void start_afterSigkill_replaysWhatWasNotCheckpointed() throws IOException {
        try (NodeProcess node = node().set("checkpoint.interval_ms", "600000").start();
                RespClient client = node.client()) {
            for (int i = 0; i < 50; i++) {
                client.set("k" + i, "v" + i);
            }
            node.sigkill();
        }
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            assertThat(node.stdout()).contains("replayed 50 entries");
            for (int i = 0; i < 50; i++) {
                assertThat(client.get("k" + i)).isEqualTo("v" + i);
            }
        }
    }

    @Test
    void sigterm_underLoad_keepsEveryAcknowledgedWrite() throws Exception {
        LongAdder acknowledged = new LongAdder();
        AcknowledgementRecorder recorder = new AcknowledgementRecorder(0, 200, 10, acknowledged);
        long seed = System.nanoTime();
        System.out.println("RestartIT: seed " + seed);
        LoadClient client = new LoadClient(recorder, new SplittableRandom(seed), 32);
        try (NodeProcess node = node().start()) {
            int port = node.port();
            CompletableFuture<Boolean> load = CompletableFuture.supplyAsync(() -> client.run(port, () -> false));
            while (acknowledged.sum() < 3_000 && !load.isDone()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            assertThat(load).as("the connection held until the stop").isNotDone();
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(load.get(20, TimeUnit.SECONDS)).isFalse();
            assertThat(recorder.takeRefusals()).as("refused").allMatch(LoadClients::saysStopping);
        }
        try (NodeProcess node = node().start();
                RespClient connection = node.client()) {
            RestartCheck.run(connection, recorder);
            assertThat(recorder.violations()).isEmpty();
        }
    }

    @Test
    void get_duringRecovery_answersLoadingOrTheValue() throws IOException {
        try (NodeProcess node = node().set("shards", "1")
                        .set("checkpoint.interval_ms", "600000")
                        .start();
                RespClient client = node.client()) {
            for (int batch = 0; batch < 200; batch++) {
                for (int i = 0; i < 500; i++) {
                    client.send("SET", "k" + i, "v" + batch);
                }
                client.flush();
                assertThat(client.read(500)).containsOnly("OK");
            }
            node.sigkill();
        }
        int port = freePort();
        int loading = 0;
        try (NodeProcess node = node().set("shards", "1")
                .set("redis.port", Integer.toString(port))
                .launch()) {
            Object reply = null;
            while (!(reply instanceof byte[])) {
                try (RespClient client = RespClient.connect(port)) {
                    reply = client.call("GET", "k7");
                } catch (EOFException | SocketException notYet) {
                    assertThat(node.isAlive()).as(node.stderr()).isTrue();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                    continue;
                }
                if (reply instanceof RespClient.Failure failure) {
                    assertThat(failure.message()).startsWith("LOADING ");
                    loading++;
                } else {
                    assertThat(reply).isEqualTo("v199".getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        System.out.println("RestartIT: " + loading + " answers of -LOADING during recovery");
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}

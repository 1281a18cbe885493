package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node with few file descriptors, or none left. */
@Timeout(90)
@SuppressWarnings("NullAway.Init")
class DescriptorsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int FEW = 300;
    private static final int MORE = 400;
    private static final String LARGE = "x".repeat(6_000);

    @TempDir
    Path dir;

    private NodeProcess.Builder node() {
        Faults.requireProgram("prlimit");
        return NodeProcess.in(dir.resolve("data"))
                .set("shards", "4")
                .set("log.segment_bytes", "8KiB")
                .set("pressure.dwell_ms", "400");
    }

    private static int served(List<RespClient> clients) throws IOException {
        int served = 0;
        for (RespClient client : clients) {
            try {
                served += "PONG".equals(client.call("PING")) ? 1 : 0;
            } catch (IOException refused) {
                // it got an error, or was closed first
            }
        }
        return served;
    }

    private static void closeAll(List<RespClient> clients) throws IOException {
        for (RespClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    @Test
    void moreIdleClientsThanDescriptors_newFilesAreMadeAndOperatorsServed() throws IOException {
        NodeProcess.Builder builder = node().under("prlimit", "--nofile=" + FEW + ":" + FEW);
        List<RespClient> idle = new ArrayList<>();
        try (NodeProcess node = builder.start();
                RespClient writer = node.client()) {
            assertThat(node.stderr()).contains("redis.max_clients is 10000, but the process may have 300 ");
            writer.set("before", "1");
            try {
                for (int i = 0; i < MORE; i++) {
                    idle.add(node.client());
                }
                for (int i = 0; i < 40; i++) {
                    writer.set("k" + i, LARGE);
                }
                assertThat(writer.call("SAVE")).isEqualTo("OK");
                assertThat(new AdminClient(node.adminPort())
                                .get("/health/ready")
                                .status())
                        .isEqualTo(200);
                assertThat(served(idle)).as("of %d", MORE).isBetween(20, FEW - 50);
            } finally {
                closeAll(idle);
            }
            Waiting.until(LIMIT, "new clients are served", () -> {
                try (RespClient next = node.client()) {
                    return "PONG".equals(next.call("PING"));
                } catch (IOException refused) {
                    return false;
                }
            });
            node.sigkill();
        }
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int i = 0; i < 40; i++) {
                assertThat(client.get("k" + i)).isEqualTo(LARGE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noDescriptorLeft_writesThatNeedAFileAreRefused_andTakenAgain(boolean otherLanguage) throws Exception {
        Shim shim = Shim.in(dir.resolve("shim"));
        NodeProcess.Builder builder = node().shim(shim).set("shards", "1");
        if (otherLanguage) {
            builder.environment(Shim.OTHER_LANGUAGE, "1");
        }
        int acknowledged = 0;
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            client.set("k0", LARGE);
            beRefusedOnce(shim, client);
            limit(node, "3:");
            Object answer = "OK";
            while ("OK".equals(answer) && acknowledged < 50) {
                acknowledged++;
                answer = client.call("SET", "k" + acknowledged, LARGE);
            }
            assertThat(answer).as(node.stderr()).isInstanceOfSatisfying(RespClient.Failure.class, refused -> assertThat(
                            refused.message())
                    .startsWith("DISKPRESSURE shard 0: "));
            Waiting.until(LIMIT, "the latch is closed", () -> NodeInfo.of(client)
                    .text(0, "reasons")
                    .equals("NO_DESCRIPTORS"));
            assertThat(client.get("k0")).as("reads go on").isEqualTo(LARGE);
            limit(node, "1000:");
            Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", "after", LARGE)));
            assertThat(client.call("SAVE")).isEqualTo("OK");
            node.sigkill();
        }
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            for (int i = 0; i < acknowledged; i++) {
                assertThat(client.get("k" + i)).as("k%d of %d", i, acknowledged).isEqualTo(LARGE);
            }
            assertThat(client.get("after")).isEqualTo(LARGE);
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    /** What a class needs to be loaded from a directory is a descriptor; so what will be needed is loaded before. */
    private static void beRefusedOnce(Shim shim, RespClient client) throws IOException {
        try (Shim.Order none = shim.on("*.log.new", Call.CREATE).error(Errno.EMFILE)) {
            Waiting.until(LIMIT, "a write is refused", () -> !"OK".equals(client.call("SET", "k0", LARGE)));
            assertThat(none.strikes()).isPositive();
            assertThat(client.get("k0")).isEqualTo(LARGE);
            assertThat(NodeInfo.of(client).text(0, "reasons")).isNotNull();
        }
        Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", "k0", LARGE)));
    }

    private static void limit(NodeProcess node, String nofile) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(node.pid()), "--nofile=" + nofile)
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).as("prlimit").isZero();
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.LoopDisk.Kind;
import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small ext4 that fills up, by the node's own writes or by other files. */
@Timeout(90)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class FullDiskIT {
    private static final long MIB = 1 << 20;
    /** A record of its own needs blocks. */
    private static final String COUNTER = "n".repeat(20_000);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    private static NodeProcess.Builder node(Path data) {
        return NodeProcess.in(data)
                .set("shards", "1")
                .set("checkpoint.interval_ms", "600000")
                .set("checkpoint.max_delay_ms", "600000")
                .set("pressure.dwell_ms", "400");
    }

    private static long free(LoopDisk disk) throws IOException {
        return Files.getFileStore(disk.root()).getUsableSpace();
    }

    /** Fills the disk except for this many bytes; completely for 0. */
    private static void fill(LoopDisk disk, Path filler, long leave) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
        try (FileChannel out = FileChannel.open(
                filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            while (free(disk) > leave) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), Math.max(4_096, free(disk) - leave)));
                out.write(chunk);
            }
        } catch (IOException full) {
            assertThat(leave).as("bytes to be left: %s", full).isZero();
        }
    }

    /** Frees this many bytes, and never more even briefly. */
    private static void shrink(Path filler, long bytes) throws IOException {
        try (FileChannel file = FileChannel.open(filler, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - bytes);
        }
    }

    private static boolean shed(@Nullable Object reply) {
        return reply instanceof RespClient.Failure refused && refused.message().startsWith("DISKPRESSURE shard 0: ");
    }

    private static long count(NodeProcess node, String text) {
        return node.stderr().lines().filter(line -> line.contains(text)).count();
    }

    @Test
    void ownWrites_shedAtTheLowerMark_resumeAboveTheUpper_withoutFlapping() throws IOException {
        try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).make()) {
            Path filler = disk.root().resolve("filler");
            fill(disk, filler, 24 * MIB);
            try (NodeProcess node = node(disk.root().resolve("data"))
                            .set("pressure.shed_free_bytes", "8MiB")
                            .set("pressure.resume_free_bytes", "16MiB")
                            .set("pressure.ballast_bytes", "1MiB")
                            .start();
                    RespClient client = node.client()) {
                client.set("counter", "0");
                String value = "x".repeat(20_000);
                long written = 0;
                while (!shed(client.call("SET", "k" + written % 50, value))) {
                    assertThat(client.call("INCR", "counter"))
                            .satisfiesAnyOf(reply -> assertThat(shed(reply)).isTrue(), reply -> assertThat(reply)
                                    .isInstanceOf(Long.class));
                    written++;
                }
                assertThat(written).as("the control: it did serve").isGreaterThan(50);
                assertThat(free(disk)).as("free when it shed").isBetween(3 * MIB, 9 * MIB);
                Waiting.until(LIMIT, "the latch is closed", () -> NodeInfo.of(client)
                        .text(0, "reasons")
                        .equals("LOW_SPACE"));
                String counted = client.get("counter");
                assertThat(client.call("DEL", "k1")).as("deletes pass").isEqualTo(1L);
                assertThat(shed(client.call("SET", "k1", value))).isTrue();
                shrink(filler, 12 * MIB - free(disk));
                long deadlineNanos = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                while (System.nanoTime() - deadlineNanos < 0) {
                    assertThat(shed(client.call("SET", "k1", value)))
                            .as("between the marks")
                            .isTrue();
                }
                Files.delete(filler);
                Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", "k1", value)));
                assertThat(client.get("counter")).isEqualTo(counted);
                assertThat(count(node, "pressure SHED for LOW_SPACE"))
                        .as(node.stderr())
                        .isEqualTo(1);
                assertThat(count(node, "pressure NORMAL for LOW_SPACE")).isEqualTo(1);
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGKILL", "space"})
    void parked_thenEnded_losesNothing_andCountsExactly(String how) throws Exception {
        try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).make()) {
            Path data = disk.root().resolve("data");
            Path filler = disk.root().resolve("filler");
            AtomicLong acknowledged = new AtomicLong();
            Shim shim = Shim.in(dir.resolve("shim"));
            NodeProcess.Builder builder = node(data)
                    .shim(shim)
                    .set("log.dir", dir.resolve("log").toString())
                    .set("pressure.shed_free_bytes", "0")
                    .set("pressure.resume_free_bytes", "1MiB")
                    .set("shutdown_timeout_ms", "3000");
            try (NodeProcess node = builder.start();
                    RespClient client = node.client();
                    RespClient writer = node.client()) {
                client.call("INCR", COUNTER);
                client.call("SAVE");
                acknowledged.set(1);
                park(disk, filler, shim, writer, client);
                assertThat(client.get(COUNTER)).as("reads go on").isEqualTo(acknowledged.toString());
                switch (how) {
                    case "SIGTERM" -> assertThat(node.stop()).as(node.stderr()).isIn(0, 6);
                    case "SIGKILL" -> node.sigkill();
                    default -> {
                        Files.delete(filler);
                        Waiting.until(
                                LIMIT, "the entry that waited is applied", () -> Long.toString(acknowledged.get() + 1)
                                        .equals(client.get(COUNTER)));
                        Waiting.until(LIMIT, "writes are taken again", () -> Long.valueOf(acknowledged.get() + 2)
                                .equals(client.call("INCR", COUNTER)));
                        assertThat(node.stop()).as(node.stderr()).isZero();
                        return;
                    }
                }
            }
            restartOnAFullDisk(disk, filler, builder, acknowledged.get() + 1);
        }
    }

    /**
     * Makes an increment wait: logged, and not answered. The shim reports a full disk until it is full, or else the
     * monitor might be faster than the append.
     */
    private static void park(LoopDisk disk, Path filler, Shim shim, RespClient writer, RespClient asking)
            throws IOException {
        Shim.Order full = shim.on("*/data/*.data", Call.PWRITE).error(Errno.ENOSPC);
        writer.send("INCR", COUNTER);
        writer.flush();
        Waiting.until(LIMIT, "the latch is closed", () -> waits(asking));
        fill(disk, filler, 0);
        full.lift();
        long untilNanos = System.nanoTime() + Duration.ofMillis(800).toNanos();
        while (System.nanoTime() - untilNanos < 0) {
            assertThat(waits(asking)).as("the disk itself is full").isTrue();
        }
    }

    private static boolean waits(RespClient asking) throws IOException {
        return NodeInfo.of(asking).text(0, "reasons").contains("APPEND_FAILED");
    }

    private static void restartOnAFullDisk(LoopDisk disk, Path filler, NodeProcess.Builder builder, long expected)
            throws IOException {
        fill(disk, filler, 0);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (NodeProcess node =
                builder.set("redis.port", Integer.toString(port)).launch()) {
            Waiting.until(LIMIT, "writes are accepted", () -> {
                try (RespClient early = RespClient.connect(port)) {
                    return early.call("PING") != null;
                } catch (IOException notYet) {
                    assertThat(node.isAlive()).as(node.stderr()).isTrue();
                    return false;
                }
            });
            Files.delete(filler);
            assertThat(node.awaitReady(LIMIT)).isEqualTo(port);
            try (RespClient client = node.client()) {
                assertThat(client.get(COUNTER)).isEqualTo(Long.toString(expected));
                Waiting.until(LIMIT, "writes are taken", () -> Long.valueOf(expected + 1)
                        .equals(client.call("INCR", COUNTER)));
            }
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.LoopDisk.Kind;
import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node whose system names errors in another language than English: a full disk is one all the same. */
@Timeout(60)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class OtherLanguageIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    private Shim shim;

    @BeforeEach
    void compile() throws IOException {
        shim = Shim.in(dir.resolve("shim"));
    }

    private NodeProcess.Builder node(Path data) {
        return NodeProcess.in(data)
                .shim(shim)
                .environment(Shim.OTHER_LANGUAGE, "1")
                .set("shards", "1")
                .set("log.segment_bytes", "1MiB")
                .set("pressure.shed_free_bytes", "0")
                .set("pressure.resume_free_bytes", "64KiB")
                .set("pressure.dwell_ms", "400");
    }

    private static void awaitTaken(RespClient client) throws IOException {
        Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", "after", "1")));
    }

    @ParameterizedTest
    @EnumSource(names = {"ENOSPC", "EDQUOT"})
    void logWrite_findsNoRoom_waitsAndIsAnsweredWhenThereIsSome(Errno errno) throws IOException {
        try (NodeProcess node = node(dir.resolve("data")).start();
                RespClient writer = node.client();
                RespClient asking = node.client()) {
            writer.set("before", "1");
            Shim.Order full = shim.on("*/log/*.log", Call.PWRITE).error(errno);
            writer.send("SET", "waits", "1");
            writer.flush();
            Waiting.until(LIMIT, "the latch is closed", () -> {
                assertThat(node.isAlive()).as(node.stderr()).isTrue();
                return NodeInfo.of(asking).text(0, "reasons").equals("LOW_SPACE");
            });
            Waiting.until(LIMIT, "its line", () -> node.stderr().contains("waits for space: Fehler <"));
            full.lift();
            assertThat(writer.read()).isEqualTo("OK");
            awaitTaken(asking);
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    @Test
    void logWrite_ioError_endsTheNode() throws IOException {
        try (NodeProcess node = node(dir.resolve("data")).start();
                RespClient writer = node.client()) {
            writer.set("before", "1");
            Shim.Order broken = shim.on("*/log/*.log", Call.PWRITE).error(Errno.EIO);
            writer.send("SET", "lost", "1");
            writer.flush();
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isEqualTo(5);
            assertThat(broken.strikes()).isPositive();
            assertThat(node.stderr()).contains("Fehler <5>");
        }
    }

    /** Space for bytes but not for a file: as on a disk without inodes, or a disk that refuses to create files. */
    @Test
    void newLogFile_canNotBeMade_refusesAndGoesOn() throws IOException {
        try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).mkfs("-N", "64").make()) {
            NodeProcess.Builder builder = node(disk.root().resolve("data"));
            String value = "x".repeat(100_000);
            int acknowledged = 0;
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                client.set("k0", value);
                Path many = Files.createDirectory(disk.root().resolve("many"));
                takeInodes(many);
                @Nullable Object answer = "OK";
                for (int i = 1; i < 50 && "OK".equals(answer); i++) {
                    answer = client.call("SET", "k" + i, value);
                    acknowledged = "OK".equals(answer) ? i : acknowledged;
                }
                assertThat(answer)
                        .as(node.stderr())
                        .isInstanceOfSatisfying(RespClient.Failure.class, refused -> assertThat(refused.message())
                                .startsWith("DISKPRESSURE shard 0: "));
                assertThat(acknowledged)
                        .as("the control: the first file was filled")
                        .isPositive();
                assertThat(Files.getFileStore(many).getUsableSpace())
                        .as("free, all the same")
                        .isGreaterThan(1 << 20);
                assertThat(client.get("k" + acknowledged)).as("reads go on").isEqualTo(value);
                deleteAll(many);
                awaitTaken(client);
                node.sigkill();
            }
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                for (int i = 0; i <= acknowledged; i++) {
                    assertThat(client.get("k" + i)).as("k%d", i).isEqualTo(value);
                }
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    private static void takeInodes(Path many) {
        try {
            for (int i = 0; i < 1_000; i++) {
                Files.createFile(many.resolve(Integer.toString(i)));
            }
        } catch (IOException none) {
            return;
        }
        throw new AssertionError("there were inodes for 1,000 files");
    }

    private static void deleteAll(Path many) throws IOException {
        try (Stream<Path> files = Files.list(many)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void start_onAFullDisk_waitsForRoomAndHasEverything() throws IOException {
        try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).make()) {
            NodeProcess.Builder builder = node(disk.root().resolve("data"));
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                client.set("a", "b");
                node.sigkill();
            }
            Path filler = disk.root().resolve("filler");
            fill(filler);
            try (NodeProcess node = builder.launch()) {
                Waiting.until(LIMIT, "the recovery waits", () -> {
                    assertThat(node.isAlive()).as(node.stderr()).isTrue();
                    return node.stderr().contains("the recovery waits: Fehler <28>");
                });
                Files.delete(filler);
                node.awaitReady(LIMIT);
                try (RespClient client = node.client()) {
                    assertThat(client.get("a")).isEqualTo("b");
                    awaitTaken(client);
                }
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }

    /** To the last block. */
    private static void fill(Path filler) {
        try (FileChannel out = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int bytes = 1 << 20; bytes >= 4_096; ) {
                try {
                    out.write(ByteBuffer.allocate(bytes));
                } catch (IOException full) {
                    bytes /= 2;
                }
            }
        } catch (IOException full) {
            assertThat(full).hasMessage("No space left on device");
        }
    }
}

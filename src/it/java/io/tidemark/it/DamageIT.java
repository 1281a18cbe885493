package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * I7: damage to what was durable is refused with the name of the file, changes nothing, and is undone by restoring the
 * bytes; a torn tail is not damage.
 */
@Timeout(90)
class DamageIT {

    private static final int KEYS = 300;
    private static final String PADDING = "x".repeat(8_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path prepared;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory checkpointed;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory killed;

    /** One directory stopped in order, one killed with everything in its log alone. */
    @BeforeAll
    static void prepare() throws IOException {
        try (NodeProcess node = node(prepared.resolve("checkpointed")).start();
                RespClient client = node.client()) {
            fill(client);
            client.text("SAVE");
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
        try (NodeProcess node = node(prepared.resolve("killed")).start();
                RespClient client = node.client()) {
            fill(client);
            node.sigkill();
        }
    }

    @BeforeEach
    void copy() throws IOException {
        checkpointed = new DataDirectory(prepared.resolve("checkpointed")).copyTo(dir.resolve("checkpointed"));
        killed = new DataDirectory(prepared.resolve("killed")).copyTo(dir.resolve("killed"));
    }

    private static NodeProcess.Builder node(Path dataDir) {
        return NodeProcess.in(dataDir)
                .set("shards", "1")
                .set("checkpoint.interval_ms", "600000")
                .set("checkpoint.max_delay_ms", "600000")
                .set("log.segment_bytes", "1048576")
                .set("bitcask.max_file_bytes", "1048576");
    }

    /** One frame a write: each waits for its answer. */
    private static void fill(RespClient client) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            client.set("key:" + i, value(i));
        }
    }

    private static String value(int i) {
        return String.format(Locale.ROOT, "value-of-key-%04d-", i) + PADDING;
    }

    private static String marker(int i) {
        return value(i).substring(0, 18);
    }

    private static void assertStartsWithAllData(DataDirectory directory) throws IOException {
        try (NodeProcess node = node(directory.path()).start();
                RespClient client = node.client()) {
            assertAllData(client);
        }
    }

    private static void assertAllData(RespClient client) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            client.send("GET", "key:" + i);
        }
        client.flush();
        for (int i = 0; i < KEYS; i++) {
            assertThat(client.read())
                    .as("key:" + i)
                    .asInstanceOf(InstanceOfAssertFactories.BYTE_ARRAY)
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(value(i));
        }
    }

    private static void assertRefusedNaming(DataDirectory directory, Path file) throws IOException {
        Refusal.of(node(directory.path())).hasExitCode(3, file.getFileName().toString());
    }

    private static void assertMissingIsRefusedAndPutBackIsHealed(DataDirectory directory, Path file)
            throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        assertRefusedNaming(directory, file);
        Files.write(file, bytes);
        assertStartsWithAllData(directory);
    }

    private static void assertFlipIsRefusedAndFlipBackIsHealed(DataDirectory directory, DataDirectory.Place place)
            throws IOException {
        DataDirectory.flip(place);
        assertRefusedNaming(directory, place.file());
        DataDirectory.flip(place);
        assertStartsWithAllData(directory);
    }

    @Test
    void start_undamagedCopies_haveAllData() throws IOException {
        assertStartsWithAllData(checkpointed);
        assertStartsWithAllData(killed);
    }

    @Test
    void start_flippedByteInASealedDataFile_isRefused() throws IOException {
        assertThat(checkpointed.dataFiles()).as("rotated").hasSizeGreaterThan(1);
        assertFlipIsRefusedAndFlipBackIsHealed(checkpointed, DataDirectory.find(checkpointed.dataFiles(), marker(10)));
    }

    @Test
    void start_flippedByteInTheLastRecordBelowTheDurableOffset_isRefused() throws IOException {
        assertFlipIsRefusedAndFlipBackIsHealed(
                checkpointed, DataDirectory.find(checkpointed.dataFiles(), marker(KEYS - 1)));
    }

    @Test
    void start_shortDataFile_isRefused() throws IOException {
        Path file = checkpointed.dataFiles().get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertRefusedNaming(checkpointed, file);
        Files.write(file, bytes);
        assertStartsWithAllData(checkpointed);
    }

    @Test
    void start_missingDataFile_isRefused() throws IOException {
        assertMissingIsRefusedAndPutBackIsHealed(
                checkpointed, checkpointed.dataFiles().get(0));
    }

    @Test
    void start_missingManifest_isRefused() throws IOException {
        assertMissingIsRefusedAndPutBackIsHealed(
                checkpointed, checkpointed.checkpoints().get(0));
    }

    @Test
    void start_flippedByteInTheManifest_isRefused() throws IOException {
        Path manifest = checkpointed.checkpoints().get(0);
        assertFlipIsRefusedAndFlipBackIsHealed(
                checkpointed, new DataDirectory.Place(manifest, (int) Files.size(manifest) / 2));
    }

    @Test
    void start_olderManifestPutBack_isRefusedOrRight() throws IOException {
        Path manifest = checkpointed.checkpoints().get(0);
        Path older = dir.resolve("older");
        Files.copy(manifest, older);
        try (NodeProcess node = node(checkpointed.path()).start();
                RespClient client = node.client()) {
            for (int i = 0; i < KEYS; i++) {
                client.send("SET", "key:" + i, "later");
                client.send("SET", "later:" + i, value(i));
            }
            client.flush();
            assertThat(client.read(2 * KEYS)).containsOnly("OK");
            fill(client);
            client.text("SAVE");
            assertThat(node.stop()).isZero();
        }
        byte[] newer = Files.readAllBytes(manifest);
        assertThat(newer).isNotEqualTo(Files.readAllBytes(older));
        Files.copy(older, manifest, StandardCopyOption.REPLACE_EXISTING);
        try (NodeProcess node = node(checkpointed.path()).launch()) {
            try (RespClient client = node.client()) {
                System.out.println("DamageIT: started from an older CHECKPOINT");
                assertAllData(client);
                assertThat(client.get("later:7")).isEqualTo(value(7));
                return;
            } catch (AssertionError notReady) {
                assertThat(node.awaitExit(Duration.ofSeconds(20)))
                        .as("refused, or right")
                        .isEqualTo(3);
            }
        }
        System.out.println("DamageIT: refused an older CHECKPOINT");
        assertRefusedNaming(checkpointed, manifest);
        Files.write(manifest, newer);
        assertStartsWithAllData(checkpointed);
    }

    @Test
    void start_flippedByteInAnAcknowledgedFrame_isRefused() throws IOException {
        assertFlipIsRefusedAndFlipBackIsHealed(killed, DataDirectory.find(killed.logFiles(), marker(7)));
    }

    @Test
    void start_flippedByteInTheFrameBeforeTheLast_isRefused() throws IOException {
        assertFlipIsRefusedAndFlipBackIsHealed(killed, DataDirectory.find(killed.logFiles(), marker(KEYS - 2)));
    }

    @Test
    void start_missingLastSegment_isRefused() throws IOException {
        assertThat(killed.logFiles()).as("rotated").hasSizeGreaterThan(1);
        assertMissingIsRefusedAndPutBackIsHealed(
                killed, DataDirectory.find(killed.logFiles(), marker(KEYS - 1)).file());
    }

    @Test
    void start_missingMiddleSegment_isRefused() throws IOException {
        assertMissingIsRefusedAndPutBackIsHealed(
                killed, DataDirectory.find(killed.logFiles(), marker(KEYS / 2)).file());
    }

    @Test
    void start_missingLogControlFile_isRefused() throws IOException {
        assertMissingIsRefusedAndPutBackIsHealed(
                killed, killed.logControlFiles().get(0));
    }

    @Test
    void start_missingIdentity_isRefused() throws IOException {
        assertMissingIsRefusedAndPutBackIsHealed(checkpointed, checkpointed.identity());
    }

    /** A name that can't be looked up is not a name that isn't there: here a link to itself, elsewhere a sick disk. */
    @Test
    void start_shardThatCannotBeLookedAt_isNotAnEmptyOne() throws IOException {
        Path shard = checkpointed.path().resolve("shard-0000");
        Path moved = dir.resolve("moved");
        Files.move(shard, moved);
        Files.createSymbolicLink(shard, shard.getFileName());
        Refusal.of(node(checkpointed.path())).hasExitCode(3, shard.toString());
        Files.delete(shard);
        Files.move(moved, shard);
        assertStartsWithAllData(checkpointed);
    }

    @Test
    void start_missingLogAfterAnOrderedStop_isRefused() throws IOException {
        List<Path> segments = checkpointed.logFiles();
        assertThat(segments).isNotEmpty();
        Path moved = Files.createDirectory(dir.resolve("moved"));
        for (Path segment : segments) {
            Files.move(segment, moved.resolve(segment.getFileName()));
        }
        Refusal.of(node(checkpointed.path())).hasExitCode(3, "log");
        for (Path segment : segments) {
            Files.move(moved.resolve(segment.getFileName()), segment);
        }
        assertStartsWithAllData(checkpointed);
    }

    @Test
    void start_halfAFrameAtTheEnd_isATornTail() throws IOException {
        DataDirectory.Place last = DataDirectory.find(killed.logFiles(), marker(KEYS - 1));
        byte[] bytes = Files.readAllBytes(last.file());
        int end = last.offset() + value(0).length();
        byte[] garbage = "half a frame, never acknowledged".getBytes(StandardCharsets.UTF_8);
        if (end + garbage.length > bytes.length) {
            Files.write(last.file(), garbage, StandardOpenOption.APPEND);
        } else {
            System.arraycopy(garbage, 0, bytes, bytes.length - garbage.length, garbage.length);
            Files.write(last.file(), bytes);
        }
        assertStartsWithAllData(killed);
        assertStartsWithAllData(killed);
    }
}

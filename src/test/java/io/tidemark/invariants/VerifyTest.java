package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.shard.ShardInspection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** I7, checked beforehand: what a stopped node's files are like, by the same rules as its recovery. */
class VerifyTest {
    private static final Path MANIFEST = Node.data(0).resolve("CHECKPOINT");
    private static final Path DATA = Node.data(0).resolve("0000000001.data");
    private static final Path CONTROL = Node.log(0).resolve("LOG");
    private static final Path SEGMENT = Node.log(0).resolve("0000000001.log");

    private FaultyDisk disk = FaultyDisk.seeded();
    private int durableBytes;

    /** Four entries are durable in the data file, three are in the log only; then the process is killed. */
    @BeforeEach
    void makeDirectory() throws Exception {
        disk.createDirectories(Node.ROOT);
        FaultyDisk left;
        try (Node node = Node.quiet(disk)) {
            for (int i = 0; i < 4; i++) {
                node.set(0, "k" + i, "durable");
            }
            node.sync();
            durableBytes = disk.bytes(DATA).length;
            for (int i = 0; i < 3; i++) {
                node.set(0, "k" + i, "logged-" + i);
            }
            left = disk.copyOf().kill();
        }
        disk = left;
    }

    private static ShardInspection verify(FaultyDisk disk) throws IOException {
        return ShardInspection.of(disk, Node.ID, 0, Node.data(0), Node.log(0));
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    /** The bytes of a range of a file that can be changed without a problem that names the file. */
    private List<Integer> unnoticed(Path file, int from, int to) throws IOException {
        List<Integer> offsets = new ArrayList<>();
        for (int at = from; at < to; at++) {
            FaultyDisk damaged = disk.copyOf();
            damaged.corrupt(file, at, 1 << (at & 7));
            if (verify(damaged).problems().stream().noneMatch(problem -> problem.contains(file.toString()))) {
                offsets.add(at);
            }
        }
        return offsets;
    }

    @Test
    void wholeDirectory_isOk_andNothingIsChanged() throws IOException {
        disk.journal().clear();
        ShardInspection report = verify(disk);
        assertThat(report.problems()).isEmpty();
        assertThat(report.store().durableIndex()).isEqualTo(4);
        assertThat(report.store().records()).isEqualTo(4);
        assertThat(report.store().nonDurableBytes()).isPositive();
        assertThat(report.log().entries()).isEqualTo(7);
        assertThat(report.log().lastIndex()).isEqualTo(7);
        assertThat(report.log().unmarkedEntries()).isEqualTo(1);
        assertThat(disk.journal().lines()).as("what changes a disk").isEmpty();
    }

    @Test
    void shardThatWasNeverWritten_isOk() throws IOException {
        ShardInspection report = ShardInspection.of(disk, Node.ID, 1, Node.data(1), Node.log(1));
        assertThat(report.problems()).isEmpty();
        assertThat(report.log().segments()).isZero();
    }

    @Test
    void anyBitOfTheManifestOrTheControlFile_isNoticed() throws IOException {
        assertThat(unnoticed(MANIFEST, 0, disk.bytes(MANIFEST).length)).isEmpty();
        assertThat(unnoticed(CONTROL, 0, disk.bytes(CONTROL).length)).isEmpty();
    }

    @Test
    void anyBitOfADataFile_isNoticedBelowItsDurableLength_andProvesNothingAbove() throws IOException {
        assertThat(unnoticed(DATA, 0, durableBytes)).isEmpty();
        FaultyDisk damaged = disk.copyOf();
        damaged.corrupt(DATA, durableBytes + 30, 1);
        assertThat(verify(damaged).problems()).isEmpty();
    }

    @Test
    void anyBitOfAnAcknowledgedFrameThatIsNotTheLast_isNoticed() throws IOException {
        int end = indexOf(disk.bytes(SEGMENT), "logged-1") + "logged-1".length();
        assertThat(end).isGreaterThan(4_096);
        assertThat(unnoticed(SEGMENT, 0, end)).isEmpty();
    }

    @Test
    void lastFrameHalfWritten_isATornTailAndNoProblem() throws IOException {
        byte[] half = disk.bytes(SEGMENT);
        Arrays.fill(half, indexOf(half, "logged-2") + 3, half.length, (byte) 0);
        FaultyDisk torn = disk.copyOf();
        torn.put(SEGMENT, half);
        ShardInspection report = verify(torn);
        assertThat(report.problems()).isEmpty();
        assertThat(report.log().lastIndex()).isEqualTo(6);
        assertThat(report.log().tornBytes()).isPositive();
    }

    @Test
    void logCutOffAnywhere_isNoticed() throws IOException {
        byte[] whole = disk.bytes(SEGMENT);
        for (int length = 0; length < whole.length; length += 7) {
            FaultyDisk cut = disk.copyOf();
            cut.put(SEGMENT, Arrays.copyOf(whole, length));
            assertThat(verify(cut).problems()).as("at " + length).anyMatch(problem -> problem.contains(SEGMENT + ": "));
        }
    }

    @Test
    void anyFileMissing_isNamed() throws IOException {
        for (Path file : List.of(MANIFEST, DATA, CONTROL, SEGMENT)) {
            FaultyDisk missing = disk.copyOf();
            missing.delete(file);
            assertThat(verify(missing).problems())
                    .as("without " + file)
                    .anyMatch(problem -> problem.contains(file.toString()));
            assertThat(verify(missing).store().unlisted())
                    .as("what a start would remove that does not happen, without " + file)
                    .isEmpty();
        }
    }

    @Test
    void olderManifestAfterARelease_isNoticed() throws Exception {
        byte[] older = disk.bytes(MANIFEST);
        try (Node node = Node.quiet(disk)) {
            for (int i = 0; i < 20; i++) {
                node.set(0, "k" + i, "x".repeat(3_000));
            }
            node.sync();
            disk.journal().awaitLine("rename " + SEGMENT + " " + SEGMENT + ".spare");
        }
        assertThat(verify(disk).problems()).isEmpty();
        disk.put(MANIFEST, older);
        ShardInspection report = verify(disk);
        assertThat(report.problems()).anyMatch(problem -> problem.contains("older than the release record"));
    }
}

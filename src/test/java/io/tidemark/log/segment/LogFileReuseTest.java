package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.log.LogRecovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zeros ahead of the frames, and files that are used again: cheaper forces, the same log. */
class LogFileReuseTest {
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final String LARGE = "x".repeat(20_000);

    @TempDir
    Path temporary;

    private Path directory;
    private LogFixture log;

    @BeforeEach
    void open() throws IOException {
        directory = temporary.resolve("log");
        log = fixture(directory);
        log.open(0);
    }

    private static LogFixture fixture(Path directory) {
        return new LogFixture(
                Disk.real(),
                directory,
                new SegmentLogOptions(SEGMENT_BYTES, 16 << 10, 2),
                LogFixture.ID,
                LogFixture.SHARD);
    }

    private List<String> writesAndForces() {
        return log.disk.calls().stream()
                .filter(call -> call.startsWith("write ") || call.startsWith("force "))
                .map(call -> call.substring(0, 5))
                .toList();
    }

    /** Six segments' worth of entries; three to a segment. */
    private void fill() {
        for (int i = 1; i <= 18; i++) {
            log.append(LARGE + i);
        }
    }

    private List<String> expected(int from, int to) {
        List<String> expected = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            expected.add(i + "=" + LARGE + i);
        }
        return expected;
    }

    @Test
    void append_smallGroups_writesZerosOnceAndThenIntoThem() throws IOException {
        log.append("first");
        log.disk.forget();
        log.append("second", "third", "fourth");
        assertThat(writesAndForces())
                .as("into blocks that were written ahead")
                .containsExactly("write", "force", "write", "force", "write", "force");
        Path segment = LogFixture.segment(directory, 1);
        assertThat(Files.size(segment)).isEqualTo(SegmentHeader.BYTES + (24L << 10));
        assertThat(log.log.retainedBytes()).isEqualTo(Files.size(segment));
    }

    @Test
    void append_firstGroupLargerThanTheSegment_takesOneForce_inANewFileAndInOneUsedAgain() throws IOException {
        fill();
        log.release(9);
        for (String kind : List.of("reuse ", "reuse ", "create ")) {
            log.disk.forget();
            log.append("x".repeat(3 * SEGMENT_BYTES));
            assertThat(log.disk.count(kind + "0")).isEqualTo(1);
            assertThat(log.disk.count("force 0"))
                    .as("that of the file with its header, and that of the group")
                    .isEqualTo(2);
        }
    }

    /** Only the first one that is larger than what lies ahead waits for a force of its own. */
    @Test
    void append_largeGroups_takeOneForceEach() throws IOException {
        LogFixture large = new LogFixture(
                Disk.real(), temporary.resolve("large"), new SegmentLogOptions(), LogFixture.ID, LogFixture.SHARD);
        large.open(0);
        large.append("first");
        int[] sizes = {10_000, 200_000, 1 << 20, 3 << 20};
        for (int size : sizes) {
            String text = "x".repeat(size);
            large.append(text);
            large.disk.forget();
            large.append(text, text, text);
            assertThat(large.disk.count("force ")).as("groups of " + size).isEqualTo(3);
        }
    }

    @Test
    void append_diskFullForZeros_isDurableAllTheSame() throws IOException {
        log.append("first");
        int[] writes = {0};
        log.disk.failWhen(call -> call.startsWith("write 0") && ++writes[0] == 2);
        log.append(LARGE, "third");
        assertThat(writes[0])
                .as("frames, zeros, length; mark, frames: zeros are tried once and not again")
                .isEqualTo(5);
        assertThat(log.failures).isEmpty();
        LogFixture crashed = fixture(LogFixture.copy(directory, temporary.resolve("copy")));
        assertThat(crashed.open(0).lastIndex()).isEqualTo(3);
    }

    @Test
    void kill_behindZeros_isNoTornTail() throws IOException {
        log.append("first", "second");
        LogFixture crashed = fixture(LogFixture.copy(directory, temporary.resolve("copy")));
        LogRecovery found = crashed.open(0);
        assertThat(found.lastIndex()).isEqualTo(2);
        assertThat(found.tornBytes()).isZero();
    }

    @Test
    void I7_lastSegmentOfAReusedFile_cutOffAnywhere_isRefused() throws IOException {
        fill();
        log.release(9);
        log.append("kept", LARGE, "cut off");
        Path copy = LogFixture.copy(directory, temporary.resolve("copy"));
        Path last = LogFixture.segment(copy, 7);
        assertThat(fixture(LogFixture.copy(copy, temporary.resolve("whole")))
                        .open(9)
                        .lastIndex())
                .isEqualTo(21);
        long whole = Files.size(last);
        assertThat(whole).as("longer than its frames").isGreaterThan(SegmentHeader.BYTES + 2L * LARGE.length());
        for (long bytes = whole - 1; bytes >= SegmentHeader.BYTES; bytes -= 97) {
            LogFixture.truncate(last, bytes);
            assertThatThrownBy(() -> fixture(copy).open(9))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(last + ": " + Files.size(last) + " bytes, but its header says that " + whole);
        }
    }

    @Test
    void I3_segment_isUsedAgainOnlyAfterTheReleaseRecordIsDurable() {
        fill();
        log.disk.forget();
        log.release(9);
        assertThat(log.disk.calls())
                .as("the release record before a file loses its name")
                .containsExactly(
                        "create LOG.new",
                        "write LOG.new",
                        "force LOG.new",
                        "rename LOG.new LOG",
                        "sync directory",
                        "rename 0000000001.log 0000000001.log.spare",
                        "rename 0000000002.log 0000000002.log.spare",
                        "delete 0000000003.log");
        log.disk.forget();
        log.append(LARGE, LARGE, LARGE);
        assertThat(log.disk.calls())
                .as("the header is durable before the file bears the segment's name")
                .containsSubsequence(
                        "reuse 0000000001.log.spare",
                        "write 0000000001.log.spare",
                        "force 0000000001.log.spare",
                        "rename 0000000001.log.spare 0000000007.log",
                        "sync directory");
    }

    /** A force that failed in an earlier process has left a length that was in memory only. */
    @Test
    void I7_reusedFile_isDurableAtTheLengthThatItsHeaderGives() throws IOException {
        fill();
        log.release(9);
        LogFixture.truncate(directory.resolve("0000000001.log.spare"), SEGMENT_BYTES / 2);
        log.append(LARGE + 19);
        LogFixture crashed = fixture(LogFixture.copy(directory, temporary.resolve("copy")));
        assertThat(crashed.open(9).lastIndex()).isEqualTo(19);
    }

    @Test
    void kill_inAReusedFile_oldFramesDontCount() throws IOException {
        fill();
        log.release(9);
        for (int i = 19; i <= 20; i++) {
            log.append(LARGE + i);
        }
        Path copy = LogFixture.copy(directory, temporary.resolve("copy"));
        byte[] reused = Files.readAllBytes(LogFixture.segment(copy, 7));
        assertThat(new String(reused, java.nio.charset.StandardCharsets.ISO_8859_1))
                .as("old frames are still in the file")
                .contains(LARGE + "3");
        LogFixture crashed = fixture(copy);
        LogRecovery found = crashed.open(9);
        assertThat(crashed.applied).isEqualTo(expected(10, 20));
        assertThat(found.tornBytes()).isZero();
        assertThat(LogFixture.names(copy)).noneMatch(name -> name.endsWith(".spare"));
    }

    @Test
    void kill_inTheMiddleOfAFrameInAReusedFile_isATornTail() throws IOException {
        fill();
        log.release(9);
        log.append(LARGE + 19, LARGE + 20);
        Path copy = LogFixture.copy(directory, temporary.resolve("copy"));
        Path segment = LogFixture.segment(copy, 7);
        long at = SegmentHeader.BYTES + Frame.sizeOf(LARGE.length() + 2) + 1_000L;
        LogFixture.flip(segment, at);
        LogFixture crashed = fixture(copy);
        LogRecovery found = crashed.open(9);
        assertThat(crashed.applied).isEqualTo(expected(10, 19));
        assertThat(found.tornBytes()).isEqualTo(Frame.sizeOf(LARGE.length() + 2));
    }

    @Test
    void I7_damageInAReusedFile_belowTheForcedMark_isCorruption() throws IOException {
        fill();
        log.release(9);
        log.append(LARGE + 19, LARGE + 20, "small");
        Path copy = LogFixture.copy(directory, temporary.resolve("copy"));
        LogFixture.flip(LogFixture.segment(copy, 7), SegmentHeader.BYTES + 1_000);
        assertThatThrownBy(() -> fixture(copy).open(9)).hasMessageContaining("0000000007.log");
    }

    @Test
    void read_fileUsedAgainMeanwhile_saysThatItWasReleased() throws IOException {
        LogFixture large = new LogFixture(
                Disk.real(),
                temporary.resolve("large"),
                new SegmentLogOptions(1 << 20, 0, 2),
                LogFixture.ID,
                LogFixture.SHARD);
        large.open(0);
        for (int i = 1; i <= 60; i++) {
            large.append(LARGE + i);
        }
        boolean[] released = {false};
        assertThatThrownBy(() -> large.log.read(1, 40, entry -> {
                    if (!released[0]) {
                        released[0] = true;
                        large.release(60);
                        for (int i = 61; i <= 160; i++) {
                            large.append(LARGE + i);
                        }
                    }
                }))
                .as("a file under the reader that has become another segment is no damage")
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(CorruptionException.class)
                .hasMessageContaining("were released while they were read");
        assertThat(large.disk.count("reuse "))
                .as("the control: it was used again")
                .isPositive();
    }
}

package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: files that are damaged, missing, foreign or of another time are refused by name. */
final class LogCorruptionTest {
    private static final String PAD = "-".repeat(3900);

    private Path original;
    private Path directory;

    /** Segments 2 to 5, an entry each, released up to 1; 4 in the last of them isn't marked. */
    @BeforeEach
    void setUp(@TempDir Path temp) throws IOException {
        original = temp.resolve("log");
        LogFixture log = new LogFixture(original, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        log.append(PAD, PAD).release(1);
        log.append(PAD, PAD, PAD);
        assertThat(LogFixture.names(original)).hasSize(5).contains("0000000002.log", "0000000005.log");
        directory = LogFixture.copy(original, temp.resolve("damaged"));
    }

    private AbstractThrowableAssert<?, ?> assertRefused(long durableIndex) {
        return assertThatThrownBy(() -> LogFixture.reopened(directory, durableIndex))
                .isInstanceOf(CorruptionException.class);
    }

    @Test
    void undamaged_opens() throws IOException {
        assertThat(LogFixture.reopened(directory, 1).applied).hasSize(4);
    }

    @Test
    void I7_segmentMissing_isNamed() throws IOException {
        for (int id = 2; id <= 5; id++) {
            LogFixture.copy(original, directory);
            Files.delete(LogFixture.segment(directory, id));
            assertRefused(1)
                    .hasMessageContaining(LogFixture.segment(directory, id) + " is missing")
                    .hasMessageContaining("2 to 5");
        }
    }

    @Test
    void I7_headerFlipped_atAnyByte_isRefused() throws IOException {
        for (int id : new int[] {2, 4, 5}) {
            for (int at = 0; at < SegmentHeader.BYTES; at = at < 128 ? at + 1 : at + 61) {
                LogFixture.copy(original, directory);
                LogFixture.flip(LogFixture.segment(directory, id), at);
                assertRefused(1)
                        .hasMessageContaining(LogFixture.segment(directory, id).toString());
            }
        }
    }

    @Test
    void I7_frameFlipped_inAnyClosedSegment_isRefused() throws IOException {
        for (int id = 2; id <= 4; id++) {
            for (int at = 4096; at < 4096 + 3952; at = at < 4160 ? at + 1 : at + 97) {
                LogFixture.copy(original, directory);
                LogFixture.flip(LogFixture.segment(directory, id), at);
                assertRefused(1)
                        .hasMessageContaining(LogFixture.segment(directory, id).toString())
                        .hasMessageContaining("offset 4096");
            }
        }
    }

    @Test
    void I7_closedSegmentShort_isRefused() throws IOException {
        for (int bytes : new int[] {0, 4095, 4096, 5000, 4096 + 3951}) {
            LogFixture.copy(original, directory);
            LogFixture.truncate(LogFixture.segment(directory, 3), bytes);
            assertRefused(1).hasMessageContaining("000000000");
        }
    }

    @Test
    void I7_segmentsSwapped_isRefused() throws IOException {
        Files.copy(
                LogFixture.segment(original, 3),
                LogFixture.segment(directory, 4),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertRefused(1).hasMessageContaining("the header says segment 3, the name 4");
    }

    @Test
    void I7_controlFileMissing_isRefused() throws IOException {
        Files.delete(directory.resolve("LOG"));
        assertRefused(1).hasMessageContaining(directory.resolve("LOG") + " is missing");
        assertRefused(0);
    }

    @Test
    void I7_controlFileFlipped_atAnyByte_isRefused() throws IOException {
        for (int at = 0; at < ControlFile.BYTES; at++) {
            LogFixture.copy(original, directory);
            LogFixture.flip(directory.resolve("LOG"), at);
            assertRefused(1).hasMessageContaining(directory.resolve("LOG").toString());
        }
        LogFixture.truncate(directory.resolve("LOG"), 0);
        assertRefused(1);
    }

    @Test
    void I7_olderControlFile_isRefused() throws IOException {
        byte[] old = Files.readAllBytes(original.resolve("LOG"));
        LogFixture log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(1);
        log.append(PAD, PAD, PAD);
        byte[] current = Files.readAllBytes(directory.resolve("LOG"));
        Files.write(directory.resolve("LOG"), old);
        assertRefused(1).hasMessageContaining("older than the segments");

        Files.write(directory.resolve("LOG"), current);
        LogFixture again = LogFixture.reopened(directory, 1);
        again.append("x").release(6);
        Files.write(directory.resolve("LOG"), old);
        assertRefused(6);
    }

    @Test
    void I7_releasedAboveDurable_isRefused() {
        assertRefused(0).hasMessageContaining("CHECKPOINT is older than the release record");
    }

    @Test
    void I7_endsBelowDurable_isRefused() {
        assertRefused(6).hasMessageContaining("ends at 5").hasMessageContaining("below the durable index 6");
    }

    @Test
    void I7_directoryMissing_belowDurable_isRefused() throws IOException {
        for (String name : LogFixture.names(directory)) {
            Files.delete(directory.resolve(name));
        }
        assertRefused(1).hasMessageContaining("ends at 0");
        Files.delete(directory);
        assertRefused(1).hasMessageContaining("ends at 0");
    }

    @Test
    void foreignFiles_areRefused() {
        assertThatThrownBy(() -> new LogFixture(directory, 1 << 20, new UUID(9, 9), LogFixture.SHARD).open(1))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("belongs to data directory " + LogFixture.ID);
        assertThatThrownBy(() -> new LogFixture(directory, 1 << 20, LogFixture.ID, 4).open(1))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("shard 3, expected");
    }

    @Test
    void open_afterRefusal_everyBatchFails() {
        LogFixture log = new LogFixture(directory);
        assertThatThrownBy(() -> log.open(0)).isInstanceOf(CorruptionException.class);
        TestBatch batch = log.queue("a");
        log.runTasks();
        assertThat(batch.failures).isEqualTo(1);
        assertThat(batch.outcomeUnknown).isFalse();
        assertThat(log.failures).isEmpty();
    }

    @Test
    void unlistedSegment_thatChains_isAdopted() throws IOException {
        Path crashed = stepBeforeControlFile();
        LogFixture again = LogFixture.reopened(crashed, 1);
        assertThat(again.applied).hasSize(4);
        again.append("x");
        assertThat(LogFixture.reopened(crashed, 1).applied).hasSize(5);
    }

    @Test
    void I7_unlistedSegment_thatDoesNotChain_isRefused() throws IOException {
        directory = stepBeforeControlFile();
        Files.copy(LogFixture.segment(directory, 6), LogFixture.segment(directory, 7));
        assertRefused(1).hasMessageContaining("older than the segments");
        Files.delete(LogFixture.segment(directory, 6));
        assertRefused(1).hasMessageContaining("older than the segments");

        Path other = directory.resolveSibling("other");
        LogFixture log = new LogFixture(other, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        log.append(PAD, PAD, PAD, PAD, PAD, PAD);
        Files.delete(LogFixture.segment(directory, 7));
        Files.copy(LogFixture.segment(other, 6), LogFixture.segment(directory, 6));
        assertRefused(1).hasMessageContaining("older than the segments");
    }

    @Test
    void leftovers_areRemoved() throws IOException {
        Files.write(directory.resolve("LOG.new"), new byte[10]);
        Files.write(directory.resolve("0000000006.log.new"), new byte[10]);
        Files.copy(LogFixture.segment(original, 2), LogFixture.segment(directory, 1));
        Files.write(directory.resolve("notes.txt"), new byte[10]);
        LogFixture.reopened(directory, 1);
        assertThat(LogFixture.names(directory))
                .contains("notes.txt")
                .doesNotContain("LOG.new", "0000000006.log.new", "0000000001.log");
    }

    /** A log that died after segment 6 had its name and before LOG listed it. */
    private Path stepBeforeControlFile() throws IOException {
        LogFixture log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(1);
        log.disk.failWhen(call -> call.equals("create LOG.new"));
        log.append(PAD);
        assertThat(log.failures).hasSize(1);
        return directory;
    }
}

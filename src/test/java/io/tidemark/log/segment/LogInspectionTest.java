package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a log of several segments is said to be like. */
class LogInspectionTest {
    private static final Path DIRECTORY = Path.of("/data/log");
    private static final Path FIRST = DIRECTORY.resolve("0000000001.log");

    private final FaultyDisk disk = new FaultyDisk(3);
    private int segments;

    @BeforeEach
    void makeLog() throws IOException {
        LogFixture log = new LogFixture(
                disk,
                DIRECTORY,
                new SegmentLogOptions(SegmentLogOptions.MIN_SEGMENT_BYTES, 0, 0),
                LogFixture.ID,
                LogFixture.SHARD);
        log.open(0);
        for (int i = 1; i <= 12; i++) {
            log.append(i + "x".repeat(10_000));
        }
        segments = LogDirectory.segmentIds(disk.list(DIRECTORY)).size();
        assertThat(segments).isGreaterThan(2);
    }

    private LogInspection.Report inspect(FaultyDisk of, LogInspection.EntryCheck check) throws IOException {
        return LogInspection.of(of, DIRECTORY, LogFixture.ID, LogFixture.SHARD, 0, check);
    }

    @Test
    void severalSegments_areReadAsOne() throws IOException {
        LogInspection.Report report = inspect(disk, entry -> {});
        assertThat(report.problems()).isEmpty();
        assertThat(report.segments()).isEqualTo(segments);
        assertThat(report.entries()).isEqualTo(12);
        assertThat(report.firstIndex()).isEqualTo(1);
        assertThat(report.lastIndex()).isEqualTo(12);
    }

    @Test
    void frameOfASegmentThatIsNotTheLast_isNoticed() throws IOException {
        int at = new String(disk.bytes(FIRST), StandardCharsets.ISO_8859_1).indexOf("1xxx");
        FaultyDisk damaged = disk.copyOf();
        damaged.corrupt(FIRST, at, 1);
        assertThat(inspect(damaged, entry -> {}).problems())
                .singleElement()
                .asString()
                .contains(FIRST + ": bad frame at offset 4096 where entry 1 is expected");
    }

    @Test
    void lastSegmentMissing_isNoticed() throws IOException {
        Path last = DIRECTORY.resolve(String.format("%010d.log", segments));
        disk.delete(last);
        assertThat(inspect(disk, entry -> {}).problems())
                .singleElement()
                .asString()
                .contains(last.toString(), "missing");
    }

    @Test
    void entryThatHoldsNoCommands_isNoticedInEachSegment() throws IOException {
        LogInspection.Report report = inspect(disk, entry -> {
            throw new IOException("kind 9");
        });
        assertThat(report.problems()).hasSize(segments).allMatch(problem -> problem.contains("kind 9"));
    }

    @Test
    void endBelowTheDurableIndex_isNoticed() throws IOException {
        assertThat(LogInspection.of(disk, DIRECTORY, LogFixture.ID, LogFixture.SHARD, 13, entry -> {})
                        .problems())
                .isEqualTo(List.of(DIRECTORY + ": the log ends at 12 below the durable index 13:"
                        + " it is older than the data files, or its end is damaged"));
    }
}

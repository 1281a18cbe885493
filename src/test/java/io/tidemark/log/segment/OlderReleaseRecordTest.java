package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: a release record that is older than the log's newest segment, whose header has a later one. */
final class OlderReleaseRecordTest {
    private static final String PAD = "-".repeat(3900);

    @Test
    void I7_headerKnowsALaterRelease_isRefusedThoughEverySegmentIsThere(@TempDir Path temp) throws IOException {
        Path directory = temp.resolve("log");
        Path record = directory.resolve("LOG");
        LogFixture log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        log.append(PAD, PAD, PAD);
        byte[] older = Files.readAllBytes(record);
        log.disk.failWhen(call -> call.startsWith("delete 0"));
        log.release(2);
        log.append(PAD);
        byte[] newer = Files.readAllBytes(record);
        assertThat(LogFixture.names(directory))
                .as("the control: no segment is missing, and one more than the older record lists")
                .contains("0000000001.log", "0000000002.log", "0000000003.log", "0000000004.log")
                .doesNotContain("0000000005.log");

        Files.write(record, older);
        for (long durableIndex : new long[] {0, 1, 2, 4}) {
            assertThatThrownBy(() -> LogFixture.reopened(directory, durableIndex))
                    .as("data files durable up to " + durableIndex)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("older than the segments")
                    .hasMessageContaining("header records a release up to 2, the control file only up to 0");
        }
        Files.write(record, newer);
        assertThat(LogFixture.reopened(directory, 2).applied).hasSize(2);
    }
}

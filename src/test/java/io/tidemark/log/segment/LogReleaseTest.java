package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I3: the log forgets up to the durable index and no further, and says so durably before a file goes. */
final class LogReleaseTest {
    private static final String PAD = "-".repeat(3900);

    private Path directory;
    private LogFixture log;

    @BeforeEach
    void setUp(@TempDir Path temp) throws IOException {
        directory = temp.resolve("log");
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        log.append(PAD, PAD, PAD, PAD);
        log.disk.forget();
    }

    @Test
    void I3_release_recordIsDurableBeforeAnyFileGoes() {
        log.release(2);
        assertThat(log.disk.calls())
                .as("the release record before any deletion")
                .containsExactly(
                        "create LOG.new",
                        "write LOG.new",
                        "force LOG.new",
                        "rename LOG.new LOG",
                        "sync directory",
                        "delete 0000000001.log",
                        "delete 0000000002.log");
        assertThat(log.log.releasedIndex()).isEqualTo(2);
    }

    @Test
    void I3_release_keepsWhatIsAboveTheDurableIndex() throws IOException {
        log.release(3);
        assertThat(log.read(4, 4)).containsExactly("4=" + PAD);
        assertThat(LogFixture.reopened(directory, 3).applied).hasSize(1);
    }

    @Test
    void I3_recordUnknown_isWrittenAgainBeforeLeftoversGo() throws IOException {
        log.disk.failWhen(call -> call.startsWith("delete"));
        log.release(2);
        assertThat(LogFixture.names(directory)).contains("0000000001.log", "0000000002.log");
        LogFixture again = new LogFixture(directory);
        again.open(4);
        assertThat(again.disk.calls().subList(3, 7))
                .containsExactly(
                        "rename LOG.new LOG", "sync directory", "delete 0000000001.log", "delete 0000000002.log");
    }

    @Test
    void I9_release_nothingToDrop_costsNoSystemCall() {
        log.release(0);
        log.release(1);
        log.disk.forget();
        log.release(1);
        assertThat(log.disk.calls()).isEmpty();
    }

    @Test
    void release_keepsTheActiveSegment() throws IOException {
        log.release(4);
        assertThat(LogFixture.names(directory)).containsExactly("0000000004.log", "LOG");
        log.append("x");
        assertThat(LogFixture.reopened(directory, 4).applied).containsExactly("5=x");
    }

    @Test
    void release_beyondTheEnd_isCapped() throws IOException {
        log.release(100);
        assertThat(log.log.releasedIndex()).isEqualTo(4);
        LogFixture.reopened(directory, 4);
    }

    @Test
    void release_afterReopen_keepsTheLastSegment() throws IOException {
        log.close();
        LogFixture again = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        again.open(4);
        again.release(4);
        assertThat(LogFixture.names(directory)).containsExactly("0000000004.log", "LOG");
        again.append("x");
        assertThat(LogFixture.reopened(directory, 4).applied).containsExactly("5=x");
    }

    @Test
    void release_recordFails_keepsTheSegmentsAndTriesAgain() throws IOException {
        for (String step : new String[] {"create LOG", "force LOG", "rename LOG", "sync"}) {
            Path scene = directory.resolveSibling(step.replace(' ', '-'));
            LogFixture other = new LogFixture(scene, SegmentLogOptions.MIN_SEGMENT_BYTES);
            other.open(0);
            other.append(PAD, PAD, PAD);
            other.disk.failWhen(call -> call.startsWith(step));
            other.release(2);
            assertThat(other.log.releasedIndex()).isZero();
            assertThat(LogFixture.names(scene)).contains("0000000001.log", "0000000002.log");
            Path crashed = LogFixture.copy(scene, scene.resolveSibling("crashed" + step.length()));
            assertThat(LogFixture.reopened(crashed, 2).applied).hasSize(1);

            other.disk.failWhen(call -> false);
            other.append(PAD);
            other.release(2);
            assertThat(LogFixture.names(scene)).containsExactly("0000000003.log", "0000000004.log", "LOG");
            assertThat(LogFixture.reopened(scene, 2).applied).hasSize(2);
        }
    }
}

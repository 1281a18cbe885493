package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.LogRecovery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log while nothing goes wrong. */
final class SegmentLogTest {
    private Path directory;
    private LogFixture log;

    @BeforeEach
    void setUp(@TempDir Path temp) {
        directory = temp.resolve("log");
        log = new LogFixture(directory);
    }

    @Test
    void open_missingDirectory_isEmptyAndTouchesNothing() throws IOException {
        assertThat(log.open(0)).isEqualTo(new LogRecovery(0, 0, 0, 0, 0));
        assertThat(log.disk.calls()).isEmpty();
        assertThat(directory).doesNotExist();
    }

    @Test
    void close_nothingAppended_makesNoFile() throws IOException {
        log.open(0);
        log.close();
        assertThat(log.disk.calls()).isEmpty();
    }

    @Test
    void append_closeReopen_replaysInOrder() throws IOException {
        log.open(0);
        log.append("a", "b").appendTogether("c", "d").close();
        LogFixture again = new LogFixture(directory);
        assertThat(again.open(0)).as("what is replayed").isEqualTo(new LogRecovery(4, 4, 0, 0, 4));
        assertThat(again.applied).containsExactly("1=a", "2=b", "3=c", "4=d").isEqualTo(log.applied);
    }

    @Test
    void open_durableIndex_replaysWhatIsAbove() throws IOException {
        log.open(0);
        log.append("a", "b", "c").close();
        assertThat(LogFixture.reopened(directory, 2).applied).containsExactly("3=c");
        assertThat(LogFixture.reopened(directory, 3).applied).isEmpty();
    }

    @Test
    void I1_append_isAppliedOnlyAfterTheForce() throws IOException {
        log.open(0);
        log.append("a");
        log.disk.forget();
        log.append("b");
        assertThat(log.disk.calls()).containsExactly("write 0000000001.log.new", "force 0000000001.log.new", "apply 2");
    }

    @Test
    void append_hundredWaiting_shareOneForce() throws IOException {
        log.open(0);
        log.append("first");
        log.disk.forget();
        IntStream.range(0, 100).forEach(i -> log.queue("v" + i));
        assertThat(log.tasks).hasSize(1);
        log.runTasks();
        assertThat(log.disk.count("write")).isEqualTo(1);
        assertThat(log.disk.count("force")).isEqualTo(1);
        assertThat(log.applied).hasSize(101);
    }

    @Test
    void append_allUnlogged_costsNoSystemCall() throws IOException {
        log.open(0);
        TestBatch batch = log.queue(null);
        log.queue(null);
        log.runTasks();
        assertThat(batch.applies).isEqualTo(1);
        assertThat(log.disk.calls()).isEmpty();
        assertThat(log.log.lastIndex()).isZero();
    }

    @Test
    void append_unloggedBetweenLogged_keepsItsPlace() throws IOException {
        log.open(0);
        log.appendTogether("a", null, "b");
        assertThat(log.applied).containsExactly("1=a", "unlogged", "2=b");
    }

    @Test
    void append_batchIsClosedOnceAndByTheTask() throws IOException {
        log.open(0);
        TestBatch batch = log.queue("a");
        assertThat(batch.closes).isZero();
        log.runTasks();
        assertThat(batch.closes).isEqualTo(1);
        assertThat(batch.applies).isEqualTo(1);
        assertThat(batch.failures).isZero();
    }

    @Test
    void append_clockGoesBack_timeDoesNot() throws IOException {
        log.open(0);
        log.append("a");
        log.clock.set(500);
        log.append("b");
        log.close();
        LogFixture again = new LogFixture(directory);
        again.clock.set(100);
        again.open(0);
        again.append("c");
        assertThat(again.times).containsExactly(1_000L, 1_000L, 1_000L);
    }

    @Test
    void append_beyondGroupLimit_splitsGroups() throws IOException {
        log.open(0);
        log.append("first");
        log.disk.forget();
        String large = "x".repeat(3 << 20);
        log.appendTogether(large, large, "y");
        assertThat(log.disk.count("force")).isEqualTo(2);
        assertThat(log.read(2, 4)).containsExactly("2=" + large, "3=" + large, "4=y");
    }

    @Test
    void append_afterClose_failsUnwritten() throws IOException {
        log.open(0);
        log.append("a").close();
        TestBatch late = log.queue("b");
        log.runTasks();
        assertThat(late.failures).isEqualTo(1);
        assertThat(late.outcomeUnknown).isFalse();
        assertThat(late.cause).hasMessageContaining("is closed");
    }

    @Test
    void close_drainsWhatWaits() throws IOException {
        log.open(0);
        TestBatch waiting = log.queue("a");
        log.close();
        assertThat(waiting.applies).isEqualTo(1);
        assertThat(log.log.close().succeeded()).isTrue();
    }

    @Test
    void close_marks_soThatReopeningRewritesNothing() throws IOException {
        log.open(0);
        log.append("a", "b").close();
        LogFixture again = new LogFixture(directory);
        assertThat(again.open(0).rewrittenEntries()).isZero();
        assertThat(again.disk.count("create 0")).isZero();
        again.disk.forget();
        again.close();
        assertThat(again.disk.calls()).isEmpty();
    }

    @Test
    void close_afterARewrittenTail_needsNoMark() throws IOException {
        log.open(0);
        log.append("a", "b");
        LogFixture again = LogFixture.reopened(directory, 0);
        again.disk.forget();
        again.close();
        assertThat(again.disk.calls()).isEmpty();
    }

    @Test
    void append_executorShutDown_failsTheBatch() throws IOException {
        SegmentLog rejecting = new SegmentLog(
                log.disk,
                directory,
                LogFixture.ID,
                3,
                new SegmentLogOptions(),
                task -> {
                    throw new java.util.concurrent.RejectedExecutionException("shut down");
                },
                () -> 0,
                log.failures::add);
        rejecting.open(0, log);
        TestBatch batch = new TestBatch("a");
        rejecting.append(batch);
        assertThat(batch.failures).isEqualTo(1);
        assertThat(batch.outcomeUnknown).isFalse();
        assertThat(rejecting.close().failed()).isTrue();
    }

    @Test
    void rotation_fullSegment_beginsAnother() throws IOException {
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        String kib = "k".repeat(1024 - 2 * Frame.HEADER_BYTES);
        for (int i = 0; i < 9; i++) {
            log.append(kib);
        }
        assertThat(LogFixture.names(directory))
                .containsExactly("0000000001.log", "0000000002.log", "0000000003.log", "LOG");
        assertThat(directory.resolve("0000000001.log"))
                .as("four frames and room for a mark")
                .hasSize(8192 - 4 * Frame.HEADER_BYTES);
        assertThat(LogFixture.reopened(directory, 0).applied).hasSize(9);
    }

    @Test
    void rotation_frameLargerThanSegment_getsItsOwn() throws IOException {
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        String large = "x".repeat(20_000);
        log.appendTogether("a", large, "b");
        assertThat(LogFixture.names(directory)).hasSize(4);
        assertThat(LogFixture.reopened(directory, 0).applied).containsExactly("1=a", "2=" + large, "3=b");
    }

    @Test
    void read_acrossSegments_handsOutTheRange() throws IOException {
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        String pad = "-".repeat(1500);
        for (int i = 1; i <= 10; i++) {
            log.append(i + pad);
        }
        assertThat(log.read(2, 9)).hasSize(8).first().isEqualTo("2=2" + pad);
        assertThat(log.read(9, 10)).containsExactly("9=9" + pad, "10=10" + pad);
        assertThat(log.read(11, 10)).isEmpty();
        assertThatThrownBy(() -> log.read(5, 11)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void retainedBytes_growsAndShrinks() throws IOException {
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        String pad = "-".repeat(3900);
        log.append(pad, pad, pad);
        assertThat(log.log.retainedBytes()).isEqualTo(3 * (4096 + 3952));
        log.release(2);
        assertThat(log.log.retainedBytes()).isEqualTo(4096 + 3952);
        assertThat(log.log.releasedIndex()).isEqualTo(2);
    }
}

package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes, forces and applies that fail. */
final class LogFailureTest {
    private Path directory;
    private LogFixture log;

    @BeforeEach
    void setUp(@TempDir Path temp) throws IOException {
        directory = temp.resolve("log");
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        log.append("a");
        log.disk.forget();
    }

    private static void assertFailed(TestBatch batch, boolean outcomeUnknown) {
        assertThat(batch.failures).isEqualTo(1);
        assertThat(batch.applies).isZero();
        assertThat(batch.outcomeUnknown).isEqualTo(outcomeUnknown);
    }

    @Test
    void I5_failedForce_isFinalAndNeverRetried() throws IOException {
        log.disk.failWhen(call -> call.startsWith("force"));
        TestBatch first = log.queue("b");
        TestBatch unlogged = log.queue(null);
        TestBatch large = log.queue("x".repeat(5000));
        log.runTasks();
        log.disk.failWhen(call -> false);
        TestBatch later = log.queue("d");
        log.runTasks();
        log.release(1);

        assertFailed(first, true);
        assertFailed(unlogged, false);
        assertFailed(large, false);
        assertFailed(later, false);
        assertThat(log.failures).hasSize(1);
        assertThat(log.applied).containsExactly("1=a");
        var closed = log.log.close();
        log.runTasks();
        assertThat(closed.failed()).isTrue();
        assertThat(log.disk.count("force")).isEqualTo(1);
        assertThat(log.disk.calls()).hasSize(2);
    }

    @Test
    void failedWrite_isFinal_outcomeUnknown() {
        log.disk.failWhen(call -> call.startsWith("write"));
        TestBatch batch = log.queue("b");
        log.runTasks();
        assertFailed(batch, true);
        assertThat(log.failures).hasSize(1);
        assertThat(log.disk.count("force")).isZero();
    }

    @Test
    void failedNewSegment_isFinal_nothingWritten() throws IOException {
        for (String step : new String[] {"create 0000000002", "force 0000000002", "rename 00", "sync", "create LOG"}) {
            Path scene = directory.resolveSibling(step.replace(' ', '-'));
            LogFixture other = new LogFixture(scene, SegmentLogOptions.MIN_SEGMENT_BYTES);
            other.open(0);
            other.append("a".repeat(4000));
            other.disk.failWhen(call -> call.startsWith(step));
            TestBatch batch = other.queue("b".repeat(4000));
            other.runTasks();
            assertFailed(batch, false);
            assertThat(other.failures).hasSize(1);
            assertThat(LogFixture.reopened(scene, 0).applied).hasSize(1);
        }
    }

    @Test
    void shortWrites_goOnWhereTheyStopped() throws IOException {
        log.disk.shortenWrites(7);
        log.append("b".repeat(1000), "c".repeat(7000));
        assertThat(log.disk.count("force 0")).isEqualTo(3);
        LogFixture again = LogFixture.reopened(directory, 0);
        assertThat(again.applied).containsExactly("1=a", "2=" + "b".repeat(1000), "3=" + "c".repeat(7000));
    }

    @Test
    void failedApply_handsOutNothingFurther() throws IOException {
        log.poison = "b";
        TestBatch poisoned = log.queue("b");
        TestBatch durable = log.queue("c");
        TestBatch unlogged = log.queue(null);
        TestBatch waiting = log.queue("x".repeat(5000));
        log.runTasks();
        log.poison = null;
        TestBatch later = log.queue("d");
        log.runTasks();

        assertThat(poisoned.failures).isZero();
        assertFailed(durable, true);
        assertFailed(unlogged, false);
        assertFailed(waiting, false);
        assertFailed(later, false);
        assertThat(log.failures).isEmpty();
        assertThat(log.applyFailures).hasSize(1);
        assertThat(log.applied).containsExactly("1=a");
        log.close();
        LogFixture again = new LogFixture(directory);
        assertThat(again.open(1).rewrittenEntries()).isZero();
        assertThat(again.applied).containsExactly("2=b", "3=c");
    }

    @Test
    void failedApply_onReplay_failsOpen() throws IOException {
        log.append("b").close();
        LogFixture again = new LogFixture(directory);
        again.poison = "b";
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> again.open(0)).hasMessage("poisoned");
        assertThat(again.applied).containsExactly("1=a");
    }

    @Test
    void batchThatCannotBeClosed_failsAlone() {
        io.tidemark.log.LogBatch broken = new io.tidemark.log.LogBatch() {
            @Override
            public java.nio.ByteBuffer close() {
                throw new IllegalStateException("broken");
            }

            @Override
            public void failed(IOException cause, boolean outcomeUnknown) {
                log.applied.add(
                        "failed " + outcomeUnknown + " " + cause.getClass().getSimpleName());
            }
        };
        log.log.append(broken);
        log.append("b");
        assertThat(log.applied).containsExactly("1=a", "failed false BatchRefusedException", "2=b");
    }

    @Test
    void failedMark_failsClose_losesNothing() throws IOException {
        log.disk.failWhen(call -> call.startsWith("force"));
        var closed = log.log.close();
        log.runTasks();
        assertThat(closed.failed()).isTrue();
        assertThat(LogFixture.reopened(directory, 0).applied).containsExactly("1=a");
    }
}

package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: what was not known to be durable before a restart is rewritten and forced before it is applied. */
final class RewrittenTailTest {
    private Path directory;
    private LogFixture log;

    @BeforeEach
    void setUp(@TempDir Path temp) throws IOException {
        directory = temp.resolve("log");
        log = new LogFixture(directory);
        log.open(0);
    }

    @Test
    void I7_unmarkedTail_isForcedInANewSegmentBeforeAnythingIsApplied() throws IOException {
        log.append("a", "b").appendTogether("c", "d");
        LogFixture crashed = new LogFixture(directory);
        assertThat(crashed.open(0).rewrittenEntries()).isEqualTo(2);
        assertThat(crashed.disk.calls())
                .containsExactly(
                        "create LOG.new",
                        "write LOG.new",
                        "force LOG.new",
                        "rename LOG.new LOG",
                        "sync directory",
                        "create 0000000002.log.new",
                        "write 0000000002.log.new",
                        "write 0000000002.log.new",
                        "write 0000000002.log.new",
                        "force 0000000002.log.new",
                        "rename 0000000002.log.new 0000000002.log",
                        "sync directory",
                        "create LOG.new",
                        "write LOG.new",
                        "force LOG.new",
                        "rename LOG.new LOG",
                        "sync directory",
                        "write 0000000002.log.new",
                        "force 0000000002.log.new",
                        "apply 1",
                        "apply 2",
                        "apply 3",
                        "apply 4");
        assertThat(crashed.read(1, 4)).containsExactly("1=a", "2=b", "3=c", "4=d");
    }

    @Test
    void unmarkedTail_thatIsAllOfItsSegment_takesItsName() throws IOException {
        log.appendTogether("a", "b");
        LogFixture crashed = new LogFixture(directory);
        assertThat(crashed.open(0).rewrittenEntries()).isEqualTo(2);
        assertThat(LogFixture.names(directory)).containsExactly("0000000001.log", "LOG");
        crashed.append("c");
        LogFixture again = LogFixture.reopened(directory, 0);
        assertThat(again.applied).containsExactly("1=a", "2=b", "3=c");
    }

    @Test
    void rewrittenEntries_keepTheirTimes() throws IOException {
        log.append("a");
        log.clock.set(2_000);
        log.append("b");
        LogFixture crashed = new LogFixture(directory);
        crashed.clock.set(9_000);
        crashed.open(0);
        assertThat(crashed.times).containsExactly(1_000L, 2_000L);
        crashed.clock.set(100);
        crashed.append("c");
        assertThat(crashed.times.get(2)).isGreaterThanOrEqualTo(2_000L);
    }

    @Test
    void crashes_withoutAppends_addNoFileAfterTheFirst() throws IOException {
        log.append("a", "b");
        LogFixture.reopened(directory, 0);
        List<String> names = LogFixture.names(directory);
        for (int i = 0; i < 10; i++) {
            LogFixture crashed = new LogFixture(directory);
            assertThat(crashed.open(0).rewrittenEntries()).isZero();
            assertThat(crashed.applied).containsExactly("1=a", "2=b");
            assertThat(crashed.disk.calls())
                    .containsExactly(
                            "create LOG.new",
                            "write LOG.new",
                            "force LOG.new",
                            "rename LOG.new LOG",
                            "sync directory",
                            "apply 1",
                            "apply 2");
        }
        assertThat(LogFixture.names(directory)).isEqualTo(names);
    }

    @Test
    void crashes_afterBeginningASegment_dontMultiplyEmptyOnes() throws IOException {
        log.append("a").close();
        for (int i = 0; i < 10; i++) {
            LogFixture crashed = LogFixture.reopened(directory, 0);
            int[] writes = {0};
            int group = i == 0 ? 2 : 1; // the first of all writes the header before
            crashed.disk.failWhen(call -> call.startsWith("write 0000000002") && ++writes[0] == group);
            crashed.append("never written");
            assertThat(crashed.failures).hasSize(1);
        }
        assertThat(LogFixture.names(directory)).containsExactly("0000000001.log", "0000000002.log", "LOG");
        assertThat(LogFixture.reopened(directory, 0).applied).containsExactly("1=a");
    }

    @Test
    void I7_rewrittenTail_damagedLater_isCorruption() throws IOException {
        log.append("a", "b");
        LogFixture.reopened(directory, 0);
        Path rewritten = LogFixture.segment(directory, 2);
        long whole = Files.size(rewritten) - Frame.HEADER_BYTES; // but for the mark behind it
        LogFixture.zero(rewritten, SegmentHeader.BYTES, whole + Frame.HEADER_BYTES);
        assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the segment's header says that entries up to 2");
        LogFixture.truncate(rewritten, SegmentHeader.BYTES);
        assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("its header says that " + whole + " were durable");
    }

    @Test
    void rewrite_failingForce_opensNothingAndChangesNothing() throws IOException {
        log.append("a", "b");
        List<String> names = LogFixture.names(directory);
        LogFixture crashed = new LogFixture(directory);
        crashed.disk.failWhen(call -> call.equals("force 0000000002.log.new"));
        assertThatThrownBy(() -> crashed.open(0)).hasMessageContaining("injected");
        assertThat(crashed.applied).isEmpty();
        assertThat(crashed.disk.count("force 0000000002")).isEqualTo(1);
        LogFixture again = LogFixture.reopened(directory, 0);
        assertThat(again.applied).containsExactly("1=a", "2=b");
        assertThat(LogFixture.names(directory)).hasSize(names.size() + 1);
    }

    @Test
    void mark_thatWasNotDurable_isNoLinkOfTheChain() throws IOException {
        log.append("a");
        log.disk.failWhen(call -> call.startsWith("force"));
        log.log.close();
        log.runTasks();
        Path first = LogFixture.segment(directory, 1);
        long withMark = java.nio.file.Files.size(first);
        LogFixture.reopened(directory, 0).append("b");
        LogFixture.truncate(first, withMark - Frame.HEADER_BYTES);
        assertThat(LogFixture.reopened(directory, 0).applied).containsExactly("1=a", "2=b");
    }

    @Test
    void crash_atEveryStep_losesNothingAcknowledged() throws IOException {
        for (int step = 0; ; step++) {
            Path scene = directory.resolveSibling("step" + step);
            boolean reachedTheEnd = scenario(scene, step);
            if (reachedTheEnd) {
                assertThat(step).isGreaterThan(60);
                return;
            }
        }
    }

    /** A life of two processes in which every call from the given one on fails, as if the process had died there. */
    private static boolean scenario(Path scene, int step) throws IOException {
        int[] calls = {0};
        String pad = "-".repeat(1800);
        LogFixture first = new LogFixture(scene, SegmentLogOptions.MIN_SEGMENT_BYTES);
        first.disk.failWhen(call -> !call.startsWith("apply") && calls[0]++ >= step);
        first.open(0);
        first.append("1" + pad, "2" + pad, "3" + pad);
        List<String> acknowledged = new ArrayList<>(first.applied);
        int durable = Math.min(2, acknowledged.size());
        first.release(durable);

        LogFixture second = new LogFixture(scene, SegmentLogOptions.MIN_SEGMENT_BYTES);
        second.disk.failWhen(call -> !call.startsWith("apply") && calls[0]++ >= step);
        try {
            second.open(durable);
            second.append("4" + pad, "5" + pad);
            acknowledged.subList(durable, acknowledged.size()).clear();
            acknowledged.addAll(second.applied);
            durable = Math.min(4, acknowledged.size());
            second.release(durable);
        } catch (IOException died) {
            assertThat(died).as("step %d", step).hasMessageContaining("injected");
        }

        LogFixture last = LogFixture.reopened(scene, durable);
        assertThat(last.log.lastIndex()).as("step %d", step).isGreaterThanOrEqualTo(acknowledged.size());
        List<String> replayed = acknowledged.subList(durable, acknowledged.size());
        assertThat(last.applied.subList(0, replayed.size())).as("step %d", step).isEqualTo(replayed);
        last.append("more").close();
        LogFixture.reopened(scene, last.log.lastIndex());
        return calls[0] <= step;
    }
}

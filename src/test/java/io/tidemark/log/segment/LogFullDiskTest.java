package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log on a full disk: it is suspended or refuses, loses nothing, and resumes by itself. Segments of 8 KiB. */
final class LogFullDiskTest {
    private static final Path DIRECTORY = Path.of("/log");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private LogFixture log = on(disk);

    @BeforeEach
    void open() throws IOException {
        log.open(0);
        log.append("a");
        log.disk.forget();
    }

    private static LogFixture on(FaultyDisk disk) {
        SegmentLogOptions options = new SegmentLogOptions(SegmentLogOptions.MIN_SEGMENT_BYTES, 0, 0);
        LogFixture fixture = new LogFixture(disk, DIRECTORY, options, LogFixture.ID, LogFixture.SHARD);
        fixture.waiting = true;
        return fixture;
    }

    /** Leaves room for so many bytes more. */
    private void leave(long bytes) {
        disk.faults().limitBytes(Long.MAX_VALUE);
        long used = Long.MAX_VALUE - disk.freeBytes();
        disk.faults().limitBytes(used + bytes);
    }

    private static List<String> openedAgain(FaultyDisk left) throws IOException {
        LogFixture again = on(left);
        again.open(0);
        return again.applied;
    }

    private static String large(String name) {
        return name + "x".repeat(3_000);
    }

    @Test
    void write_diskFull_suspendsAndThenWritesTheSameBytesAtTheSamePlace() throws IOException {
        leave(70);
        TestBatch first = log.queue("b");
        TestBatch second = log.queue("c");
        log.runTasks();
        TestBatch later = log.queue("d");
        log.runTasks();
        assertThat(log.hosted).containsExactly("suspended WRITING");
        assertThat(log.tasks).as("it does not spin").isEmpty();
        assertThat(log.disk.count("force"))
                .as("forces of what is not all there")
                .isZero();
        assertThat(first.failures + second.failures + later.failures).isZero();
        log.pause();
        assertThat(log.hosted).as("notified once").containsExactly("suspended WRITING");
        long size = disk.bytes(LogFixture.segment(DIRECTORY, 1)).length;
        leave(1 << 20);
        log.pause();
        assertThat(log.hosted).containsExactly("suspended WRITING", "resumed WRITING");
        assertThat(log.applied).containsExactly("1=a", "2=b", "3=c", "4=d");
        assertThat(log.timers).isEmpty();
        assertThat(disk.bytes(LogFixture.segment(DIRECTORY, 1)).length)
                .as("three frames of 56, the torn one overwritten")
                .isEqualTo(size - 70 + 3 * 56);
        assertThat(openedAgain(disk.copyOf().crashLosingAllUnforced())).isEqualTo(log.applied);
    }

    @Test
    void write_diskFull_ballastHelpsAtOnce() {
        leave(70);
        log.ballast = () -> leave(1 << 20);
        log.appendTogether("b", "c");
        assertThat(log.hosted).isEmpty();
        assertThat(log.applied).containsExactly("1=a", "2=b", "3=c");
    }

    @Test
    void write_diskFullAtAnyByte_aKillLosesNothingAcknowledged() throws IOException {
        List<List<String>> seen = new ArrayList<>();
        for (int room = 0; room <= 3 * 56; room += 8) {
            FaultyDisk fork = disk.copyOf();
            LogFixture other = on(fork);
            other.open(0);
            other.append("a2");
            fork.faults().limitBytes(Long.MAX_VALUE);
            fork.faults().limitBytes(Long.MAX_VALUE - fork.freeBytes() + room);
            other.appendTogether("b", "c", "d");
            List<String> again = openedAgain(fork.kill());
            seen.add(again);
            assertThat(again).as("with room for %d bytes", room).startsWith("1=a", "2=a2");
            assertThat(List.of("1=a", "2=a2", "3=b", "4=c", "5=d"))
                    .as("with room for %d bytes", room)
                    .startsWith(again.toArray(new String[0]));
        }
        assertThat(seen)
                .as("the control: whole frames of a group that waits are found")
                .contains(List.of("1=a", "2=a2", "3=b"));
    }

    @Test
    void write_fails_forAnotherReason_isFinal() {
        disk.faults().failWrite("*.log*").saying(Faults.IO_ERROR).times(1);
        log.append("b");
        assertThat(log.failures).hasSize(1);
        assertThat(log.hosted).isEmpty();
    }

    @Test
    void force_saysNoSpace_isFinal() {
        disk.faults().failForce("*.log*").saying(Faults.NO_SPACE).times(1);
        log.append("b");
        assertThat(log.failures).hasSize(1);
        assertThat(log.hosted).isEmpty();
    }

    @Test
    void newSegment_diskFull_refusesWhatNeedsItAndNothingElse() throws IOException {
        log.append(large("b"));
        for (String step : new String[] {"create", "write", "force", "rename"}) {
            log.hosted.clear();
            Operation operation = Operation.valueOf(step.toUpperCase(java.util.Locale.ROOT));
            disk.faults()
                    .fail(operation, "0000000002.log.new")
                    .saying(Faults.NO_SPACE)
                    .times(1);
            TestBatch refused = log.queue(large("refused"));
            TestBatch unlogged = log.queue(null);
            log.runTasks();
            assertThat(log.hosted).as(step).containsExactly("refused");
            assertThat(refused.failures).isEqualTo(1);
            assertThat(refused.outcomeUnknown).isFalse();
            assertThat(refused.cause).isInstanceOf(RetryLaterException.class);
            assertThat(unlogged.applies).isEqualTo(1);
            assertThat(disk.exists(DIRECTORY.resolve("0000000002.log.new")))
                    .as("left behind after %s", step)
                    .isFalse();
        }
        log.append("fits", large("c"));
        assertThat(log.failures).isEmpty();
        assertThat(log.applied)
                .filteredOn(text -> !text.equals("unlogged"))
                .containsExactly("1=a", "2=" + large("b"), "3=fits", "4=" + large("c"));
        assertThat(openedAgain(disk.copyOf().crashLosingAllUnforced())).hasSize(4);
    }

    /** The process has none left: neither a failed log nor a full disk, whose reserves would not help. */
    @Test
    void newSegment_noDescriptor_refusesWhatNeedsItAndFreesNothing() throws IOException {
        log.append(large("b"));
        log.ballast = () -> {
            throw new AssertionError("the reserve file is for a full disk");
        };
        for (String file : new String[] {"0000000002.log.new", "LOG.new"}) {
            log.hosted.clear();
            disk.faults().failCreate(file).saying(Faults.NO_DESCRIPTORS).times(1);
            TestBatch refused = log.queue(large("refused"));
            log.runTasks();
            assertThat(log.hosted).as(file).containsExactly("refused");
            assertThat(refused.outcomeUnknown).isFalse();
            assertThat(refused.cause).isInstanceOf(RetryLaterException.class);
        }
        log.append(large("c"));
        assertThat(log.failures).isEmpty();
        assertThat(log.applied).containsExactly("1=a", "2=" + large("b"), "3=" + large("c"));
        assertThat(openedAgain(disk.copyOf().crashLosingAllUnforced())).isEqualTo(log.applied);
    }

    @Test
    void newSegment_createdButNotListed_theOldOneIsNeverAppendedAgain() throws IOException {
        log.append(large("b"));
        disk.faults().failCreate("LOG.new").saying(Faults.NO_SPACE).times(2);
        TestBatch refused = log.queue(large("refused"));
        log.runTasks();
        assertThat(refused.cause).isInstanceOf(RetryLaterException.class);
        assertThat(disk.exists(LogFixture.segment(DIRECTORY, 2)))
                .as("the control: it is there")
                .isTrue();
        TestBatch small = log.queue("it would fit the old one");
        log.runTasks();
        assertThat(small.cause).isInstanceOf(RetryLaterException.class);
        log.append("c");
        List<String> acknowledged = List.copyOf(log.applied);
        assertThat(acknowledged).containsExactly("1=a", "2=" + large("b"), "3=c");
        assertThat(openedAgain(disk.copyOf())).as("after a kill").isEqualTo(acknowledged);
        assertThat(openedAgain(disk.copyOf().crashLosingAllUnforced()))
                .as("after a power cut")
                .isEqualTo(acknowledged);
    }

    @Test
    void newSegment_createdButNotListed_aKillFindsAll() throws IOException {
        log.append(large("b"));
        disk.faults().failCreate("LOG.new").saying(Faults.NO_SPACE).always();
        log.append(large("refused"));
        log.release(1);
        assertThat(openedAgain(disk.copyOf())).containsExactly("1=a", "2=" + large("b"));
        log.close();
        assertThat(disk.openFiles()).isEmpty();
    }

    @Test
    void apply_retryLater_suspendsAllBehindItAndResumesInOrder() throws IOException {
        log.early = "c";
        TestBatch first = log.queue("b");
        TestBatch early = log.queue("c");
        TestBatch unlogged = log.queue(null);
        TestBatch last = log.queue("d");
        log.runTasks();
        TestBatch later = log.queue("e");
        log.runTasks();
        log.pause();
        log.pause();
        assertThat(log.applied).containsExactly("1=a", "2=b");
        assertThat(log.hosted).containsExactly("suspended APPLYING");
        log.early = null;
        log.pause();
        assertThat(log.applied).containsExactly("1=a", "2=b", "3=c", "unlogged", "4=d", "5=e");
        assertThat(log.hosted).containsExactly("suspended APPLYING", "resumed APPLYING");
        for (TestBatch each : List.of(first, early, unlogged, last, later)) {
            assertThat(each.applies).isEqualTo(1);
            assertThat(each.failures).isZero();
        }
        assertThat(log.disk.count("force"))
                .as("one for each group, none for a second try")
                .isEqualTo(2);
    }

    @Test
    void apply_retryLater_releasesContinue() throws IOException {
        log.append(large("b"), large("c"));
        log.early = "d";
        log.append("d");
        log.release(2);
        assertThat(disk.exists(LogFixture.segment(DIRECTORY, 1))).isFalse();
        assertThat(log.timers).hasSize(1);
    }

    @Test
    void apply_retryLaterWithoutTimer_failsWithTheBatchAnswered() throws IOException {
        log.waiting = false;
        log.early = "b";
        TestBatch batch = log.queue("b");
        log.runTasks();
        assertThat(batch.failures).isEqualTo(1);
        assertThat(batch.outcomeUnknown).isTrue();
        assertThat(log.applyFailures).hasSize(1);
        assertThat(openedAgain(disk.copyOf())).containsExactly("1=a", "2=b");
    }

    @Test
    void failFast_whileApplying_retriesOnceThenReportsUnknownOutcome() throws IOException {
        log.early = "c";
        TestBatch early = log.queue("c");
        log.runTasks();
        TestBatch behind = log.queue("d");
        log.runTasks();
        log.log.failFast();
        log.runTasks();
        assertThat(early.outcomeUnknown).isTrue();
        assertThat(behind.failures).isEqualTo(1);
        assertThat(behind.outcomeUnknown).as("never written").isFalse();
        assertThat(log.applyFailures).as("a stop, not a failure").isEmpty();
        assertThat(log.failures).isEmpty();
        log.close();
        assertThat(openedAgain(disk.copyOf())).containsExactly("1=a", "2=c");
    }

    @Test
    void failFast_spaceFreedMeanwhile_resumes() {
        log.early = "c";
        log.append("c");
        log.early = null;
        log.log.failFast();
        log.runTasks();
        assertThat(log.applied).containsExactly("1=a", "2=c");
    }

    @Test
    void close_whileWriting_endsAndNothingAcknowledgedIsLost() throws IOException {
        leave(20);
        TestBatch waiting = log.queue("b");
        log.runTasks();
        var closed = log.log.close();
        log.runTasks();
        assertThat(closed.isComplete()).isTrue();
        assertThat(waiting.outcomeUnknown).isTrue();
        assertThat(log.failures).as("a stop, not a failed log").isEmpty();
        assertThat(disk.openFiles()).isEmpty();
        assertThat(openedAgain(disk.copyOf())).containsExactly("1=a");
    }

    @Test
    void close_fullDisk_needsNoLastMark() throws IOException {
        leave(0);
        log.close();
        assertThat(openedAgain(disk.copyOf())).containsExactly("1=a");
    }

    @Test
    void replay_retryLater_continuesWhereItStopped() throws IOException {
        log.append("b", large("c"), large("d"), "e");
        LogFixture again = on(disk.kill());
        for (String early : new String[] {"a", large("c"), "e"}) {
            again.early = early;
            assertThatThrownBy(() -> again.open(0)).isInstanceOf(RetryLaterException.class);
            assertThatThrownBy(() -> again.open(0)).isInstanceOf(RetryLaterException.class);
        }
        again.early = null;
        LogRecovery found = again.open(0);
        assertThat(found.replayedEntries()).isEqualTo(5);
        assertThat(again.applied).isEqualTo(log.applied);
        again.append("f");
        assertThat(again.applied).endsWith("6=f");
    }

    @Test
    void replay_retryLater_canBeClosed() throws IOException {
        FaultyDisk left = disk.kill();
        LogFixture again = on(left);
        again.early = "a";
        assertThatThrownBy(() -> again.open(0)).isInstanceOf(RetryLaterException.class);
        again.close();
        assertThat(left.openFiles()).isEmpty();
        assertThat(openedAgain(left)).containsExactly("1=a");
    }

    @Test
    void open_diskFullForTheRewrittenTail_isRetried() throws IOException {
        log.append("b");
        FaultyDisk left = disk.kill();
        for (String file : new String[] {"0000000001.log.new", "LOG.new", "0000000002.log.new"}) {
            left.faults().failWrite(file).saying(Faults.NO_SPACE).times(1);
        }
        LogFixture again = on(left);
        int refused = 0;
        while (again.applied.isEmpty()) {
            try {
                again.open(0);
            } catch (RetryLaterException noRoom) {
                refused++;
                assertThat(left.openFiles()).isEmpty();
            }
        }
        assertThat(refused).isPositive();
        assertThat(again.applied).containsExactly("1=a", "2=b");
        assertThat(openedAgain(left.copyOf().crashLosingAllUnforced())).containsExactly("1=a", "2=b");
    }

    /** A directory that is forced a second time may have lost what the first time was to keep. */
    @Test
    void open_diskFullInForceOfASegmentsName_isNotRetried() throws IOException {
        log.append("b");
        FaultyDisk left = disk.copyOf().kill();
        left.faults().loseNames("log").saying(Faults.NO_SPACE).after(1).times(1);
        assertThatThrownBy(() -> on(left).open(0))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(RetryLaterException.class);
    }

    /** The control file's name is given to a new file each time. */
    @Test
    void open_diskFullInForceOfTheControlFilesName_isWrittenAgain() throws IOException {
        log.append("b");
        FaultyDisk left = disk.copyOf().kill();
        left.faults().loseNames("log").saying(Faults.NO_SPACE).times(1);
        LogFixture again = on(left);
        assertThatThrownBy(() -> again.open(0)).isInstanceOf(RetryLaterException.class);
        int renamed = left.journal().count(Operation.RENAME, "LOG.new");
        again.open(0);
        assertThat(left.journal().count(Operation.RENAME, "LOG.new"))
                .as("control files written")
                .isGreaterThan(renamed);
        assertThat(openedAgain(left.copyOf().crashLosingAllUnforced())).isEqualTo(again.applied);
    }

    private LogFixture reusing(FaultyDisk where) throws IOException {
        LogFixture fixture = new LogFixture(
                where,
                Path.of("/other"),
                new SegmentLogOptions(SegmentLogOptions.MIN_SEGMENT_BYTES, 4_096, 2),
                LogFixture.ID,
                LogFixture.SHARD);
        fixture.waiting = true;
        fixture.open(0);
        return fixture;
    }

    private static long spares(FaultyDisk where) throws IOException {
        return where.list(Path.of("/other")).stream()
                .filter(name -> name.endsWith(".spare"))
                .count();
    }

    private static void fillSegments(LogFixture fixture, int count) {
        for (int i = 0; i < count; i++) {
            fixture.append(large("s"), large("t"));
        }
    }

    @Test
    void spares_whileSpaceIsShort_areNotKept_andTrimDeletesThem() throws IOException {
        LogFixture kept = reusing(disk);
        fillSegments(kept, 6);
        kept.log.release(6);
        kept.runTasks();
        assertThat(spares(disk)).as("the control: with room they are kept").isEqualTo(2);
        kept.ample = false;
        kept.log.trim();
        kept.runTasks();
        assertThat(spares(disk)).isZero();
        kept.log.trim();
        assertThat(kept.tasks).as("nothing is left to do").isEmpty();
        fillSegments(kept, 4);
        kept.log.release(12);
        kept.runTasks();
        assertThat(spares(disk)).isZero();
        assertThat(kept.applied).hasSize(20);
    }

    @Test
    void write_diskFull_sparesAreDeletedFirst() throws IOException {
        LogFixture kept = reusing(disk);
        fillSegments(kept, 6);
        kept.log.release(6);
        kept.runTasks();
        assertThat(spares(disk)).isEqualTo(2);
        disk.leaveFree(0);
        kept.append("x".repeat(7_000));
        assertThat(kept.hosted).isEmpty();
        assertThat(kept.applied).hasSize(13);
        assertThat(spares(disk)).isZero();
    }
}

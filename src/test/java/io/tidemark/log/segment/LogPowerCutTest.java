package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a log; after every call that changes the disk, the power is cut or the process killed in a fork, and
 * the log recovers there. What was acknowledged is there; what a recovery applied survives the next power cut; nothing
 * is taken for corruption. jqwik prints the seed of a failure.
 */
final class LogPowerCutTest {
    private static final Path DIRECTORY = Path.of("/data/log");
    private static final int SEGMENT_BYTES = 12 << 10;

    @Property(tries = 12)
    void I1_powerCutAfterAnyCall_losesNothingAcknowledged(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 14) int steps) throws IOException {
        new Life(seed).run(steps, Trouble.NONE);
    }

    @Property(tries = 12)
    void I7_failedForceThenKillThenPowerCut_keepsWhatWasApplied(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 14) int steps) throws IOException {
        new Life(seed).run(steps, Trouble.FAILING_FORCES);
    }

    /** Groups that find no room at whatever point, and are tried again with more of it, or with as little. */
    @Test
    void I1_powerCutAfterAnyCallOnAFullDisk_losesNothingAcknowledged() throws IOException {
        long seed = Long.getLong("tidemark.log.seed", System.nanoTime());
        System.out.println("LogPowerCutTest: seed=" + seed);
        int suspensions = 0;
        int refusals = 0;
        int retries = 0;
        int cuts = 0;
        int ends = 0;
        for (int i = 0; i < 12 || (i < 100 && (suspensions == 0 || refusals == 0 || cuts == 0)); i++) {
            Life life = new Life(4 * (seed + i) + (i % 2 == 0 ? 0 : 3)); // files that take room with each group
            life.run(8, Trouble.NO_SPACE);
            suspensions += life.suspensions;
            refusals += life.refusals;
            retries += life.retries;
            ends += life.endsInWait;
            cuts += life.cutsInWait;
        }
        System.out.printf(
                "LogPowerCutTest: %d groups without room, %d retries, %d process ends and %d power cuts meanwhile;"
                        + " %d batches refused%n",
                suspensions, retries, ends, cuts, refusals);
        assertThat(suspensions)
                .as("the control: groups suspended on a full disk")
                .isPositive();
        assertThat(refusals).as("the control: batches refused").isPositive();
        assertThat(cuts).as("the control: power cuts meanwhile").isPositive();
    }

    /**
     * A process died between the control file's rename and the sync of its directory, or behind a sync that failed and lost
     * the name for good; the next one makes a segment.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void I7_controlFileWithAnUncertainName_isMadeDurableBeforeASegment(boolean lost) throws IOException {
        FaultyDisk disk = new FaultyDisk(5);
        failSync(disk, lost);
        LogFixture died = logOn(disk);
        died.open(0);
        died.append("never acknowledged");
        assertThat(died.failures).hasSize(1);
        FaultyDisk killed = disk.kill();
        int[] cuts = {0};
        List<String> refused = new ArrayList<>();
        killed.afterEachOperation(operation -> {
            for (int seed = 0; seed < 20; seed++) {
                cuts[0]++;
                try {
                    logOn(killed.copyOf(seed).crash()).open(0);
                } catch (IOException refusal) {
                    refused.add("behind " + operation + ": " + refusal.getMessage());
                }
            }
        });
        LogFixture next = logOn(killed);
        next.open(0);
        next.append("acknowledged");
        assertThat(next.applied).containsExactly("1=acknowledged");
        assertThat(cuts[0]).isGreaterThan(100);
        assertThat(refused).as("logs that are refused after a power cut").isEmpty();
    }

    private static void failSync(FaultyDisk disk, boolean lost) {
        String directory = DIRECTORY.toString();
        (lost ? disk.faults().loseNames(directory) : disk.faults().failForceDirectory(directory)).times(1);
    }

    /** The release record's name was lost with a failed sync, and the process died; the next one removes what it releases. */
    @Test
    void I3_releaseRecordWithALostName_isWrittenAgainBeforeSegmentsGo() throws IOException {
        FaultyDisk disk = new FaultyDisk(4);
        LogFixture died = logOn(disk);
        died.open(0);
        for (int i = 0; i < 6; i++) {
            died.append("x".repeat(5_000));
        }
        failSync(disk, true);
        died.release(4);
        FaultyDisk killed = disk.kill();
        List<String> refused = new ArrayList<>();
        killed.afterEachOperation(operation -> {
            try {
                logOn(killed.copyOf().crashLosingAllUnforced()).open(4);
            } catch (IOException refusal) {
                refused.add("behind " + operation + ": " + refusal.getMessage());
            }
        });
        LogFixture next = logOn(killed);
        next.open(4);
        assertThat(next.log.releasedIndex()).isEqualTo(4);
        assertThat(killed.journal().count(Operation.DELETE, "*.log")).isPositive();
        killed.forceDirectory(DIRECTORY);
        logOn(killed.copyOf().crashLosingAllUnforced()).open(4);
        assertThat(refused).as("logs that are refused after a power cut").isEmpty();
    }

    /** A segment got its name, the sync of the directory failed and lost it, and the process died before anything else. */
    @Test
    void I7_emptySegmentWithALostName_isMadeAgainBeforeItIsListed() throws IOException {
        FaultyDisk disk = new FaultyDisk(5);
        LogFixture died = logOn(disk);
        died.open(0);
        died.append("acknowledged".repeat(500));
        disk.faults().before(Operation.RENAME, "*.log.new", path -> failSync(disk, true));
        died.append("never acknowledged".repeat(500));
        assertThat(died.failures).hasSize(1);
        assertThat(LogDirectory.segmentIds(disk.list(DIRECTORY))).as("segments").hasSize(2);
        FaultyDisk killed = disk.kill();
        LogFixture next = logOn(killed);
        next.open(0);
        List<String> applied = List.copyOf(next.applied);
        LogFixture afterTheCut = logOn(killed.copyOf().crashLosingAllUnforced());
        afterTheCut.open(0);
        assertThat(afterTheCut.applied).as("after a power cut").isEqualTo(applied);
        next.append("more");
        LogFixture afterMore = logOn(killed.crashLosingAllUnforced());
        afterMore.open(0);
        assertThat(afterMore.applied).as("after more and a power cut").isEqualTo(next.applied);
    }

    /** A process died between a directory and the force of its name; the next one finds it there. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/data"})
    void I1_directoryWithAnUncertainName_isMadeDurableBeforeAnAnswer(String parent) throws IOException {
        FaultyDisk disk = new FaultyDisk(5);
        FaultyDisk[] killed = {disk};
        disk.faults().before(Operation.FORCE_DIRECTORY, parent, path -> killed[0] = disk.kill());
        LogFixture died = logOn(disk);
        died.open(0);
        died.append("never acknowledged");
        assertThat(died.failures).hasSize(1);
        FaultyDisk next = killed[0];
        next.faults().clear();
        next.forceDirectory(Path.of("/")); // as each start of a node does with its directories
        LogFixture second = logOn(next);
        second.open(0);
        TestBatch answered = second.queue("acknowledged");
        second.runTasks();
        assertThat(answered.failures).isZero();
        LogFixture afterTheCut = logOn(next.crashLosingAllUnforced());
        afterTheCut.open(0);
        assertThat(afterTheCut.applied).containsExactly("1=acknowledged");
    }

    /**
     * A log force failed, and the process died; the next one rewrote the tail and died between the rename and the
     * sync of the directory, or behind a sync that lost the name; the third trusts what it finds; then the power is cut.
     */
    @ParameterizedTest
    @CsvSource({"0, false", "1, false", "0, true", "1, true"})
    void I7_rewrittenTailWithAnUncertainName_isMadeDurableBeforeItIsBelieved(int acknowledged, boolean lost)
            throws IOException {
        FaultyDisk disk = new FaultyDisk(5);
        LogFixture failed = logOn(disk);
        failed.open(0);
        List<String> written = new ArrayList<>();
        for (int i = 1; i <= acknowledged; i++) {
            failed.append("acknowledged");
            written.add(i + "=acknowledged");
        }
        disk.faults().failForce("*.log*").after(1 - acknowledged).times(1); // the first makes the segment
        failed.append("unknown");
        written.add((acknowledged + 1) + "=unknown");
        assertThat(failed.failures)
                .as(String.join("\n", disk.journal().lines()))
                .hasSize(1);

        FaultyDisk killed = disk.kill();
        killed.faults().clear();
        killed.faults().before(Operation.RENAME, "*.log.new", path -> failSync(killed, lost));
        assertThatThrownBy(() -> logOn(killed).open(0)).isInstanceOf(IOException.class);
        assertThat(killed.journal().lines())
                .as("the last thing that the second process did")
                .endsWith("force_directory " + DIRECTORY + " FAILED");

        FaultyDisk killedAgain = killed.kill();
        killedAgain.faults().clear();
        LogFixture third = logOn(killedAgain);
        third.open(0);
        assertThat(third.applied).isEqualTo(written);
        LogFixture afterTheCut = logOn(killedAgain.crashLosingAllUnforced());
        afterTheCut.open(0);
        assertThat(afterTheCut.applied)
                .as("what was believed, after a power cut")
                .isEqualTo(written);
    }

    /**
     * The disk is full after the first frame of a group. When it is retried there is more space, also to extend the file
     * first; if that were done, the frame would be forced where it is and then written elsewhere.
     */
    @Test
    void I6_groupRetriedWithMoreSpace_leavesNothingThatComesBack() throws IOException {
        FaultyDisk disk = new FaultyDisk(3);
        LogFixture first = logOn(disk);
        first.waiting = true;
        first.open(0);
        first.append("acknowledged");
        disk.leaveFree(8);
        first.appendTogether("b".repeat(400), "c".repeat(4_000));
        assertThat(first.hosted).containsExactly("suspended WRITING");
        List<FaultyDisk> killed = new ArrayList<>();
        disk.leaveFree(1 << 20);
        disk.afterEachOperation(operation -> killed.add(disk.copyOf().kill()));
        first.pause();
        assertThat(first.applied).hasSize(3);
        assertThat(killed).hasSizeGreaterThanOrEqualTo(2);
        for (FaultyDisk next : killed) {
            LogFixture second = logOn(next);
            second.open(0);
            LogFixture third = logOn(next.crashLosingAllUnforced());
            third.open(0);
            assertThat(third.applied)
                    .as("after a power cut, what was served before it")
                    .isEqualTo(second.applied);
        }
    }

    /** With zeros ahead or without, and with spares or without; or in files that are made longer again and again. */
    private static LogFixture logOn(FaultyDisk disk) {
        int kind = Math.floorMod(disk.seed(), 4);
        SegmentLogOptions options = kind == 3
                ? new SegmentLogOptions(8 * SEGMENT_BYTES, 512, 1)
                : new SegmentLogOptions(SEGMENT_BYTES, 4096 * kind, kind);
        return new LogFixture(disk, DIRECTORY, options, LogFixture.ID, LogFixture.SHARD);
    }

    private enum Trouble {
        NONE,
        FAILING_FORCES,
        NO_SPACE
    }

    private record Written(String text, TestBatch batch) {
        boolean isRefused() {
            return batch.failures > 0 && !batch.outcomeUnknown;
        }
    }

    private static final class Life {
        private final Random random;
        /** Texts in index order, acknowledged or not, and refused ones between them. */
        private final List<Written> written = new ArrayList<>();

        private FaultyDisk disk;
        private LogFixture log;
        private int acknowledgedBefore;
        private int durable;
        private int openedAt;
        private int counter;
        private long forks;

        /** Whether a group has found no room and is to be tried again. */
        private boolean inWait;

        private int suspensions;
        private int refusals;
        private int retries;
        private int endsInWait;
        private int cutsInWait;

        Life(long seed) {
            random = new Random(seed);
            disk = new FaultyDisk(seed);
            log = logOn(disk);
        }

        void run(int steps, Trouble trouble) throws IOException {
            watch();
            log.open(0);
            for (int i = 0; i < steps; i++) {
                switch (random.nextInt(6)) {
                    case 0 -> {
                        durable += random.nextInt(acknowledged() - durable + 1);
                        log.release(durable);
                    }
                    case 1 -> {
                        log.close();
                        reopen();
                    }
                    case 2 -> {
                        if (trouble == Trouble.FAILING_FORCES) {
                            disk.faults()
                                    .failForce("*.log*")
                                    .after(random.nextInt(2))
                                    .times(1);
                            append();
                            disk.faults().clear();
                        }
                        endProcess();
                    }
                    default -> {
                        if (trouble == Trouble.NO_SPACE) {
                            appendWithoutRoom();
                        } else {
                            append();
                        }
                    }
                }
            }
        }

        private void endProcess() throws IOException {
            disk.afterEachOperation(null);
            disk = random.nextBoolean() ? disk.kill() : disk.crash();
            watch();
            reopen();
        }

        /** Until there is room, or the process ends before. */
        private void appendWithoutRoom() throws IOException {
            append();
            log.waiting = true;
            log.ballast = random.nextInt(3) == 0 ? this::leaveSome : null;
            leaveSome();
            append();
            inWait = !log.timers.isEmpty();
            suspensions += inWait ? 1 : 0;
            while (!log.timers.isEmpty()) {
                if (random.nextInt(6) == 0) {
                    endsInWait++;
                    inWait = false;
                    endProcess();
                    return;
                }
                leaveSome();
                log.ample = random.nextBoolean();
                retries++;
                log.pause();
            }
            inWait = false;
            disk.faults().clear();
            assertThat(log.failures).isEmpty();
            refusals += written.size() - texts().size();
            written.removeIf(Written::isRefused);
        }

        private void leaveSome() {
            disk.leaveFree(random.nextInt(random.nextInt(4) == 0 ? 60_000 : 600));
        }

        private int acknowledged() {
            return Math.max(acknowledgedBefore, openedAt + log.applied.size());
        }

        private void append() {
            int batches = 1 + random.nextInt(3);
            log.ample = random.nextBoolean();
            for (int i = 0; i < batches; i++) {
                String text = ++counter + "x".repeat(random.nextInt(random.nextInt(5) == 0 ? 14_000 : 900));
                written.add(new Written(text, log.queue(text)));
            }
            log.runTasks();
        }

        /** Without those of which the log has said that they were not written nor will be. */
        private List<String> texts() {
            return written.stream()
                    .filter(each -> !each.isRefused())
                    .map(Written::text)
                    .toList();
        }

        private void reopen() throws IOException {
            acknowledgedBefore = acknowledged();
            openedAt = durable;
            log = logOn(disk);
            log.open(durable);
            check(log, acknowledgedBefore, texts());
            written.removeIf(Written::isRefused);
            written.subList((int) log.log.lastIndex(), written.size()).clear();
            acknowledgedBefore = written.size();
        }

        private void check(LogFixture recovered, int atLeast, List<String> texts) {
            int last = (int) recovered.log.lastIndex();
            assertThat(last).isBetween(atLeast, texts.size());
            List<String> expected = new ArrayList<>();
            for (int i = durable + 1; i <= last; i++) {
                expected.add(i + "=" + texts.get(i - 1));
            }
            assertThat(recovered.applied).isEqualTo(expected);
        }

        private void watch() {
            disk.afterEachOperation(operation -> {
                cutsInWait += inWait ? 2 : 0;
                try {
                    FaultyDisk killed = disk.copyOf(++forks).kill();
                    recoverTwice(disk.copyOf(++forks).crash());
                    recoverTwice(disk.copyOf(++forks).crashLosingAllUnforced());
                    recoverTwice(killed);
                } catch (IOException failure) {
                    throw new UncheckedIOException("after " + operation, failure);
                }
            });
        }

        private void recoverTwice(FaultyDisk fork) throws IOException {
            LogFixture first = logOn(fork);
            first.open(durable);
            check(first, acknowledged(), texts());
            int applied = (int) first.log.lastIndex();
            List<String> texts = new ArrayList<>(texts().subList(0, applied));
            if (forks % 2 == 0) {
                first.append("after");
                texts.add("after");
                applied++;
            }
            LogFixture second = logOn(fork.crashLosingAllUnforced());
            second.open(durable);
            check(second, applied, texts);
        }
    }
}

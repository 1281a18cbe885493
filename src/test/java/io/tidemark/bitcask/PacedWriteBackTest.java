package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.disk.Disk;
import io.tidemark.disk.FaultOrder;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.FileRange;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.PacedWriteBack;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I2, I4, I5: a generation that writes back in steps before it forces. */
@Timeout(60)
final class PacedWriteBackTest {
    private static final int STEP = 16 << 10;
    private static final long FILE_BYTES = 1 << 20;
    private static final String VALUE = "v".repeat(STEP);
    private final FaultyDisk disk = new FaultyDisk(11);

    /** Several entries of a little more than one step each. */
    private static void commitSteps(Bitcask store, int entries) throws IOException {
        for (int i = 0; i < entries; i++) {
            long index = store.snapshot().index() + 1;
            commit(store, index, "k" + index, VALUE);
        }
    }

    private static void forced(Bitcask store, int stepBytes) throws IOException {
        BitcaskSnapshot snapshot = store.snapshot();
        store.force(snapshot, stepBytes);
        store.completed(snapshot);
    }

    private static FileSnapshot active(Bitcask store) {
        FileSnapshot active = store.snapshot().active();
        assertThat(active).isNotNull();
        return active;
    }

    private List<OperationRecord> steps(int file) {
        return disk.journal().records(Operation.FORCE_RANGE, file(file).toString());
    }

    /** That the steps of a file follow on each other from one offset to another, none longer than it may be. */
    private static void assertCover(List<OperationRecord> steps, long from, long to) {
        long at = from;
        for (OperationRecord step : steps) {
            assertThat(step.offset()).isEqualTo(at);
            at += step.lengthBytes();
            assertThat(step.lengthBytes()).isBetween(1L, (long) STEP);
            assertThat(at == to || at % STEP == 0).as("end of a step: %s", at).isTrue();
        }
        assertThat(at).isEqualTo(to);
    }

    @Test
    void force_muchUnsynced_isWrittenBackInStepsBeforeItIsForced() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 10);
        disk.journal().clear();
        forced(store, STEP);
        List<OperationRecord> steps = steps(1);
        assertThat(steps.size()).isGreaterThan(10);
        assertCover(steps, 0, active(store).length());
        List<String> lines = disk.journal().lines();
        assertThat(lines.subList(0, steps.size())).containsOnly("force_range " + file(1));
        assertThat(lines.subList(steps.size(), lines.size()))
                .as("after the steps the same as without them")
                .startsWith("force " + file(1), "force_directory " + DIRECTORY)
                .endsWith("force_directory " + DIRECTORY);
        assertThat(store.durableIndex()).isEqualTo(10);
    }

    @Test
    void force_laterGeneration_writesBackOnlyWhatIsNew() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 5);
        forced(store, STEP);
        long durable = active(store).length();
        commitSteps(store, 5);
        disk.journal().clear();
        forced(store, STEP);
        assertCover(steps(1), durable, active(store).length());
        disk.journal().clear();
        forced(store, STEP);
        assertThat(disk.journal().records()).as("a clean store").isEmpty();
    }

    @Test
    void force_sealedFilesToo_areAllWrittenBackBeforeTheFirstForce() throws IOException {
        Bitcask store = open(disk, 8 * STEP);
        commitSteps(store, 20);
        List<FileSnapshot> files = store.snapshot().files();
        assertThat(files).hasSize(3);
        disk.journal().clear();
        forced(store, STEP);
        for (FileSnapshot each : files) {
            boolean isLong = each.length() >= PacedWriteBack.MIN_STEPS * STEP;
            assertCover(steps((int) each.file().id()), 0, isLong ? each.length() : 0);
        }
        List<String> lines = disk.journal().lines();
        assertThat(lines.lastIndexOf("force_range " + file(2))).isLessThan(lines.indexOf("force " + file(1)));
        assertThat(disk.journal().count(Operation.FORCE, "*.data")).isEqualTo(3);
    }

    @Test
    void force_stepOfZero_mapsNothing() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 20);
        disk.journal().clear();
        forced(store, 0);
        assertThat(disk.journal().count(Operation.MAP, "*")).isZero();
        assertThat(disk.journal().count(Operation.FORCE_RANGE, "*")).isZero();
        commitSteps(store, 20);
        forced(store, STEP);
        assertThat(disk.journal().count(Operation.MAP, "*")).as("with steps").isEqualTo(1);
        assertThat(disk.journal().count(Operation.FORCE_RANGE, "*")).isGreaterThan(20);
    }

    @Test
    void force_fewUnsynced_isForcedAtOnce() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, PacedWriteBack.MIN_STEPS - 1);
        disk.journal().clear();
        forced(store, STEP);
        assertThat(disk.journal().count(Operation.MAP, "*")).isZero();
        assertThat(disk.journal().count(Operation.FORCE, "*.data")).isEqualTo(1);
        commitSteps(store, PacedWriteBack.MIN_STEPS);
        forced(store, STEP);
        assertThat(disk.journal().count(Operation.MAP, "*")).isEqualTo(1);
    }

    @Test
    void force_appendedMeanwhile_isWrittenBackTooAndNotPublished() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 10);
        BitcaskSnapshot snapshot = store.snapshot();
        boolean[] once = {false};
        disk.faults().before(Operation.FORCE_RANGE, "*.data", path -> {
            if (!once[0]) {
                once[0] = true;
                unchecked(() -> commitSteps(store, 6));
            }
        });
        store.force(snapshot, STEP);
        store.completed(snapshot);
        assertThat(store.durableIndex()).isEqualTo(10);
        assertThat(steps(1).stream().mapToLong(OperationRecord::lengthBytes).sum())
                .isEqualTo(active(store).length());
        try (Bitcask again = open(disk.copyOf().crashLosingAllUnforced(), FILE_BYTES)) {
            assertThat(again.durableIndex()).isEqualTo(10);
            assertThat(again.keys()).isEqualTo(10);
        }
    }

    @Test
    void force_writerAsFastAsTheDisk_ends() throws IOException {
        Bitcask store = open(disk, 64 << 20);
        commitSteps(store, 10);
        disk.faults().before(Operation.FORCE_RANGE, "*.data", path -> unchecked(() -> commitSteps(store, 1)));
        BitcaskSnapshot snapshot = store.snapshot();
        store.force(snapshot, STEP);
        assertThat(disk.journal().count(Operation.MAP, "*.data")).isEqualTo(PacedWriteBack.MAX_ROUNDS);
    }

    @Test
    void force_anyStepFailed_failsTheGenerationAndIsNeverBelieved() throws IOException {
        int steps = 0;
        for (int failing = 0; failing == 0 || failing < steps; failing++) {
            FaultyDisk each = new FaultyDisk(100 + failing);
            Bitcask store = open(each, FILE_BYTES);
            commit(store, 1, "a", "1");
            generation(store);
            commitSteps(store, 8);
            steps = (int) (active(store).length() / STEP) + 1;
            FaultOrder order = each.faults()
                    .failRange("*.data")
                    .after(failing)
                    .saying(Faults.NO_SPACE)
                    .times(1);
            each.journal().clear();
            Throwable failure = catchThrowable(() -> forced(store, STEP));
            assertThat(failure).as("step %s of %s", failing, steps).isInstanceOf(IOException.class);
            assertThat(order.struck()).isEqualTo(1);
            assertThat(each.journal().count(Operation.FORCE, "*")
                            + each.journal().count(Operation.RENAME, "*"))
                    .as("forces and renames after a step that failed")
                    .isZero();
            assertThat(failure).hasMessageContaining(Faults.NO_SPACE);
            each.journal().clear();
            assertThatIOException().isThrownBy(() -> forced(store, STEP)).withMessageContaining("earlier");
            assertThat(each.journal().records())
                    .as("what a later generation asks of the disk")
                    .isEmpty();
            assertThat(store.durableIndex()).isEqualTo(1);
            each.dropCache();
            for (int seed = 0; seed < 10; seed++) {
                assertReplayedRight(each.copyOf(seed).crash());
                assertReplayedRight(each.copyOf(seed).kill());
            }
        }
        assertThat(steps).isGreaterThan(8);
    }

    @Test
    void force_crashBetweenStepsAndForce_leavesWhatRecoveryAccepts() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commit(store, 1, "a", "1");
        generation(store);
        long durable = active(store).length();
        commitSteps(store, 8);
        List<FaultyDisk> crashed = new ArrayList<>();
        disk.afterEachOperation(operation -> {
            if (operation.operation() == Operation.FORCE_RANGE) {
                for (int seed = 0; seed < 10; seed++) {
                    crashed.add(disk.copyOf(seed).crash());
                }
            }
        });
        forced(store, STEP);
        disk.afterEachOperation(null);
        assertThat(crashed).hasSizeGreaterThan(80);
        assertThat(crashed)
                .as("what was written back is there, though the manifest does not list it")
                .allMatch(each -> each.bytes(file(1)).length > durable);
        for (FaultyDisk each : crashed) {
            assertReplayedRight(each);
        }
    }

    /** Index 1 is durable, the log replays 2 to 9. */
    private static void assertReplayedRight(FaultyDisk after) throws IOException {
        try (Bitcask store = open(after, FILE_BYTES)) {
            assertThat(store.durableIndex()).isEqualTo(1);
            assertThat(store.keys()).isEqualTo(1);
            assertThat(get(store, "a")).isEqualTo("1");
            commitSteps(store, 8);
            forced(store, STEP);
        }
        after.dropCache();
        try (Bitcask store = open(after.crashLosingAllUnforced(), FILE_BYTES)) {
            assertThat(store.durableIndex()).isEqualTo(9);
            assertThat(store.keys()).isEqualTo(9);
            assertThat(get(store, "k9")).isEqualTo(VALUE);
        }
    }

    @Test
    void force_notToBeMapped_isForcedWithoutSteps() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 8);
        FaultOrder order = disk.faults()
                .fail(Operation.MAP, "*.data")
                .saying("No such device")
                .always();
        forced(store, STEP);
        assertThat(order.struck()).isEqualTo(1);
        assertThat(disk.journal().count(Operation.FORCE_RANGE, "*")).isZero();
        assertThat(store.durableIndex()).isEqualTo(8);
        assertThat(disk.isForced(file(1))).isTrue();
    }

    @Test
    void force_storeClosedDuringAStep_failsWithoutDisturbingTheStep() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 8);
        disk.faults().before(Operation.FORCE_RANGE, "*.data", path -> unchecked(store::close));
        assertThatThrownBy(() -> forced(store, STEP)).isInstanceOf(ClosedChannelException.class);
        assertThat(disk.journal().countFailed(Operation.FORCE_RANGE, "*")).isZero();
        assertCover(steps(1), 0, active(store).length());
        assertThat(store.durableIndex()).isZero();
    }

    @Test
    void run_longRange_takesOneMappingForEachWindow() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 20);
        List<FileSnapshot> files = store.snapshot().files();
        long length = active(store).length();
        disk.journal().clear();
        new PacedWriteBack(disk, STEP, 5 * STEP, () -> 0, rest -> {}).run(files);
        assertCover(steps(1), 0, length);
        assertThat(disk.journal().count(Operation.MAP, "*")).isEqualTo((int) ((length + 5 * STEP - 1) / (5 * STEP)));
    }

    @Test
    void run_afterAStep_restsAsLongAsItTookAndNoLongerThanItMay() throws IOException {
        Bitcask store = open(disk, FILE_BYTES);
        commitSteps(store, 5);
        List<Long> tookNanos = List.of(3_000_000L, 99_999L, 100_000L, 500_000_000L);
        AtomicLong clock = new AtomicLong();
        List<Long> rests = new ArrayList<>();
        disk.faults()
                .before(
                        Operation.FORCE_RANGE,
                        "*.data",
                        path -> clock.addAndGet(tookNanos.get(Math.min(steps(1).size(), tookNanos.size() - 1))));
        new PacedWriteBack(disk, STEP, 100 * STEP, clock::get, rests::add)
                .run(store.snapshot().files());
        assertThat(steps(1)).hasSizeGreaterThan(4);
        assertThat(rests.subList(0, 3)).containsExactly(3_000_000L, 100_000L, 20_000_000L);
        assertThat(rests).as("all but the short one").hasSize(steps(1).size() - 1);
    }

    @Test
    void force_100GenerationsOnARealDisk_oneMappingEachUntilCollected(@TempDir Path directory) throws Exception {
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), maps + " is not there");
        BitcaskOptions options = new BitcaskOptions(64 << 20);
        try (Bitcask store = Bitcask.open(Disk.real(), directory, StoreFixture.OWNER, StoreFixture.SHARD, options)) {
            for (int i = 0; i < 100; i++) {
                commitSteps(store, 5);
                forced(store, STEP);
            }
            assertThat(store.durableIndex()).isEqualTo(500);
            Path file = active(store).file().file().path();
            FileRange held = Disk.real().mapRange(file, 0, STEP);
            long live = mappings(maps, file);
            System.out.println("mappings of the data file after 100 generations: " + (live - 1));
            assertThat(live).isBetween(1L, 101L);
            for (long giveUp = System.nanoTime() + 20_000_000_000L;
                    mappings(maps, file) > 1 && System.nanoTime() < giveUp; ) {
                System.gc();
                Thread.sleep(10);
            }
            assertThat(mappings(maps, file)).as("the one still held").isEqualTo(1);
            held.force(0, STEP);
        }
    }

    private static long mappings(Path maps, Path file) throws IOException {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.endsWith(file.toString())).count();
        }
    }

    /** What takes I/O and may be called where nothing may be thrown. */
    private interface Action {
        void run() throws IOException;
    }

    private static void unchecked(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

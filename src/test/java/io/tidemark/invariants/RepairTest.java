package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.FaultOrder;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Repair in place, on real shards: what clients see of it, and what it makes of acknowledged writes. */
@Timeout(60)
class RepairTest {
    private static final String SHARD = "/data/shard-0/data";
    private static final int MAX_WAITING_READS = 4_096;
    private final FaultyDisk disk = FaultyDisk.seeded();

    @BeforeEach
    void makeRoot() throws Exception {
        disk.createDirectories(Node.ROOT);
    }

    private static Command increment(String key) {
        return new Command.IncrementBy(Node.bytes(key), 1);
    }

    private static void increment(Node node, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertThat(node.call(0, increment("n"))).isInstanceOf(Result.Count.class);
        }
    }

    /** A store with something proven, and something that is not. */
    private static void prepare(Node node) throws Exception {
        increment(node, 3);
        node.set(0, "old", "1");
        node.set(0, "gone", "1");
        node.sync();
        increment(node, 4);
        node.set(0, "old", "2");
        node.set(0, "new", "1");
        node.call(0, new Command.Delete(List.of(Node.bytes("gone"))));
    }

    private static void assertPrepared(Node node, int count) throws Exception {
        assertThat(node.get(0, "n")).as("the counter").isEqualTo(String.valueOf(count));
        assertThat(node.get(0, "old")).isEqualTo("2");
        assertThat(node.get(0, "new")).isEqualTo("1");
        assertThat(node.get(0, "gone")).isEqualTo("(none)");
    }

    /** Where a generation breaks. */
    enum Break {
        DATA,
        NO_SPACE,
        DIRECTORY,
        MANIFEST_CREATE,
        MANIFEST_WRITE,
        MANIFEST_FORCE,
        MANIFEST_RENAME,
        MANIFEST_DIRECTORY;

        FaultOrder order(Faults faults) {
            String data = SHARD + "/*.data";
            String manifest = SHARD + "/*.new";
            return switch (this) {
                case DATA -> faults.failForce(data).times(1);
                case NO_SPACE -> faults.failForce(data).saying(Faults.NO_SPACE).times(1);
                case DIRECTORY -> faults.failForceDirectory(SHARD).times(1);
                case MANIFEST_CREATE -> faults.failCreate(manifest).times(1);
                case MANIFEST_WRITE -> faults.failWrite(manifest).times(1);
                case MANIFEST_FORCE -> faults.failForce(manifest).times(1);
                case MANIFEST_RENAME -> faults.failRename(manifest).times(1);
                case MANIFEST_DIRECTORY ->
                    faults.failForceDirectory(SHARD).after(1).times(1);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void I5_anyStepOfAGenerationFails_shardComesBackByItselfAndLosesNothing(Break step) throws Exception {
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            node.set(0, "large", "x".repeat(5_000)); // a new file, so that the directory is forced
            FaultOrder order = step.order(disk.faults());
            assertThatThrownBy(node::sync).hasMessageContaining("shard 0");
            assertThat(order.struck()).isEqualTo(1);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertPrepared(node, 7);
            increment(node, 1);
            node.sync();
            assertThat(node.status(0).quarantinedFiles()).isZero();
            disk.dropCache();
            assertPrepared(node, 8);
            after = disk.copyOf().crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.recovered.get(0).replayedEntries())
                    .as("left to replay after a generation")
                    .isZero();
            assertPrepared(again, 8);
        }
    }

    /** {@code rm} on a data file that the manifest lists: the next start would refuse, so it must not be believed now. */
    @Test
    void I2_listedFileUnlinked_shardShedsSaysItAndComesBack() throws Exception {
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            long released = node.status(0).releasedIndex();
            disk.unlink(Node.data(0).resolve("0000000001.data"));
            assertThatThrownBy(node::sync)
                    .hasMessageContaining("shard 0")
                    .hasMessageContaining("0000000001.data is not there any more");
            assertThat(node.status(0).releasedIndex()).as("released").isEqualTo(released);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.pressures.get(0)).as("published").contains("SHED FSYNC_FAILED");
            assertPrepared(node, 7);
            node.sync();
            after = disk.copyOf().crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertPrepared(again, 7);
        }
    }

    /** {@code rm -r} on a log: what is appended to it no start will find; what has been applied is forced all the same. */
    @Test
    void I1_logDirectoryUnlinked_logFailsByNameAndTheDataAreForced() throws Exception {
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.unlinkAll(Node.log(0));
            assertThatThrownBy(node::sync).hasMessageContaining("LOG is not there any more");
            assertThat(node.logFailures.take())
                    .hasMessageContaining("log of shard 0")
                    .hasMessageContaining("LOG is not there any more");
            node.stop();
            assertThat(node.shutdownBlockers()).isEmpty();
            after = disk.copyOf().kill();
        }
        assertThatThrownBy(() -> Node.quiet(after)).hasMessageContaining("below the durable index 12");
    }

    @Test
    void I6_powerCutAtAnyStepOfARepair_losesNothingAndCountsOnce() throws Exception {
        List<FaultyDisk> states = new ArrayList<>();
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.faults().failForce(SHARD + "/*.data").times(1);
            disk.afterEachOperation(operation -> {
                if (operation.path().startsWith(SHARD)) {
                    states.add(disk.copyOf(disk.seed() + operation.number()));
                }
            });
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            node.awaitLevel(0, PressureLevel.NORMAL);
            disk.afterEachOperation(null);
        }
        assertThat(states).hasSizeGreaterThan(10);
        for (int i = 0; i < states.size(); i++) {
            FaultyDisk state = states.get(i);
            try (Node again = Node.quiet(i % 3 == 0 ? state.crashLosingAllUnforced() : state.crash())) {
                assertPrepared(again, 7);
            }
        }
    }

    @Test
    void I8_entriesCommittedDuringTheRepair_areInTheNewFilesOnce() throws Exception {
        CountDownLatch forcing = new CountDownLatch(1);
        CountDownLatch failForce = new CountDownLatch(1);
        CountDownLatch logging = new CountDownLatch(1);
        CountDownLatch goLogging = new CountDownLatch(1);
        AtomicLong appliedAtOpen = new AtomicLong(-1);
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.faults().before(Operation.FORCE, SHARD + "/*.data", path -> {
                forcing.countDown();
                Node.hold(failForce);
            });
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/*.log*", path -> {
                logging.countDown();
                Node.hold(goLogging);
            });
            disk.faults().failForce(SHARD + "/*.data").times(1);
            Future<Void> synced = node.syncLater();
            forcing.await();
            List<CompletableFuture<Result>> late = new ArrayList<>();
            late.add(node.submit(0, increment("n")));
            logging.await();
            for (int i = 0; i < 5; i++) {
                late.add(node.submit(0, increment("n")));
            }
            long applied = node.status(0).appliedIndex();
            disk.faults().before(Operation.OPEN, SHARD + "/*.data", path -> {
                appliedAtOpen.compareAndSet(-1, node.status(0).appliedIndex());
                goLogging.countDown();
                while (node.status(0).appliedIndex() < applied + 2) {
                    Thread.onSpinWait();
                }
            });
            failForce.countDown();
            for (CompletableFuture<Result> each : late) {
                assertThat(each.get(20, TimeUnit.SECONDS)).isInstanceOf(Result.Count.class);
            }
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(synced.failed()).isTrue();
            assertThat(appliedAtOpen.get())
                    .as("the control: entries came after the repair had begun")
                    .isEqualTo(applied);
            assertPrepared(node, 13);
            node.sync();
            disk.dropCache();
            assertPrepared(node, 13);
        }
        try (Node again = Node.quiet(disk.crashLosingAllUnforced())) {
            assertPrepared(again, 13);
        }
    }

    @Test
    void I5_lostBytes_areNeverAnsweredAsMissing_butWaitForTheRepair() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.faults().failForce(SHARD + "/*.data").times(1);
            disk.faults().before(Operation.OPEN, SHARD + "/*.data", path -> {
                opening.countDown();
                Node.hold(open);
            });
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            opening.await();
            disk.dropCache();
            CompletableFuture<Result> lost = node.submit(0, new Command.Get(Node.bytes("new")));
            assertThat(node.get(0, "gone")).as("reads behind it go on").isEqualTo("(none)");
            assertThat(lost).as("answered from lost bytes").isNotDone();
            open.countDown();
            assertThat(lost.get(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(Result.Value.class, value -> assertThat(value.bytes())
                            .isEqualTo(Node.bytes("1")));
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertPrepared(node, 7);
        }
    }

    @Test
    void I5_lostBytesThatNoRepairBringsBack_areAFailureAndNotMissing() throws Exception {
        List<CompletableFuture<Result>> lost;
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.faults().failForce(SHARD + "/*.data").times(1);
            disk.faults().failCreate(SHARD + "/*.data").always();
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            node.awaitLevel(0, PressureLevel.FAILED);
            disk.dropCache();
            lost = node.submit(0, Collections.nCopies(MAX_WAITING_READS + 1, new Command.Get(Node.bytes("new"))));
            assertThat(lost.get(MAX_WAITING_READS).get(20, TimeUnit.SECONDS))
                    .as("one more than may wait for a repair")
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                            .isEqualTo(Result.Kind.UNREADABLE));
        }
        for (CompletableFuture<Result> each : lost) {
            assertThat(each.get(20, TimeUnit.SECONDS))
                    .as("failed by the stop at the latest")
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                            .isIn(Result.Kind.STOPPED, Result.Kind.UNREADABLE));
        }
    }

    @Test
    void I5_readsDuringManyRepairs_seeEveryAcknowledgedWrite() throws Exception {
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            acknowledged.set(7);
            CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
                try {
                    while (!done.get()) {
                        long atLeast = acknowledged.get();
                        assertThat(Long.parseLong(node.get(0, "n"))).isGreaterThanOrEqualTo(atLeast);
                        assertThat(node.get(0, "old")).isEqualTo("2");
                        reads.incrementAndGet();
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            for (int repair = 0; repair < 40; repair++) {
                increment(node, 3);
                acknowledged.addAndGet(3);
                disk.faults().failForce(SHARD + "/*.data").after(repair % 2).times(1);
                node.set(0, "large", "x".repeat(5_000));
                assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
                if (repair % 3 == 0) {
                    disk.dropCache();
                }
                long before = reads.get();
                node.awaitLevel(0, PressureLevel.NORMAL);
                while (reads.get() == before && !reader.isDone()) {
                    Thread.onSpinWait();
                }
            }
            done.set(true);
            reader.get(20, TimeUnit.SECONDS);
            assertPrepared(node, 7 + 120);
            assertThat(disk.openFiles().stream().filter(path -> path.startsWith(SHARD)))
                    .as("descriptors of replaced stores are closed")
                    .hasSizeLessThan(90);
        }
        assertThat(disk.openFiles()).as("open files of a stopped node").isEmpty();
        try (Node again = Node.quiet(disk.crashLosingAllUnforced())) {
            assertPrepared(again, 7 + 120);
        }
    }

    @Test
    void I5_repairsThatFail_areTriedAgainUntilTheDiskIsGoodAgain() throws Exception {
        FaultyDisk after;
        try (Node node = new Node(
                disk, new CheckpointOptions().setIntervalMs(50).setIdleMs(0).setMaxDelayMs(3_600_000))) {
            increment(node, 3);
            node.sync();
            CountDownLatch counted = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, SHARD + "/*.data", path -> Node.hold(counted));
            disk.faults().failForce(SHARD + "/*.data").always();
            FaultOrder full = disk.faults()
                    .failWrite(SHARD + "/*.data")
                    .after(12)
                    .saying(Faults.NO_SPACE)
                    .always();
            increment(node, 4);
            counted.countDown();
            node.awaitLevel(0, PressureLevel.FAILED);
            while (full.struck() == 0) {
                Thread.onSpinWait();
            }
            assertThat(node.set(0, "a", "1"))
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                            .isEqualTo(Result.Kind.SHED));
            assertThat(node.get(0, "n")).isEqualTo("7");
            assertThat(node.set(1, "b", "1")).as("other shards go on").isEqualTo(Result.Ok.OK);
            int files = disk.list(Node.data(0)).size();
            after = disk.copyOf().crashLosingAllUnforced();
            disk.faults().clear();
            node.awaitLevel(0, PressureLevel.NORMAL);
            increment(node, 1);
            node.sync();
            assertThat(disk.list(Node.data(0)))
                    .as("files, of which there were %d before the disk was good again", files)
                    .hasSizeLessThanOrEqualTo(4)
                    .noneMatch(name -> name.endsWith(".poisoned"));
            disk.dropCache();
            assertThat(node.get(0, "n")).isEqualTo("8");
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.get(0, "n"))
                    .as("after a power cut while it was bad")
                    .isEqualTo("7");
        }
    }

    /** After a power cut: 3 is durable in the data files, 20 more are in the log. */
    private FaultyDisk withTwentyEntriesToReplay() throws Exception {
        try (Node node = Node.quiet(disk)) {
            increment(node, 3);
            node.sync();
            increment(node, 20);
            return disk.copyOf().crashLosingAllUnforced();
        }
    }

    @Test
    void I6_forceFailsWhileTheLogIsReplayed_isRepairedBehindIt() throws Exception {
        FaultyDisk restarted = withTwentyEntriesToReplay();
        FaultOrder force = restarted.faults().failForce(SHARD + "/*.data").times(1);
        AtomicLong writes = new AtomicLong();
        restarted.faults().before(Operation.WRITE, SHARD + "/*.data", path -> {
            if (writes.incrementAndGet() == 8) {
                while (force.struck() == 0) {
                    Thread.onSpinWait(); // a generation that runs beside the replay
                }
            }
        });
        try (Node node =
                new Node(restarted, new CheckpointOptions().setIntervalMs(10).setIdleMs(0))) {
            assertThat(force.struck())
                    .as("the control: it failed during the replay")
                    .isEqualTo(1);
            node.awaitFailedGeneration(0);
            node.awaitLevel(0, PressureLevel.NORMAL);
            increment(node, 1);
            node.sync();
            restarted.dropCache();
            assertThat(node.get(0, "n")).isEqualTo("24");
        }
    }

    /** The entry it waits with needs a repair, and so must not be waited for by one. */
    @Test
    void I6_replayThatNeedsWhatAForceHasLost_goesOnWhenThatIsRepaired() throws Exception {
        FaultyDisk restarted = withTwentyEntriesToReplay();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicLong reads = new AtomicLong();
        restarted.faults().before(Operation.READ, SHARD + "/0000000002.data", path -> {
            if (reads.incrementAndGet() == 8) { // an increment's, of the one before it
                reached.countDown();
                Node.hold(go);
            }
        });
        try (Node node = Node.starting(restarted)) {
            reached.await();
            // Begun now, not by a timer: a force that had begun before the last write would not lose it.
            restarted.faults().failForce(SHARD + "/*.data").times(1);
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            restarted.dropCache();
            go.countDown();
            node.recovered();
            node.awaitFailedGeneration(0);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.get(0, "n")).isEqualTo("23");
        } finally {
            go.countDown();
        }
        try (Node again = Node.quiet(restarted.crashLosingAllUnforced())) {
            assertThat(again.get(0, "n")).isEqualTo("23");
        }
    }

    /**
     * What was unsynced is written a second time beside the first, and there is no room for both: more than a manifest needs,
     * for which the reserve file would be given up before, and less than what has it made again.
     */
    @Test
    void I8_repairFindsNoRoom_givesUpTheReserveFile() throws Exception {
        disk.createDirectories(Node.ROOT);
        long reserveBytes = 4 << 20;
        PressureOptions marks = new PressureOptions()
                .setShedFreeBytes(64 << 10)
                .setResumeFreeBytes(2 << 20)
                .setBallastBytes(reserveBytes)
                .setDwellMs(10);
        String value = "x".repeat(30_000);
        try (Node node = Node.watched(disk, marks).recovered()) {
            Node.until(() -> node.volumes().get(0).ballastBytes() == reserveBytes);
            for (int i = 0; i < 100; i++) {
                assertThat(node.set(0, "k" + i, value)).isEqualTo(Result.Ok.OK);
            }
            disk.leaveFree(3 << 19);
            long before = disk.journal().count(Operation.DELETE, "/data/BALLAST");
            disk.faults().failForce(SHARD + "/*.data").times(1);
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            Node.until(() -> !node.status(0).reasons().containsKey(PressureReason.FSYNC_FAILED));
            assertThat(disk.journal().count(Operation.DELETE, "/data/BALLAST") - before)
                    .as("the control: it was needed, if only for a while")
                    .isPositive();
            disk.leaveFree(16 << 20);
            node.awaitLevel(0, PressureLevel.NORMAL);
            node.sync();
        }
        try (Node again = Node.quiet(disk.crashLosingAllUnforced())) {
            for (int i = 0; i < 100; i++) {
                assertThat(again.get(0, "k" + i)).isEqualTo(value);
            }
        }
    }

    @Test
    void I7_quarantinedFiles_areCountedUntilALaterGenerationIsDurable() throws Exception {
        CountDownLatch again = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Node node = Node.quiet(disk)) {
            prepare(node);
            disk.faults().failForce(SHARD + "/*.data").times(1);
            disk.faults().before(Operation.FORCE, SHARD + "/0000000002.data", path -> {
                again.countDown();
                Node.hold(go);
            });
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            again.await();
            assertThat(node.status(0).quarantinedFiles()).as("the dead tail").isEqualTo(1);
            assertThat(node.status(1).quarantinedFiles()).isZero();
            go.countDown();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.status(0).quarantinedFiles()).isZero();
        }
    }
}

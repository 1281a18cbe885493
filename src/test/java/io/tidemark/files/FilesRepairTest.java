package io.tidemark.files;

import static io.tidemark.files.FilesLog.BIG;
import static io.tidemark.files.FilesLog.DIRECTORY;
import static io.tidemark.files.FilesLog.LINES;
import static io.tidemark.files.FilesLog.ORDERS;
import static io.tidemark.files.FilesLog.file;
import static io.tidemark.files.FilesLog.generation;
import static io.tidemark.files.FilesLog.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.files.FilesForceTest.Break;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I5 to I8: what a repair writes, what it leaves, and what a power cut at any of its steps finds. */
final class FilesRepairTest {
    private final FaultyDisk disk = FaultyDisk.seeded();
    private final FilesLog log = new FilesLog();

    /** A generation that failed. */
    private AppendOnlyFiles broken(Break step) throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log).replayWith(log::replay);
        step.order(disk.faults());
        Capture captured = files.capture();
        assertThatThrownBy(() -> files.force(captured)).isInstanceOf(IOException.class);
        disk.faults().clear();
        return files;
    }

    private static void repair(AppendOnlyFiles files) throws IOException {
        files.repair(files.capture());
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void I5_repair_anyStepFailed_losesNothing(Break step) throws IOException {
        AppendOnlyFiles files = broken(step);
        repair(files);
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(4));
        log.add(ORDERS, "after the repair");
        log.apply(files);
        generation(files);
        assertThat(files.durablePosition()).isEqualTo(5);
        disk.dropCache();
        assertThat(FilesLog.contents(files)).as("without the page cache").isEqualTo(log.contents(5));
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "after the repair's generation");
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void I5_I6_powerCutAtAnyStepOfARepair_recovers(Break step) throws IOException {
        AppendOnlyFiles files = broken(step);
        List<FaultyDisk> states = new ArrayList<>();
        List<String> when = new ArrayList<>();
        disk.afterEachOperation(operation -> {
            for (int fork = 0; fork < 8; fork++) {
                states.add(disk.copyOf(disk.seed() * 31 + 8L * operation.number() + fork));
                when.add("seed " + disk.seed() + ", after " + operation.line() + ", fork " + fork);
            }
        });
        repair(files);
        log.add(ORDERS, "after the repair", LINES, BIG);
        log.apply(files);
        generation(files);
        log.add(ORDERS, BIG);
        log.apply(files);
        generation(files);
        disk.afterEachOperation(null);
        assertThat(states).hasSizeGreaterThan(100);
        for (int i = 0; i < states.size(); i++) {
            FaultyDisk at = states.get(i);
            if (i % 8 == 7) {
                at.dropCache();
            }
            FaultyDisk after = i % 8 == 0 ? at.crashLosingAllUnforced() : i % 8 < 6 ? at.crash() : at.kill();
            log.assertRecovers(after, 1, when.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Break.class,
            names = {"DATA", "SEALED_DATA", "NO_SPACE", "DIRECTORY"})
    void I5_filesWhoseForceFailed_areNeverWrittenNorForcedAgain(Break step) throws IOException {
        AppendOnlyFiles files = broken(step);
        Set<String> given = Set.of(
                file(ORDERS, 1).toString(),
                file(LINES, 2).toString(),
                file(ORDERS, 3).toString());
        disk.journal().clear();
        repair(files);
        log.add(ORDERS, "5", LINES, "5");
        log.apply(files);
        generation(files);
        assertThat(disk.journal().records())
                .filteredOn(each -> each.operation() == Operation.WRITE || each.operation() == Operation.FORCE)
                .as("writes and forces of files of the failed generation")
                .noneMatch(each -> given.contains(each.path().toString()))
                .as("the control: others were")
                .anyMatch(each -> each.path().toString().endsWith(".data"));
    }

    @Test
    void repair_unlistedFiles_areSetAsideUntilAGenerationIsDurable() throws IOException {
        AppendOnlyFiles files = broken(Break.DATA);
        repair(files);
        assertThat(disk.list(DIRECTORY))
                .contains(
                        "orders.0000000001.data", "lines.0000000002.data.poisoned", "orders.0000000003.data.poisoned");
        assertThat(files.quarantinedFiles())
                .as("two set aside, one with a dead tail")
                .isEqualTo(3);
        generation(files);
        assertThat(disk.list(DIRECTORY))
                .contains("orders.0000000001.data")
                .noneMatch(name -> name.endsWith("poisoned"));
        assertThat(files.quarantinedFiles()).isZero();
        assertThat(disk.openFiles().stream().map(String::valueOf))
                .as("open afterwards")
                .noneMatch(path -> path.endsWith("lines.0000000002.data"));
    }

    @Test
    void repair_newFilesFailToo_beginsAgainAndDiskUseStaysBounded() throws IOException {
        AppendOnlyFiles files = broken(Break.DATA);
        int most = 0;
        for (int i = 0; i < 6; i++) {
            repair(files);
            disk.faults().failForce("*.data").times(1);
            assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
            disk.faults().clear();
            most = Math.max(most, disk.list(DIRECTORY).size());
        }
        assertThat(most).as("files in the directory").isLessThanOrEqualTo(9);
        repair(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 4, "after several repairs");
    }

    @Test
    void repair_thatFails_leavesNothingAndMayBeCalledAgain() throws IOException {
        AppendOnlyFiles files = broken(Break.DATA);
        List<String> names = disk.list(DIRECTORY);
        disk.faults().failWrite("*.data").after(1).times(1);
        assertThatThrownBy(() -> repair(files)).isInstanceOf(IOException.class);
        assertThat(disk.list(DIRECTORY)).isEqualTo(names);
        assertThat(files.position()).isEqualTo(4);
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(4));
        repair(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 4, "after a second repair");
    }

    /** What a replay does wrong. */
    enum Wrong {
        STOPS_SHORT("the replay ended at position 3, expected 4") {
            @Override
            void replay(FilesLog log, long after, long upTo, Appender to) throws IOException {
                log.replay(after, upTo - 1, to);
            }
        },
        OTHER_BYTES("expected 6001: it must append the same bytes") {
            @Override
            void replay(FilesLog log, long after, long upTo, Appender to) throws IOException {
                log.replay(after, 2, to);
                to.append(3);
                to.append(4, log.parts(4));
            }
        },
        TOO_FAR("position 5 was replayed after 4, expected a greater one, up to 4") {
            @Override
            void replay(FilesLog log, long after, long upTo, Appender to) throws IOException {
                log.replay(after, upTo, to);
                to.append(upTo + 1);
            }
        },
        FROM_THE_START("position 1 was replayed after 1") {
            @Override
            void replay(FilesLog log, long after, long upTo, Appender to) throws IOException {
                log.replay(0, upTo, to);
            }
        },
        THROWS("the replay threw java.lang.UnsupportedOperationException: no log") {
            @Override
            void replay(FilesLog log, long after, long upTo, Appender to) {
                throw new UnsupportedOperationException("no log");
            }
        };

        private final String said;

        Wrong(String said) {
            this.said = said;
        }

        abstract void replay(FilesLog log, long after, long upTo, Appender to) throws IOException;
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    void I8_replayThatLeavesOutOrAdds_isNoRepair(Wrong wrong) throws IOException {
        AppendOnlyFiles files = broken(Break.DATA);
        files.replayWith((after, upTo, to) -> wrong.replay(log, after, upTo, to));
        assertThatThrownBy(() -> repair(files)).isInstanceOf(IOException.class).hasStackTraceContaining(wrong.said);
        assertThatThrownBy(() -> files.force(files.capture())).hasMessageContaining("not forced again");
        files.replayWith(log::replay);
        repair(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 4, "after a right replay");
    }

    @Test
    void repair_withoutAReplay_isUnsupportedAndAppendsAreRefused() throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log);
        Break.DATA.order(disk.faults());
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> repair(files)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> files.append(5, log.parts(1)))
                .isInstanceOf(AppendRefusedException.class)
                .hasMessageContaining("a restart recovers");
        files.close();
        log.assertRecovers(disk.kill(), 1, "a restart");
    }

    /** An append on a thread of its own. */
    private static CompletableFuture<Appended> appending(AppendOnlyFiles files, long position, Part... parts) {
        CompletableFuture<Appended> done = new CompletableFuture<>();
        appender(files, position, done, parts).start();
        return done;
    }

    private static Thread appender(
            AppendOnlyFiles files, long position, CompletableFuture<Appended> done, Part... parts) {
        Thread thread = new Thread(() -> {
            try {
                done.complete(files.append(position, parts));
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.getState())
                    .as("an append that is to wait for the repair")
                    .isNotEqualTo(Thread.State.TERMINATED);
            assertThat(System.nanoTime()).as("20 s for an append to wait").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void append_whileARepairIsDue_waitsForItAndGoesOnBehindIt() throws Exception {
        AppendOnlyFiles files = broken(Break.SEALED_DATA);
        log.add(ORDERS, "5");
        CompletableFuture<Appended> appended = new CompletableFuture<>();
        Thread appender = appender(files, 5, appended, log.parts(5));
        files.replayWith((after, upTo, to) -> {
            assertThat(upTo).as("what the replay must end with").isEqualTo(4);
            appender.start();
            awaitWaiting(appender);
            log.replay(after, upTo, to);
            assertThat(appended.isDone()).as("appended before the repair's end").isFalse();
        });
        repair(files);
        assertThat(appended.get(20, TimeUnit.SECONDS).position()).isEqualTo(5);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "with the append that waited");
    }

    @Test
    void drain_whileAnAppendWaitsForARepair_refusesItAndCompletes() throws Exception {
        AppendOnlyFiles files = broken(Break.DATA);
        CompletableFuture<Appended> waiting = appending(files, 5, log.parts(1));
        Future<Void> drained = files.drain();
        assertThat(drained.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isNull();
        assertThatThrownBy(waiting::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AppendRefusedException.class);
        assertThat(files.position()).isEqualTo(4);
    }

    /** The append is in the middle of a write when the stop comes. */
    @Test
    void drain_whileAnAppendIsUnderWay_waitsForItWithoutBlocking() throws Exception {
        AppendOnlyFiles files = open(disk);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        disk.faults().before(Operation.WRITE, "*.data", path -> {
            inside.countDown();
            join(hangs);
        });
        log.add(ORDERS, "1");
        CompletableFuture<Appended> appended = appending(files, 1, log.parts(1));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        Future<Void> drained = files.drain();
        assertThat(drained.isComplete()).as("drained while the write hangs").isFalse();
        hangs.countDown();
        drained.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(files.position()).as("seen by the last generation").isEqualTo(1);
        assertThat(appended.get(20, TimeUnit.SECONDS).position()).isEqualTo(1);
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** I8: an append that was under way when the force failed is replayed, or comes behind the repair; never lost between. */
    @Test
    void I8_repairBesideAnAppendUnderWay_keepsIt() throws Exception {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log).replayWith(log::replay);
        log.add(LINES, "under way");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        disk.faults().before(Operation.WRITE, "lines*.data", path -> {
            if (inside.getCount() > 0) {
                inside.countDown();
                join(hangs);
            }
        });
        CompletableFuture<Appended> appended = appending(files, 5, log.parts(5));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        Break.SEALED_DATA.order(disk.faults());
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        CompletableFuture<Void> repaired = CompletableFuture.runAsync(() -> {
            try {
                repair(files);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        hangs.countDown();
        repaired.get(20, TimeUnit.SECONDS);
        assertThat(appended.get(20, TimeUnit.SECONDS).position()).isEqualTo(5);
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(5));
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "with the append that was under way");
    }

    /** The name of a new file that a failed force of the directory covered: the next force says OK, and it is gone. */
    @Test
    void I5_nameOfANewFile_coveredByAFailedForceBehindThePosition_isNotBelieved() throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log).replayWith(log::replay);
        disk.faults().before(Operation.RENAME, "*.new", path -> {
            log.add("more", "a new file, beside the generation");
            try {
                log.apply(files);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        disk.faults().loseNames(DIRECTORY.toString()).after(1).times(1);
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        disk.faults().clear();
        repair(files);
        generation(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "with every name on disk");
    }

    /** What somebody does to files under the running process. */
    enum Deed {
        UNLINK_LISTED,
        UNLINK_NEW,
        REPLACE_NEW,
        CUT_NEW
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void I2_fileTakenAway_isNotBelievedAndComesBack(Deed deed) throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log).replayWith(log::replay);
        generation(files);
        log.add(ORDERS, BIG);
        log.apply(files);
        switch (deed) {
            case UNLINK_LISTED -> disk.unlink(file(ORDERS, 1));
            case UNLINK_NEW -> disk.unlink(file(ORDERS, 4));
            case REPLACE_NEW -> disk.put(file(ORDERS, 4), new byte[9_000]);
            case CUT_NEW -> disk.cutOff(file(ORDERS, 4), 70);
        }
        assertThatThrownBy(() -> files.force(files.capture())).hasMessageContaining("under the running node");
        repair(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "put back");
    }

    @Test
    void I7_listedFileCutOff_isRefusedByNameUntilACopyIsPutBack() throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log).replayWith(log::replay);
        generation(files);
        byte[] copy = disk.bytes(file(ORDERS, 1));
        disk.cutOff(file(ORDERS, 1), 5);
        log.add(LINES, "c");
        log.apply(files);
        assertThatThrownBy(() -> files.force(files.capture())).hasMessageContaining("was cut off");
        assertThatThrownBy(() -> repair(files))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("restore it from a copy");
        disk.unlink(file(ORDERS, 1));
        try (var fresh = disk.create(file(ORDERS, 1))) {
            fresh.writeFully(ByteBuffer.wrap(copy), 0); // and not forced
        }
        repair(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 5, "a copy put back");
    }
}

package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Mounts;
import io.tidemark.disk.Operation;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardStatus.Phase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node whose disk is full, slow or hanging: nothing is lost, clients hear why, and it goes on by itself. */
@Timeout(60)
class DiskPressureTest {
    private static final long MIB = 1 << 20;
    private static final long DWELL_MS = 60;

    private final FaultyDisk disk = FaultyDisk.seeded();

    @BeforeEach
    void makeRoot() throws Exception {
        disk.createDirectories(Node.ROOT);
    }

    /** Shed below 256 KiB, resume from 512 KiB. */
    private static PressureOptions marks() {
        return new PressureOptions()
                .setShedFreeBytes(256 << 10)
                .setResumeFreeBytes(512 << 10)
                .setBallastBytes(0)
                .setDwellMs(DWELL_MS);
    }

    private void leave(long bytes) {
        disk.leaveFree(bytes);
    }

    private static Command increment() {
        return new Command.IncrementBy(Node.bytes("n"), 1);
    }

    /** One submission, and so one log entry. */
    private static List<CompletableFuture<Result>> increments(Node node, int shard, int count) {
        return node.submit(shard, Collections.nCopies(count, increment()));
    }

    private static void assertShed(Result result, String text) {
        assertThat(result).isInstanceOfSatisfying(Result.Failure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Result.Kind.SHED);
            assertThat(failure.message()).contains(text);
        });
    }

    private static Result answer(CompletableFuture<Result> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Test
    void I8_appendFindsNoRoom_waitsWithoutAThreadAndGoesOnInOrder() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.call(0, increment());
            disk.faults()
                    .failWrite("/data/shard-0/data/*")
                    .saying(Faults.NO_SPACE)
                    .always();
            List<CompletableFuture<Result>> answers = increments(node, 0, 50);
            node.awaitLevel(0, PressureLevel.SHED);
            assertThat(node.status(0).reasons()).containsOnlyKeys(PressureReason.APPEND_FAILED);
            assertThat(answers).as("logged, not applied, not answered").noneMatch(CompletableFuture::isDone);
            assertShed(node.call(0, increment()), "shard 0: APPEND_FAILED; retry in 1 s");
            assertShed(node.call(0, new Command.Delete(List.of(Node.bytes("n")))), "APPEND_FAILED");
            assertThat(node.get(0, "n")).as("reads go on").isEqualTo("1");
            assertThat(node.set(1, "b", "1")).as("other shards go on").isEqualTo(Result.Ok.OK);
            FaultyDisk killed = disk.copyOf();
            disk.faults().clear();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answer(answers.get(i))).as("each once, in order").isEqualTo(new Result.Count(2 + i));
            }
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.call(0, increment())).isEqualTo(new Result.Count(52));
            assertThat(node.pressures.get(0)).containsExactly("SHED APPEND_FAILED", "NORMAL APPEND_FAILED");
            assertThat(node.pressures.get(1)).isEmpty();
            try (Node again = Node.quiet(killed)) {
                assertThat(again.get(0, "n"))
                        .as("what was logged when it was killed")
                        .isEqualTo("51");
            }
        }
    }

    @Test
    void volume_fillsUp_shedsAtTheLowerMarkAndResumesAtTheUpper() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.set(0, "first", "1");
            leave(MIB);
            long acknowledged = 0;
            Result last;
            do {
                last = node.call(0, increment());
                acknowledged += last instanceof Result.Count ? 1 : 0;
                node.set(0, "k" + acknowledged % 100, "x".repeat(2_000));
            } while (node.status(0).level() == PressureLevel.NORMAL);
            assertThat(disk.freeBytes()).as("free when it shed").isBetween(128L << 10, 300L << 10);
            assertShed(node.set(0, "k", "v"), "shard 0: LOW_SPACE; retry in 1 s");
            assertThat(node.get(0, "first")).isEqualTo("1");
            assertThat(node.call(0, new Command.Delete(List.of(Node.bytes("first")))))
                    .as("deletes pass")
                    .isEqualTo(new Result.Count(1));
            leave(500 << 10);
            long lookedAt = disk.journal().count(Operation.SPACE, "**");
            Node.until(() -> disk.journal().count(Operation.SPACE, "**") > lookedAt + 20);
            assertThat(node.status(0).level())
                    .as("between the marks nothing changes")
                    .isEqualTo(PressureLevel.SHED);
            leave(600 << 10);
            node.awaitLevel(0, PressureLevel.NORMAL);
            node.awaitLevel(1, PressureLevel.NORMAL);
            assertThat(node.call(0, increment())).isEqualTo(new Result.Count(acknowledged + 1));
            for (List<String> each : node.pressures) {
                assertThat(each).containsExactly("SHED LOW_SPACE", "NORMAL LOW_SPACE");
            }
            FaultyDisk after = disk.copyOf().crashLosingAllUnforced();
            try (Node again = Node.quiet(after)) {
                assertThat(again.get(0, "n")).isEqualTo(String.valueOf(acknowledged + 1));
            }
        }
    }

    @Test
    void deletes_intoWhatIsKeptForOthers_areShedToo() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            for (String key : List.of("a", "b")) {
                node.set(0, key, "1");
            }
            leave(200 << 10);
            node.awaitLevel(0, PressureLevel.SHED);
            assertThat(node.call(0, new Command.Delete(List.of(Node.bytes("a")))))
                    .as("the control: above half of the mark a delete passes")
                    .isEqualTo(new Result.Count(1));
            leave(100 << 10);
            Node.until(() -> node.volumes().get(0).freeBytes() <= 100 << 10);
            assertShed(node.call(0, new Command.Delete(List.of(Node.bytes("b")))), "shard 0: LOW_SPACE; retry in 1 s");
            assertThat(node.get(0, "b")).isEqualTo("1");
        }
    }

    @Test
    void ballast_isGivenUpBeforeACommittedEntryWaits() throws Exception {
        try (Node node = Node.watched(disk, marks().setBallastBytes(256 << 10)).recovered()) {
            leave(MIB);
            Node.until(() -> node.volumes().get(0).ballastBytes() == 256 << 10);
            node.call(0, increment());
            CountDownLatch go = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/*", path -> hold(go));
            List<CompletableFuture<Result>> answers = increments(node, 0, 20);
            leave(0);
            go.countDown();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answer(answers.get(i))).isEqualTo(new Result.Count(2 + i));
            }
            VolumeStatus volume = node.volumes().get(0);
            assertThat(volume.ballastBytes()).isZero();
            node.awaitLevel(0, PressureLevel.SHED);
            assertThat(node.status(0).reasons()).containsOnlyKeys(PressureReason.LOW_SPACE);
            leave(700 << 10);
            long lookedAt = disk.journal().count(Operation.SPACE, "**");
            Node.until(() -> disk.journal().count(Operation.SPACE, "**") > lookedAt + 20);
            assertThat(node.status(0).level())
                    .as("room for the ballast comes first")
                    .isEqualTo(PressureLevel.SHED);
            leave(MIB);
            node.awaitLevel(0, PressureLevel.NORMAL);
            Node.until(() -> node.volumes().get(0).ballastBytes() == 256 << 10);
        }
    }

    private static void hold(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a thread inside a disk operation was interrupted", e);
        }
    }

    @Test
    void killedOnAFullDisk_startsParkedAndGoesOnWhenThereIsRoom() throws Exception {
        FaultyDisk killed;
        try (Node node = Node.watched(disk, marks()).recovered()) {
            for (int i = 0; i < 100; i++) {
                node.call(0, increment());
                node.set(0, "k" + i, "x".repeat(500));
            }
            killed = disk.copyOf();
        }
        for (int life = 0; life < 3; life++) {
            killed.delete(Node.data(0).resolve("0000000001.data")); // what the manifest does not list goes anyway
            killed.leaveFree(2_000);
            killed.faults()
                    .failWrite("/data/shard-0/data/*")
                    .saying(Faults.NO_SPACE)
                    .always();
            try (Node parked = Node.watched(killed, marks())) {
                parked.awaitLevel(0, PressureLevel.SHED);
                Node.until(() -> parked.status(0).reasons().containsKey(PressureReason.APPEND_FAILED));
                assertThat(parked.isRecovered()).isFalse();
                assertThat(parked.status(0).phase()).isEqualTo(Phase.RECOVERING);
                assertThat(parked.call(0, increment()))
                        .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(Result.Kind.LOADING));
                killed = killed.copyOf();
            }
        }
        killed.faults()
                .failWrite("/data/shard-0/data/*")
                .after(20)
                .saying(Faults.NO_SPACE)
                .times(3);
        try (Node again = Node.watched(killed, marks()).recovered()) {
            assertThat(again.recovered.get(0).replayedEntries()).isEqualTo(200);
            assertThat(again.get(0, "n")).isEqualTo("100");
            assertThat(again.get(0, "k99")).isEqualTo("x".repeat(500));
            again.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(again.call(0, increment())).isEqualTo(new Result.Count(101));
        }
    }

    @Test
    void stop_whileAnEntryWaits_endsAndTheEntryComesBack() throws Exception {
        FaultyDisk after;
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.call(0, increment());
            disk.faults()
                    .failWrite("/data/shard-0/data/*.data")
                    .saying(Faults.NO_SPACE)
                    .always();
            List<CompletableFuture<Result>> answers = increments(node, 0, 3);
            node.awaitLevel(0, PressureLevel.SHED);
            node.stop();
            for (CompletableFuture<Result> each : answers) {
                assertThat(answer(each)).isInstanceOf(Result.Failure.class);
            }
            assertThat(node.logFailures).isEmpty();
            after = disk.crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.get(0, "n")).isEqualTo("4");
        }
    }

    @Test
    void log_canNotBeginASegment_refusesAndIsNoFailedLog() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            String large = "x".repeat(3_000);
            node.set(0, "a", large);
            disk.faults()
                    .failCreate("/data/shard-0/log/*.log.new")
                    .saying(Faults.NO_SPACE)
                    .always();
            Result result;
            do {
                result = node.set(0, "a", large);
            } while (result == Result.Ok.OK);
            assertShed(result, "shard 0: LOW_SPACE");
            node.awaitLevel(0, PressureLevel.SHED);
            assertThat(node.get(0, "a")).isEqualTo(large);
            assertThat(node.logFailures).isEmpty();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertShed(node.set(0, "a", large), "shard 0: LOW_SPACE");
            disk.faults().clear();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.set(0, "a", "1")).isEqualTo(Result.Ok.OK);
        }
    }

    @Test
    void log_findsNoRoomInItsSegment_waitsAndGoesOn() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.call(0, increment());
            disk.faults()
                    .failWrite("/data/shard-0/log/*")
                    .saying(Faults.NO_SPACE)
                    .always();
            List<CompletableFuture<Result>> answers = increments(node, 0, 10);
            node.awaitLevel(0, PressureLevel.SHED);
            assertShed(node.call(0, new Command.Delete(List.of(Node.bytes("n")))), "LOW_SPACE");
            disk.faults().clear();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answer(answers.get(i))).isEqualTo(new Result.Count(2 + i));
            }
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.logFailures).isEmpty();
        }
    }

    @Test
    void logOnAVolumeOfItsOwn_hasMarksOfItsOwn() throws Exception {
        FaultyDisk logs = FaultyDisk.seeded();
        Path log = Path.of("/log");
        logs.createDirectories(log);
        try (Node node = Node.watched(Mounts.of(Map.of(Path.of("/"), disk, log, logs)), log, marks())
                .recovered()) {
            node.set(0, "a", "1");
            logs.leaveFree(200 << 10);
            node.awaitLevel(0, PressureLevel.SHED);
            assertThat(node.volumes()).extracting(VolumeStatus::low).containsExactly(false, true);
            assertShed(node.set(0, "a", "2"), "LOW_SPACE");
            var unforced = logs.faults().failForce("PROBE").always();
            logs.faults().limitBytes(Long.MAX_VALUE);
            Node.until(() -> unforced.struck() > 2);
            assertThat(node.status(0).level()).isEqualTo(PressureLevel.SHED);
            unforced.cancel();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.set(0, "a", "2")).isEqualTo(Result.Ok.OK);
        }
    }

    @Test
    void latch_isNotOpenedByAWriteThatWasNotForced() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            leave(10 << 10);
            node.awaitLevel(0, PressureLevel.SHED);
            var unforced = disk.faults().failForce("PROBE").always();
            leave(MIB);
            Node.until(() -> unforced.struck() > 2 || node.pressures.get(0).size() > 1);
            assertThat(node.pressures.get(0))
                    .as("what was published while no probe could be forced")
                    .containsExactly("SHED LOW_SPACE");
            assertShed(node.set(0, "a", "1"), "LOW_SPACE");
            unforced.cancel();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.set(0, "a", "1")).isEqualTo(Result.Ok.OK);
        }
    }

    @Test
    void I7_tailOfAFailedFdatasync_isWrittenAnewBeforeItIsServed() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.set(0, "a", "1");
            disk.faults().failForce("/data/shard-0/log/*").times(1);
            node.set(0, "a", "2"); // the kernel has dropped it; readers still see it
        }
        FaultyDisk restarted = disk.kill();
        String served;
        try (Node again = Node.watched(restarted, marks()).recovered()) {
            served = again.get(0, "a");
            assertThat(served).as("the control: the tail reads well").isEqualTo("2");
            assertThat(again.set(0, "b", "1")).isEqualTo(Result.Ok.OK);
            restarted = restarted.copyOf().crashLosingAllUnforced();
        }
        assertThat(afterPowerCut(restarted))
                .as("what was served before the power cut")
                .isEqualTo("a=2 b=1");
    }

    private static String afterPowerCut(FaultyDisk left) {
        try (Node last = Node.watched(left, marks()).recovered()) {
            return "a=" + last.get(0, "a") + " b=" + last.get(0, "b");
        } catch (Exception refused) {
            return "refused: " + refused.getMessage();
        }
    }

    @Test
    void log_hangs_isReportedThenShedsAndGoesOn() throws Exception {
        CheckpointOptions slow = Node.quietly().setStallWarnMs(100).setStallShedMs(300);
        try (Node node = Node.watched(disk, slow, marks()).recovered()) {
            node.set(0, "a", "1");
            CountDownLatch go = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/*", path -> hold(go));
            CompletableFuture<Result> hanging = node.submit(0, new Command.Set(Node.bytes("a"), Node.bytes("2")));
            node.awaitLevel(0, PressureLevel.WARN);
            CompletableFuture<Result> behind = node.submit(0, new Command.Set(Node.bytes("a"), Node.bytes("3")));
            node.awaitLevel(0, PressureLevel.SHED);
            assertShed(node.set(0, "a", "4"), "shard 0: LOG_STALLED");
            assertThat(node.get(0, "a")).as("reads go on").isEqualTo("1");
            assertThat(node.set(1, "b", "1")).as("other shards go on").isEqualTo(Result.Ok.OK);
            assertThat(hanging).isNotDone();
            go.countDown();
            assertThat(answer(hanging)).isEqualTo(Result.Ok.OK);
            assertThat(answer(behind)).isEqualTo(Result.Ok.OK);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.get(0, "a")).isEqualTo("3");
            assertThat(node.pressures.get(0))
                    .containsExactly("WARN LOG_STALLED", "SHED LOG_STALLED", "NORMAL LOG_STALLED");
            assertThat(node.pressures.get(1)).isEmpty();
        }
    }

    @Test
    void log_hangsInItsRelease_isReportedToo_forWritesWaitBehindIt() throws Exception {
        CheckpointOptions slow = Node.quietly().setStallWarnMs(100).setStallShedMs(300);
        try (Node node = Node.watched(disk, slow, marks()).recovered()) {
            for (int i = 0; i < 3; i++) {
                node.set(0, "a", "1".repeat(40 << 10)); // segments of 64 KiB: there is one to be given back
            }
            CountDownLatch go = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/*", path -> hold(go));
            node.syncLater().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            node.awaitLevel(0, PressureLevel.SHED);
            assertShed(node.set(0, "a", "2"), "shard 0: LOG_STALLED");
            go.countDown();
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.set(0, "a", "3")).isEqualTo(Result.Ok.OK);
            assertThat(node.pressures.get(0)).endsWith("SHED LOG_STALLED", "NORMAL LOG_STALLED");
        }
    }

    @Test
    void data_hangs_holdsUpNeitherOtherShardsNorReads() throws Exception {
        CheckpointOptions slow = Node.quietly().setStallWarnMs(100).setStallShedMs(200);
        try (Node node = Node.watched(disk, slow, marks()).recovered()) {
            node.set(0, "a", "1");
            CountDownLatch go = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, "/data/shard-0/data/*", path -> hold(go));
            var synced = node.syncLater();
            node.awaitLevel(0, PressureLevel.SHED);
            assertShed(node.set(0, "a", "2"), "shard 0: FSYNC_STALLED");
            assertThat(node.get(0, "a")).isEqualTo("1");
            assertThat(node.set(1, "b", "1")).isEqualTo(Result.Ok.OK);
            go.countDown();
            synced.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.pressures.get(0))
                    .containsExactly("WARN FSYNC_STALLED", "SHED FSYNC_STALLED", "NORMAL FSYNC_STALLED");
        }
    }

    @Test
    void backlog_isBoundedAndTold() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.set(0, "a", "1");
            CountDownLatch go = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/*", path -> hold(go));
            CompletableFuture<Result> held = node.submit(0, new Command.Set(Node.bytes("a"), Node.bytes("2")));
            Node.until(() -> disk.journal().count(Operation.WRITE, "/data/shard-0/log/*") > 1);
            assertThat(held).isNotDone();
            byte[] large = new byte[30 << 20];
            List<CompletableFuture<Result>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(node.submit(0, new Command.Set(Node.bytes("large"), large)));
            }
            assertShed(answer(answers.get(4)), "shard 0: LOG_BACKLOG");
            assertThat(answers.subList(0, 4)).noneMatch(CompletableFuture::isDone);
            node.awaitLevel(0, PressureLevel.WARN);
            disk.faults().failForce("/data/shard-0/log/*").times(1); // 120 MiB need not be written
            go.countDown();
            for (CompletableFuture<Result> each : answers) {
                assertThat(answer(each)).isInstanceOf(Result.Failure.class);
            }
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.pressures.get(0)).containsExactly("WARN LOG_BACKLOG", "NORMAL LOG_BACKLOG");
        }
    }

    @Test
    void reconfigured_otherMarks_countFromNow() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.set(0, "a", "1");
            leave(600 << 10);
            node.reconfigure(marks().setShedFreeBytes(700 << 10).setResumeFreeBytes(800 << 10));
            node.awaitLevel(0, PressureLevel.SHED);
            node.reconfigure(marks());
            node.awaitLevel(0, PressureLevel.NORMAL);
        }
    }

    @Test
    void unprovenValue_thatAnEntryNeeds_isWaitedForUntilTheRepair() throws Exception {
        try (Node node = Node.watched(disk, marks().setBallastBytes(256 << 10)).recovered()) {
            Node.until(() -> node.volumes().get(0).ballastBytes() == 256 << 10);
            long given = disk.journal().count(Operation.DELETE, "**/BALLAST");
            node.call(0, increment());
            disk.corrupt(Node.data(0).resolve("0000000001.data"), 64 + 28 + 1, 4);
            CompletableFuture<Result> next = node.submit(0, increment());
            node.awaitLevel(0, PressureLevel.FAILED);
            assertThat(next).as("evaluated over what is lost").isNotDone();
            Future<Void> lost = node.syncLater();
            assertThat(answer(next)).isEqualTo(new Result.Count(2));
            assertThat(lost.failed()).isTrue();
            assertThat(disk.journal().count(Operation.DELETE, "**/BALLAST"))
                    .as("the reserve is for a full disk")
                    .isEqualTo(given);
            node.awaitLevel(0, PressureLevel.NORMAL);
            assertThat(node.call(0, increment())).isEqualTo(new Result.Count(3));
        }
    }

    @Test
    void damagedValue_thatAnEntryNeeds_isNotWaitedFor() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.call(0, increment());
            node.sync();
            disk.corrupt(Node.data(0).resolve("0000000001.data"), 64 + 28 + 1, 4);
            assertThat(node.call(0, increment())).isInstanceOf(Result.Failure.class);
            node.awaitLevel(0, PressureLevel.FAILED);
            assertThat(node.status(0).phase()).isEqualTo(Phase.FAILED);
            assertShed(node.call(0, increment()), "shard 0: APPEND_FAILED");
        }
    }

    @Test
    void I9_manyShards_aLookCostsOneQuestionForTheVolume() throws Exception {
        try (Node node = Node.watched(disk, marks()).recovered()) {
            node.set(0, "a", "1");
            node.set(1, "a", "1");
            Node.until(() -> disk.journal().count(Operation.SPACE, "**") > 20);
            assertThat(disk.journal().count(Operation.SPACE, "/data"))
                    .as("all of them about the one volume")
                    .isEqualTo(disk.journal().count(Operation.SPACE, "**"));
        }
    }

    @Test
    void logFails_whileAForceHangs_isReportedAtOnce() throws Exception {
        Node node = Node.watched(disk, marks()).recovered();
        CountDownLatch go = new CountDownLatch(1);
        try {
            node.set(0, "a", "1");
            node.set(1, "a", "1");
            disk.faults().before(Operation.FORCE, "/data/shard-1/data/*", path -> hold(go));
            var hanging = node.syncLater();
            disk.faults().failForce("/data/shard-0/log/*").times(1);
            assertThat(node.set(0, "a", "2")).isInstanceOf(Result.Failure.class);
            assertThat(node.logFailures.poll(20, TimeUnit.SECONDS))
                    .hasMessageContaining("log of shard 0 in /data/shard-0/log failed");
            assertThat(node.logFailures.poll()).as("reported once").isNull();
            assertThat(hanging.isComplete()).isFalse();
        } finally {
            go.countDown();
            node.close();
        }
    }
}

package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardInspection;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One test or more for each thing that must always hold, on real shards over a disk that fails as Linux does. */
@Timeout(60)
class InvariantsTest {
    private final FaultyDisk disk = FaultyDisk.seeded();

    @BeforeEach
    void makeRoot() throws Exception {
        disk.createDirectories(Node.ROOT);
    }

    private static boolean logged(Result result) {
        return result instanceof Result.Failure failure && failure.kind() == Result.Kind.OUTCOME_UNKNOWN;
    }

    @Test
    void I1_write_isAnsweredOnlyAfterItsLogEntryIsForced() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Node node = Node.quiet(disk)) {
            node.set(0, "warm", "up");
            disk.faults().before(Operation.FORCE, "*.log*", path -> {
                asked.countDown();
                Node.hold(go);
            });
            CompletableFuture<Result> answer = node.submit(0, new Command.Set(Node.bytes("k"), Node.bytes("v")));
            asked.await();
            assertThat(answer).as("answered before the log was forced").isNotDone();
            assertThat(node.get(0, "k")).as("applied before the log was forced").isEqualTo("(none)");
            go.countDown();
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(Result.Ok.OK);
            FaultyDisk after = disk.copyOf().crashLosingAllUnforced();
            try (Node again = Node.quiet(after)) {
                assertThat(again.get(0, "k")).as("what was acknowledged").isEqualTo("v");
            }
        }
    }

    @Test
    void I1_failedLogForce_answersThatTheOutcomeIsUnknownAndIsFinal() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            disk.faults().failForce("*.log*").times(1);
            assertThat(logged(node.set(0, "a", "2"))).isTrue();
            assertThat(node.logFailures.poll(20, TimeUnit.SECONDS)).isNotNull();
            long forces = disk.journal().count(Operation.FORCE, "*.log*");
            assertThat(node.set(0, "a", "3")).isInstanceOf(Result.Failure.class);
            assertThat(disk.journal().count(Operation.FORCE, "*.log*"))
                    .as("a failed log is forced again")
                    .isEqualTo(forces);
            assertThat(node.get(0, "a")).isEqualTo("1");
        }
    }

    @Test
    void I2_durableIndex_movesOnlyAfterDataDirectoryAndManifest() throws Exception {
        CountDownLatch atManifest = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Node node = Node.quiet(disk)) {
            node.set(0, "k", "v");
            disk.faults().before(Operation.RENAME, "CHECKPOINT*", path -> {
                atManifest.countDown();
                Node.hold(go);
            });
            Future<Void> synced = node.syncLater();
            atManifest.await();
            assertThat(node.status(0).durableIndex())
                    .as("durable before the manifest was in place")
                    .isZero();
            go.countDown();
            synced.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(node.status(0).durableIndex()).isEqualTo(1);
            String data = Node.data(0).toString();
            assertThat(disk.journal().lines())
                    .as("data, directory, manifest, directory")
                    .containsSubsequence(
                            "force " + data + "/0000000001.data",
                            "force_directory " + data,
                            "force " + data + "/CHECKPOINT.new",
                            "rename " + data + "/CHECKPOINT.new " + data + "/CHECKPOINT",
                            "force_directory " + data);
        }
    }

    @Test
    void I3_log_keepsWhatIsAboveTheDurableIndex() throws Exception {
        String large = "x".repeat(3_000);
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            for (int i = 0; i < 20; i++) {
                node.set(0, "k" + i, large);
            }
            int before = disk.journal().lines().size();
            node.sync();
            disk.journal().awaitLine(firstSegmentGoes());
            List<String> lines = disk.journal().lines();
            assertThat(lines.subList(before, lines.size()))
                    .as("the release record before the first segment goes")
                    .containsSubsequence(
                            "force " + Node.log(0) + "/LOG.new",
                            "rename " + Node.log(0) + "/LOG.new " + Node.log(0) + "/LOG",
                            "force_directory " + Node.log(0),
                            firstSegmentGoes());
            node.set(0, "above", large);
            after = disk.copyOf().crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.get(0, "above")).isEqualTo(large);
            assertThat(again.get(0, "k0")).isEqualTo(large);
        }
    }

    @Test
    void I4_writesDuringForce_publishWhatWasCapturedAndItMoves() throws Exception {
        try (Node node = Node.quiet(disk)) {
            for (int generation = 1; generation <= 3; generation++) {
                CountDownLatch forcing = new CountDownLatch(1);
                CountDownLatch go = new CountDownLatch(1);
                disk.faults().clear();
                disk.faults().before(Operation.FORCE, "*.data", path -> {
                    forcing.countDown();
                    Node.hold(go);
                });
                node.set(0, "k", "captured" + generation);
                long captured = node.status(0).appliedIndex();
                Future<Void> synced = node.syncLater();
                forcing.await();
                node.set(0, "k", "late" + generation);
                go.countDown();
                synced.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
                assertThat(node.status(0).durableIndex())
                        .as("what was captured")
                        .isEqualTo(captured);
                assertThat(node.status(0).dirtyBytes()).isPositive();
            }
        }
    }

    @Test
    void I5_failedForce_isNeverBelievedAgainAndLosesNothing() throws Exception {
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            node.sync();
            node.set(0, "a", "2");
            disk.faults().failForce("*.data").times(1);
            disk.faults().failCreate("/data/shard-0/data/*.data").always(); // no repair yet
            assertThatThrownBy(node::sync).hasMessageContaining("Input/output error");
            node.awaitLevel(0, PressureLevel.FAILED);
            long forces = disk.journal().count(Operation.FORCE, "*.data");
            assertThatThrownBy(node::sync).hasMessageContaining("shard 0");
            assertThat(disk.journal().count(Operation.FORCE, "*.data"))
                    .as("forces of a file after one of them failed")
                    .isEqualTo(forces);
            assertThat(node.status(0).durableIndex()).isEqualTo(1);
            assertThat(node.set(0, "a", "3"))
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.message())
                            .contains("shard 0: FSYNC_FAILED"));
            assertThat(node.get(0, "a")).as("reads go on").isEqualTo("2");
            assertThat(node.set(1, "b", "1")).as("other shards go on").isEqualTo(Result.Ok.OK);
            after = disk.copyOf().crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.get(0, "a")).as("acknowledged before the failure").isEqualTo("2");
            assertThat(again.set(0, "a", "3")).isEqualTo(Result.Ok.OK);
        }
    }

    @Test
    void I6_recovery_atAnyCrash_equalsTheRunThatNeverStopped() throws Exception {
        FaultyDisk now = disk;
        Map<String, String> expected = new TreeMap<>();
        for (int life = 0; life < 5; life++) {
            FaultyDisk dies;
            try (Node node = Node.quiet(now)) {
                for (Map.Entry<String, String> entry : expected.entrySet()) {
                    assertThat(node.get(0, entry.getKey())).as("life %d", life).isEqualTo(entry.getValue());
                }
                for (int i = 0; i < 30; i++) {
                    String key = "k" + i % 7;
                    node.set(0, key, "v" + life + "." + i);
                    expected.put(key, "v" + life + "." + i);
                    node.call(0, new Command.IncrementBy(Node.bytes("counter"), 1));
                    if (i == 11) {
                        node.sync();
                    }
                    if (i == 20) {
                        node.call(0, new Command.Delete(List.of(Node.bytes("k1"))));
                        expected.put("k1", "(none)");
                    }
                }
                expected.put("counter", String.valueOf(30 * (life + 1)));
                dies = now.copyOf(disk.seed() + life);
            }
            now = life % 2 == 0 ? dies.crash() : dies.crashLosingAllUnforced();
        }
    }

    @Test
    void I7_damageBelowADurableOffset_isRefusedByName() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            node.set(0, "b", "2");
            node.sync();
            node.set(0, "c", "3");
            node.set(0, "d", "4");
            node.stop();
        }
        try (Node sound = Node.quiet(disk.copyOf())) {
            assertThat(sound.get(0, "d")).as("undamaged, it opens").isEqualTo("4");
        }
        FaultyDisk flippedData = disk.copyOf();
        flippedData.corrupt(Node.data(0).resolve("0000000001.data"), 80, 4);
        assertRefused(flippedData, "0000000001.data");
        FaultyDisk flippedManifest = disk.copyOf();
        flippedManifest.corrupt(Node.data(0).resolve("CHECKPOINT"), 20, 1);
        assertRefused(flippedManifest, "CHECKPOINT");
        for (Path file : List.of(
                Node.data(0).resolve("CHECKPOINT"),
                Node.data(0).resolve("0000000001.data"),
                Node.log(0).resolve("LOG"),
                Node.log(0).resolve("0000000001.log"))) {
            FaultyDisk missing = disk.copyOf();
            missing.delete(file);
            assertRefused(missing, file.getFileName().toString());
        }
    }

    @Test
    void I7_olderManifestPutBack_isRefusedAndTheNewerOneStillOpens() throws Exception {
        Path manifest = Node.data(0).resolve("CHECKPOINT");
        byte[] older;
        try (Node node = Node.quiet(disk)) {
            node.set(0, "early", "1");
            node.sync();
            older = disk.bytes(manifest);
            for (int i = 0; i < 20; i++) {
                node.set(0, "k" + i, "x".repeat(3_000));
            }
            node.sync();
            disk.journal().awaitLine(firstSegmentGoes());
            node.stop();
        }
        byte[] newer = disk.bytes(manifest);
        disk.put(manifest, older);
        assertRefused(disk, "CHECKPOINT");
        disk.put(manifest, newer);
        try (Node again = Node.quiet(disk)) {
            assertThat(again.get(0, "k7"))
                    .as("what the refused start left alone")
                    .isEqualTo("x".repeat(3_000));
        }
    }

    /** A release is done after the generation has been answered, on the log's thread. */
    private static String firstSegmentGoes() {
        return "rename " + Node.log(0) + "/0000000001.log " + Node.log(0) + "/0000000001.log.spare";
    }

    private static void assertRefused(FaultyDisk damaged, String name) {
        assertThatThrownBy(() -> Node.quiet(damaged).close())
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(name);
    }

    @Test
    void I4_lastCheckpoint_isWhenItBegan() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            long[] forcing = {Long.MAX_VALUE};
            disk.faults().before(Operation.FORCE, Node.data(0) + "/*.data", path -> {
                forcing[0] = System.currentTimeMillis();
                while (System.currentTimeMillis() < forcing[0] + 20) {
                    Thread.onSpinWait(); // what is written meanwhile may not be durable at its end
                }
            });
            node.sync();
            assertThat(node.status(0).lastCheckpointMillis()).isLessThanOrEqualTo(forcing[0] + 1);
        }
    }

    /** The manifest says nothing of entries yet, but that there is one says that the log had some. */
    @Test
    void I7_logGoneBeforeTheFirstCheckpoint_isRefused() throws Exception {
        FaultyDisk killed;
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "acknowledged");
            killed = disk.copyOf();
        }
        try (Node sound = Node.quiet(killed.copyOf())) {
            assertThat(sound.get(0, "a")).isEqualTo("acknowledged");
        }
        for (String name : killed.list(Node.log(0))) {
            killed.delete(Node.log(0).resolve(name));
        }
        String why = "CHECKPOINT was written behind the log's first entry, but the log has none";
        assertRefused(killed, why);
        assertThat(ShardInspection.of(killed, Node.ID, 0, Node.data(0), Node.log(0))
                        .problems())
                .singleElement()
                .asString()
                .contains(why);
    }

    @Test
    void I8_committedEntryThatCouldNotBeApplied_comesBackAfterARestart() throws Exception {
        FaultyDisk after;
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            disk.faults().failWrite("*.data").always();
            CompletableFuture<Result> second = node.submit(0, new Command.Set(Node.bytes("a"), Node.bytes("2")));
            node.awaitLevel(0, PressureLevel.FAILED);
            assertThat(second).as("logged, not applied").isNotDone();
            assertThat(node.set(0, "a", "3"))
                    .as("shed before it enters the log")
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                            .isEqualTo(Result.Kind.SHED));
            assertThat(node.get(0, "a")).isEqualTo("1");
            after = disk.copyOf().crashLosingAllUnforced();
        }
        try (Node again = Node.quiet(after)) {
            assertThat(again.get(0, "a")).as("the committed entry").isEqualTo("2");
        }
    }

    @Test
    void I9_idleShards_touchNoDisk_andOneWriteIsForced() throws Exception {
        ConcurrentLinkedQueue<String> forced = new ConcurrentLinkedQueue<>();
        try (Node node =
                new Node(disk, new CheckpointOptions().setIntervalMs(10).setIdleMs(0))) {
            node.set(0, "a", "1");
            while (node.status(0).durableIndex() < 1) {
                Thread.onSpinWait();
            }
            long operations = disk.journal().size();
            CountDownLatch ticks = new CountDownLatch(50);
            node.every(10, ticks::countDown);
            ticks.await();
            assertThat(disk.journal().size()).as("operations of idle shards").isEqualTo(operations);
            disk.faults().before(Operation.FORCE, "*.data", path -> forced.add(path.toString()));
            node.set(0, "a", "2");
            while (node.status(0).durableIndex() < 2) {
                Thread.onSpinWait();
            }
            assertThat(forced).as("the control: one write, one force").hasSize(1);
        }
    }

    @Test
    void I10_noEventLoop_everTouchesTheDisk() throws Exception {
        List<String> onLoops = Collections.synchronizedList(new ArrayList<>());
        for (Operation operation : Operation.values()) {
            disk.faults().before(operation, "*", path -> {
                if (Context.isOnEventLoopThread()) {
                    onLoops.add(operation + " " + path);
                }
            });
        }
        try (Node node =
                new Node(disk, new CheckpointOptions().setIntervalMs(10).setIdleMs(0))) {
            for (int i = 0; i < 200; i++) {
                node.set(i % 2, "k" + i, "x".repeat(500));
                node.get(i % 2, "k" + i);
            }
            node.sync();
            assertThat(onLoops).as("disk operations on event loops").isEmpty();
            node.onEventLoop(() -> disk.exists(Node.ROOT));
            assertThat(onLoops).as("the control: such an operation is noticed").hasSize(1);
        }
    }

    @Test
    void I11_stop_forcesEveryDirtyShard() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            node.set(1, "b", "2");
            node.stop();
        }
        try (Node again = Node.quiet(disk.crashLosingAllUnforced())) {
            assertThat(again.recovered).as("left to replay").allSatisfy(log -> assertThat(log.replayedEntries())
                    .isZero());
            assertThat(again.get(0, "a")).isEqualTo("1");
            assertThat(again.get(1, "b")).isEqualTo("2");
        }
    }

    @Test
    void I11_readsUnderWayAtAStop_areAllAnswered() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            disk.faults().before(Operation.READ, Node.data(0) + "/*.data", path -> {
                reading.countDown();
                Node.hold(read);
            });
            List<CompletableFuture<Result>> answers = new ArrayList<>();
            answers.add(node.submit(0, new Command.Get(Node.bytes("a"))));
            reading.await();
            answers.add(node.submit(0, new Command.Get(Node.bytes("a"))));
            answers.add(node.submit(0, new Command.Get(Node.bytes("none"))));
            Future<Void> stopped = node.stopLater();
            Node.until(() -> node.status(0).phase() == ShardStatus.Phase.STOPPED);
            assertThat(stopped.isComplete()).as("stopped with files in use").isFalse();
            assertThat(node.shutdownBlockers())
                    .as("why, should it not come back in time")
                    .contains("shard 0 (a read is still running; nothing is lost)");
            answers.add(node.submit(0, new Command.Get(Node.bytes("a"))));
            read.countDown();
            assertThat(answers.get(0).get(20, TimeUnit.SECONDS))
                    .as("the read under way")
                    .isInstanceOfSatisfying(Result.Value.class, value -> assertThat(value.bytes())
                            .isEqualTo(Node.bytes("1")));
            for (CompletableFuture<Result> late : answers.subList(1, 4)) {
                assertThat(late.get(20, TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(Result.Kind.STOPPED));
            }
            node.stopped(stopped);
            assertThat(disk.openFiles()).isEmpty();
        }
    }

    @Test
    void I11_stop_thatCanNotForce_saysWhichShard() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "1");
            node.set(1, "b", "2");
            disk.faults().failForce("/data/shard-1/data/*.data").always();
            assertThatThrownBy(node::stop).hasMessageContaining("shard 1").hasMessageContaining("Input/output error");
            assertThat(node.status(0).durableIndex()).isEqualTo(1);
        }
    }

    @Test
    void I11_stop_thatCanNotForceOnce_repairsAndForces() throws Exception {
        try (Node node = Node.quiet(disk)) {
            node.call(1, new Command.IncrementBy(Node.bytes("n"), 5));
            disk.faults().failForce("/data/shard-1/data/*.data").times(1);
            node.stop();
            assertThat(node.status(1).durableIndex()).isEqualTo(1);
        }
        try (Node again = Node.quiet(disk.crashLosingAllUnforced())) {
            assertThat(again.recovered.get(1).replayedEntries()).isZero();
            assertThat(again.get(1, "n")).isEqualTo("5");
        }
    }
}

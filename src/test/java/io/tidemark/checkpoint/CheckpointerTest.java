package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureState;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CheckpointerTest {

    @Test
    void start_nothingWritten_countsAsDirtyUntilTheFirstGeneration() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions()).started();
        assertThat(rig.dirty.dirty()).isTrue();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.RECOVERY);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void start_takesOverACounterInMidForce_isDirtyAgain() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.dirty.begin();
        rig.checkpointer.start(rig.loop.nanoTime());
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.dirty.inFlight()).isFalse();
    }

    @Test
    void tick_idleShard_isForcedAtTheTick() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.loop.advanceMillis(9_999);
        assertThat(rig.outcomes).isEmpty();
        rig.loop.advanceMillis(1);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL);
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
    }

    @Test
    void tick_shardStillWritten_isForcedWhenItBecomesIdle() {
        CheckpointerRig rig = CheckpointerRig.proven();
        for (int at = 0; at < 10_500; at += 50) {
            rig.write();
            rig.loop.advanceMillis(50);
        }
        assertThat(rig.outcomes).isEmpty();
        rig.loop.advanceMillis(250);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void continuousWrites_forcedByMaxDelay_measuredFromTheOldestUnsyncedByte() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDelayMs(2_000));
        for (int at = 0; at < 8_000; at += 10) {
            rig.write();
            rig.loop.advanceMillis(10);
        }
        assertThat(rig.triggers()).hasSizeBetween(3, 4).containsOnly(CheckpointTrigger.MAX_DELAY);
        assertThat(rig.dirty.durableIndex()).isGreaterThan(550);
    }

    @Test
    void manyBytes_firesWithoutATick() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDirtyBytes(10_000));
        for (int i = 0; i < 99; i++) {
            rig.write();
        }
        rig.loop.runReady();
        assertThat(rig.outcomes).isEmpty();
        rig.write();
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.MAX_DIRTY_BYTES);
        for (int i = 0; i < 100; i++) {
            rig.write();
        }
        rig.loop.runReady();
        assertThat(rig.outcomes).hasSize(2);
    }

    /** The limit counts from what is durable, in each round: not only the first one is on time. */
    @Test
    void manyBytes_writtenOneByOne_fireAtTheLimitEachTime() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDirtyBytes(10_000));
        for (int round = 1; round <= 5; round++) {
            for (int i = 0; i < 99; i++) {
                rig.write();
                rig.loop.runReady();
            }
            assertThat(rig.outcomes).as("below the limit, round %d", round).hasSize(round - 1);
            rig.write();
            rig.loop.runReady();
            assertThat(rig.outcomes).as("at the limit, round %d", round).hasSize(round);
        }
        assertThat(rig.triggers()).containsOnly(CheckpointTrigger.MAX_DIRTY_BYTES);
        assertThat(rig.dirty.durableIndex()).isEqualTo(rig.store.index());
    }

    /** Bytes that fail again are as old as they were: {@code max_delay_ms} does not begin again with each failure. */
    @Test
    void dirtyAge_forceFailsAgainAndAgain_countsFromTheOldestByte() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 3;
        rig.write();
        long written = rig.loop.nanoTime();
        rig.store.duringRepair = rig::write; // a newer byte before each further try
        for (int i = 0; i < 3; i++) {
            rig.loop.advanceMillis(10_000);
            long age = TimeUnit.NANOSECONDS.toMillis(rig.loop.nanoTime() - written);
            assertThat(rig.checkpointer.status().dirtyAgeMillis())
                    .as("age of the first byte, %d tries left", rig.store.failForces)
                    .isEqualTo(age);
        }
        assertThat(rig.outcomes).as("two tries at least have failed").hasSizeGreaterThan(1);
        assertThat(rig.store.durable()).as("none has succeeded").isZero();
    }

    /** A shard that was shed when its checkpointer stopped takes writes again under the next one. */
    @Test
    void start_overACounterThatSheds_beginsWithoutPressure() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.failForces = 1;
        rig.write();
        rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(rig.dirty.shedding()).as("left after a failed force").isTrue();
        Checkpointer next = new Checkpointer(
                "test", 3, new ScriptedStore(), rig.dirty, rig.permits, rig.loop, rig.options, CheckpointListener.NONE);
        next.start(rig.loop.nanoTime() + 1);
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.dirty.pressure()).isEqualTo(PressureState.NORMAL);
        assertThat(next.status().level()).isEqualTo(PressureLevel.NORMAL);
    }

    /** Nothing of a stopped checkpointer runs again, whatever is marked afterwards. */
    @Test
    void stop_marksAfterwards_wakeNothing() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions().setMaxDirtyBytes(10_000));
        rig.checkpointer.start(rig.loop.nanoTime() + 1);
        rig.write();
        rig.checkpointer.stop();
        rig.loop.advanceMillis(60_000);
        rig.store.calls.clear();
        for (int i = 0; i < 200; i++) {
            rig.write(); // the first mark, and the limit of dirty bytes
        }
        assertThat(rig.loop.events()).as("tasks and timers on its loop").isZero();
        rig.loop.advanceMillis(600_000);
        assertThat(rig.store.calls).isEmpty();
    }

    @Test
    void tick_whileInFlight_doesNothing() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(50_000);
        assertThat(rig.loop.blockedTasks()).isEqualTo(1);
        assertThat(rig.store.calls).containsExactly("capture 1");
    }

    @Test
    void generation_writesDuringForce_publishesOnlyWhatWasCaptured() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.duringForce = rig::write;
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex())
                .as("durable after a write during the force")
                .isEqualTo(1);
        assertThat(rig.dirty.appendedIndex()).isEqualTo(2);
        assertThat(rig.dirty.dirty()).isTrue();
        rig.store.duringForce = () -> {};
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex()).isEqualTo(2);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void write_ofTheSameIndex_isForcedAtTheTickBySyncAndByAStop() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.writeAgain(rig.dirty, 100); // index 0, the first one of all
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.durableBytes()).as("at the tick").isEqualTo(100);
        rig.write();
        rig.loop.advanceMillis(10_000);
        rig.store.writeAgain(rig.dirty, 100);
        Future<SyncResult> synced = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(synced.succeeded()).isTrue();
        assertThat(rig.store.durableBytes()).as("by a sync").isEqualTo(300);
        rig.store.writeAgain(rig.dirty, 100);
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.durableBytes()).as("by a stop").isEqualTo(400);
    }

    @Test
    void writes_ofTheSameIndexDuringAForce_areForcedAgain() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.duringForce = () -> rig.store.writeAgain(rig.dirty, 100);
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.durableBytes()).isEqualTo(100);
        assertThat(rig.dirty.dirty()).isTrue();
        rig.store.duringForce = () -> {};
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.durableBytes()).isEqualTo(200);
        assertThat(rig.dirty.dirty()).isFalse();
        rig.store.calls.clear();
        rig.loop.advanceMillis(60_000);
        assertThat(rig.store.calls).containsOnly("capture 1");
    }

    @Test
    void continuousWrites_ofTheSameIndex_areNotIdleAndForcedByMaxDelay() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDelayMs(12_000));
        for (int at = 0; at < 11_900; at += 50) {
            rig.store.writeAgain(rig.dirty, 100);
            rig.loop.advanceMillis(50);
        }
        assertThat(rig.outcomes).as("still written").isEmpty();
        for (int at = 0; at < 200; at += 50) {
            rig.store.writeAgain(rig.dirty, 100);
            rig.loop.advanceMillis(50);
        }
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.MAX_DELAY);
    }

    @Test
    void sync_cleanShard_answersAtOnceWithoutForcing() {
        CheckpointerRig rig = CheckpointerRig.proven();
        Future<SyncResult> answer = rig.checkpointer.sync();
        assertThat(answer.succeeded()).isTrue();
        assertThat(rig.store.calls).containsExactly("capture 0");
    }

    @Test
    void sync_duringAGeneration_isAnsweredByTheNextOne() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        Future<SyncResult> first = rig.checkpointer.sync();
        rig.loop.runReady();
        rig.write();
        Future<SyncResult> second = rig.checkpointer.sync();
        Future<SyncResult> third = rig.checkpointer.sync();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(first.result().durableIndex()).isEqualTo(1);
        assertThat(second.isComplete()).isFalse();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(second.result().durableIndex()).isEqualTo(2);
        assertThat(third.result().generation()).isEqualTo(second.result().generation());
        assertThat(rig.outcomes).hasSize(2);
    }

    @Test
    void sync_deadlinesPassWhileTheDiskHangs_waitersExpireAndTheSyncContinues() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setIntervalMs(3_600_000));
        rig.loop.holdBlocking(true);
        rig.write();
        Future<SyncResult> joins = rig.checkpointer.sync(100);
        rig.loop.runReady();
        rig.write();
        List<Future<SyncResult>> polls = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            polls.add(rig.checkpointer.sync(100));
            rig.loop.advanceMillis(1);
        }
        rig.loop.advanceMillis(100);
        polls.add(joins);
        assertThat(polls).allSatisfy(poll -> assertThat(poll.cause())
                .isInstanceOfSatisfying(
                        SyncException.class, why -> assertThat(why.failure()).isEqualTo(SyncFailure.DEADLINE))
                .hasMessageContaining("store test shard 3 was not durable within 100 ms; the sync continues"));
        assertThat(rig.checkpointer.waiters()).as("kept of a thousand").isEqualTo(1);
        assertThat(rig.answered).as("reported as answered").isEqualTo(1_001);
        rig.loop.holdBlocking(false);
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.store.durable()).as("what the last of them requested").isEqualTo(2);
        assertThat(rig.checkpointer.waiters()).isZero();
        assertThat(rig.answered).as("no request is answered twice").isEqualTo(1_001);
    }

    @Test
    void sync_answeredWithinItsDeadline_leavesNoTimer() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        Future<SyncResult> answer = rig.checkpointer.sync(100);
        rig.loop.runReady();
        assertThat(answer.succeeded()).isTrue();
        rig.loop.advanceMillis(1_000);
        assertThat(rig.checkpointer.waiters()).isZero();
        assertThat(rig.outcomes).hasSize(1);
    }

    @Test
    void force_fails_shardStaysDirtyAndShedsAndIsNeverForcedAgain() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.failForces = 1;
        rig.write();
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(answer.cause()).isInstanceOfSatisfying(SyncException.class, why -> assertThat(why.failure())
                .isEqualTo(SyncFailure.FORCE_FAILED));
        assertThat(rig.dirty.shedding()).isTrue();
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.dirty.inFlight()).isFalse();
        assertThat(rig.pressures.stream().map(PressureEvent::level))
                .containsExactly(PressureLevel.SHED, PressureLevel.FAILED);
        rig.store.calls.clear();
        rig.loop.advanceMillis(600_000);
        Future<SyncResult> later = rig.checkpointer.sync();
        assertThat(later.cause()).isInstanceOfSatisfying(SyncException.class, why -> assertThat(why.failure())
                .isEqualTo(SyncFailure.SHARD_FAILED));
        assertThat(rig.store.calls).isEmpty();
        assertThat(rig.dirty.durableIndex()).isZero();
    }

    @Test
    void force_failsAndStoreCanBeRepaired_shedsUntilTheNewFilesAreForced() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.store.failRepairs = 2;
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.shedding()).isTrue();
        assertThat(rig.store.calls).containsExactly("capture 1", "force 1", "repair 1");
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.calls).hasSize(4).endsWith("repair 1");
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.calls).as("the pause has doubled").hasSize(4);
        rig.loop.holdBlocking(true);
        rig.loop.advanceMillis(10_000);
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.dirty.shedding()).as("repaired, not forced yet").isTrue();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.store.calls).endsWith("repair 1", "capture 1", "force 1", "completed 1");
        assertThat(rig.dirty.dirty()).isFalse();
        rig.loop.advanceMillis(4_999);
        assertThat(rig.dirty.shedding()).as("within the dwell time").isTrue();
        rig.loop.advanceMillis(1);
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.pressures.stream().map(PressureEvent::level))
                .as("refused for now, out of service while repairs fail, refused until proven, well")
                .containsExactly(PressureLevel.SHED, PressureLevel.FAILED, PressureLevel.SHED, PressureLevel.NORMAL);
        assertThat(rig.repairs)
                .containsExactly("failed: No space left on device", "failed: No space left on device", "repaired");
    }

    @Test
    void force_failsAgainAfterTheRepair_repairsAgainOnlyAfterAPause() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 2;
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.calls).containsExactly("capture 1", "force 1", "repair 1", "capture 1", "force 1");
        assertThat(rig.pressures.stream().map(PressureEvent::level))
                .containsExactly(PressureLevel.SHED, PressureLevel.FAILED);
        rig.loop.advanceMillis(9_999);
        assertThat(rig.store.calls).hasSize(5);
        rig.loop.advanceMillis(1);
        assertThat(rig.store.calls).endsWith("repair 1", "capture 1", "force 1", "completed 1");
        rig.loop.advanceMillis(5_000);
        assertThat(rig.dirty.shedding()).isFalse();
    }

    @Test
    void sync_duringARepair_isAnsweredByTheGenerationBehindIt() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.write();
        rig.loop.advanceMillis(9_999);
        rig.loop.holdBlocking(true);
        Future<SyncResult> riding = rig.checkpointer.sync();
        rig.loop.runReady();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(riding.failed()).isTrue();
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(waits.isComplete()).as("repaired, not forced yet").isFalse();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(waits.result().durableIndex()).isEqualTo(1);
    }

    @Test
    void repair_waitsForAPermitAndLendsItWhenSlow() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.permits.limit(1);
        rig.store.repairable = true;
        rig.store.failForces = 1;
        List<String> granted = new ArrayList<>();
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        ForcePermits.Ticket other = rig.permits.request(rig.loop, 0, ticket -> granted.add("another shard"));
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(granted).as("granted when the force failed").hasSize(1);
        assertThat(rig.loop.blockedTasks())
                .as("repairs that run without a permit")
                .isZero();
        other.release(0);
        rig.loop.runReady();
        assertThat(rig.loop.blockedTasks()).isEqualTo(1);
        rig.permits.request(rig.loop, 0, ticket -> granted.add("a third shard"));
        rig.loop.advanceMillis(4_999);
        assertThat(granted).hasSize(1);
        rig.loop.advanceMillis(1);
        assertThat(granted).as("a repair that hangs lends its permit").hasSize(2);
    }

    @Test
    void force_notStarted_isNotABadDisk() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        rig.loop.rejectBlocked();
        rig.loop.runReady();
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.pressures).isEmpty();
        rig.loop.holdBlocking(false);
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
    }

    @Test
    void repair_notStarted_isNoFailedRepair() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.write();
        rig.loop.holdBlocking(true);
        rig.loop.advanceMillis(10_000);
        rig.loop.runBlocked();
        rig.loop.runReady();
        for (int i = 0; i < 3; i++) {
            rig.loop.rejectBlocked();
            rig.loop.advanceMillis(10_000);
        }
        assertThat(rig.pressures).extracting(PressureEvent::level).containsExactly(PressureLevel.SHED);
        assertThat(rig.repairs).isEmpty();
        rig.loop.holdBlocking(false);
        rig.loop.runBlocked();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.repairs).containsExactly("repaired");
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void repair_notStartedWhileStopping_failsTheStop() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.write();
        rig.loop.holdBlocking(true);
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        rig.loop.runBlocked();
        rig.loop.runReady();
        rig.loop.rejectBlocked();
        rig.loop.runReady();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3 was not made durable");
    }

    @Test
    void force_notStarted_isToldAsEndedAndWhoeverCameMeanwhileIsServedSoon() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setIntervalMs(3_600_000));
        rig.loop.holdBlocking(true);
        rig.write();
        Future<SyncResult> joined = rig.checkpointer.sync();
        rig.loop.runReady();
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.rejectBlocked();
        rig.loop.runReady();
        assertThat(joined.cause()).hasMessageContaining("could not be scheduled");
        assertThat(rig.outcomes).as("ends of reported starts").hasSameSizeAs(rig.starts);
        assertThat(rig.permitsAreFree()).isTrue();
        int attempts = rig.starts.size();
        for (int i = 0; i < 5; i++) {
            rig.loop.advanceMillis(100);
            rig.write();
            rig.loop.runReady();
        }
        assertThat(rig.starts)
                .as("no mark begins another before the pause is over")
                .hasSize(attempts);
        rig.loop.holdBlocking(false);
        rig.loop.advanceMillis(500);
        assertThat(waits.succeeded()).as("served long before the next tick").isTrue();
    }

    @Test
    void sync_givenUpInAForceThatIsNotStarted_isStillDone() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setIntervalMs(3_600_000));
        rig.loop.holdBlocking(true);
        rig.write();
        Future<SyncResult> joined = rig.checkpointer.sync(50);
        rig.loop.advanceMillis(60);
        assertThat(joined.cause()).hasMessageContaining("the sync continues");
        rig.loop.rejectBlocked();
        rig.loop.runReady();
        rig.loop.holdBlocking(false);
        rig.loop.advanceMillis(1_000);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void force_notStartedWhileStopping_failsTheStop() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        rig.loop.rejectBlocked();
        rig.loop.runReady();
        assertThat(stopped.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("could not be scheduled");
        assertThat(rig.outcomes).hasSameSizeAs(rig.starts);
    }

    @Test
    void stop_dirtyShard_awaitsForceInFlightThenDrainThenForcesTheRest() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.holdDrain = true;
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        Future<Void> stopped = rig.checkpointer.stop();
        rig.write();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(stopped.isComplete()).isFalse();
        rig.write();
        rig.store.drained.complete();
        rig.loop.runReady();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.durable()).isEqualTo(3);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL, CheckpointTrigger.SHUTDOWN);
    }

    @Test
    void stop_lastForceFails_failsAndNamesTheShard() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.failForces = 1;
        rig.write();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("Input/output error");
    }

    @Test
    void stop_lastForceFailsOnce_repairsAndForcesTheNewFiles() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.write();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.calls)
                .as("and a check whether anything was applied meanwhile")
                .containsExactly(
                        "drain",
                        "capture 1",
                        "force 1",
                        "repair 1",
                        "capture 1",
                        "force 1",
                        "completed 1",
                        "capture 1");
    }

    @Test
    void stop_betweenRepairsThatFail_triesOnceMoreBeforeAndAfterTheDrain() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.store.failRepairs = 3;
        rig.write();
        rig.loop.advanceMillis(10_000);
        rig.store.calls.clear();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(rig.store.calls).containsExactly("drain", "repair 1", "repair 1");
        assertThat(stopped.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("Input/output error");
    }

    @Test
    void stop_duringARepair_waitsForItAndForcesTheNewFiles() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        rig.loop.runBlocked();
        rig.loop.runReady();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.advanceMillis(60_000);
        assertThat(stopped.isComplete()).isFalse();
        rig.loop.runBlocked();
        rig.loop.runReady();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.durable()).isEqualTo(1);
    }

    @Test
    void stop_repairedStoreFailsAgain_endsAndNamesTheShard() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = Integer.MAX_VALUE;
        rig.write();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3");
        assertThat(rig.store.calls)
                .containsExactly("drain", "capture 1", "force 1", "repair 1", "capture 1", "force 1");
    }

    @Test
    void stop_cleanShard_forcesNothing() {
        CheckpointerRig rig = CheckpointerRig.proven();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.calls).containsExactly("drain", "capture 0");
    }

    @Test
    void idleShard_manyIntervals_isOnlyLookedAtInMemory() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.advanceMillis(3_600_000);
        assertThat(rig.store.calls).containsOnly("capture 0").hasSize(360);
        assertThat(rig.starts).isEmpty();
        rig.store.calls.clear();
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.calls).containsExactly("capture 1", "force 1", "completed 1");
    }

    @Test
    void force_hangs_isReportedThenShedsAndRecoversWhenItComesBack() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        rig.loop.advanceMillis(4_999);
        assertThat(rig.pressures).isEmpty();
        rig.loop.advanceMillis(1);
        rig.loop.advanceMillis(14_999);
        assertThat(rig.dirty.shedding()).isFalse();
        rig.loop.advanceMillis(1);
        assertThat(rig.dirty.shedding()).isTrue();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
        rig.loop.advanceMillis(4_999);
        assertThat(rig.dirty.shedding()).as("within the dwell time").isTrue();
        rig.loop.advanceMillis(1);
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.pressures.stream().map(PressureEvent::level))
                .containsExactly(PressureLevel.WARN, PressureLevel.SHED, PressureLevel.NORMAL);
    }

    @Test
    void force_hangsAndThenFails_staysShed() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.store.failForces = 1;
        rig.write();
        rig.loop.advanceMillis(40_000);
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.dirty.shedding()).isTrue();
    }

    @Test
    void force_hangs_lendsItsPermit() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.permits.limit(1);
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000);
        List<String> granted = new ArrayList<>();
        rig.permits.request(rig.loop, 0, ticket -> granted.add("another shard"));
        rig.loop.runReady();
        assertThat(granted).isEmpty();
        rig.loop.advanceMillis(5_000);
        assertThat(granted).containsExactly("another shard");
    }

    @Test
    void journal_manyGenerations_keepsTheLast256() {
        CheckpointerRig rig = CheckpointerRig.proven();
        for (int i = 0; i < 300; i++) {
            rig.write();
            rig.checkpointer.sync();
            rig.loop.runReady();
        }
        assertThat(rig.checkpointer.journal().entries()).hasSize(256).last().satisfies(entry -> assertThat(
                        entry.toJson().getLong("to_index"))
                .isEqualTo(300));
    }

    @Test
    void journal_longDeferral_isOneEntry() {
        CheckpointerRig rig = CheckpointerRig.proven();
        for (int at = 0; at < 12_000; at += 50) {
            rig.write();
            rig.loop.advanceMillis(50);
        }
        assertThat(rig.checkpointer.journal().entries())
                .filteredOn(entry -> entry instanceof JournalEntry.Deferral)
                .hasSize(1);
    }
}

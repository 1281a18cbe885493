package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** New options for a running checkpointer, at every moment of its life. */
class ReconfigureTest {
    private static final int SEEDS = Integer.getInteger("tidemark.reconfigure.seeds", 500);
    private static final long SEED = Long.getLong("tidemark.reconfigure.seed", System.nanoTime());

    private static void reconfigure(CheckpointerRig rig, CheckpointOptions fresh) {
        rig.checkpointer.reconfigure(fresh, rig.loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(fresh.getIntervalMs()));
    }

    @Test
    void reconfigure_inMidGeneration_keepsItAndItsWaiters() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        Future<SyncResult> joined = rig.checkpointer.sync();
        rig.loop.runReady();
        rig.write();
        Future<SyncResult> waits = rig.checkpointer.sync();
        reconfigure(rig, new CheckpointOptions().setMaxDelayMs(500));
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(joined.succeeded())
                .as("the request that waits for this generation")
                .isTrue();
        assertThat(waits.isComplete())
                .as("the request that waits for the next one")
                .isFalse();
        rig.loop.holdBlocking(false);
        if (rig.loop.blockedTasks() > 0) {
            rig.loop.runBlocked();
        }
        rig.loop.advanceMillis(600_000);
        assertThat(waits.succeeded())
                .as("a sync request from before the reload was answered")
                .isTrue();
        assertThat(waits.result().durableIndex()).isEqualTo(2);
        assertThat(rig.outcomes).hasSize(2);
    }

    @Test
    void reconfigure_whileQueued_keepsThePlaceInTheQueueAndTheWaiter() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.permits.limit(1);
        ForcePermits.Ticket other = rig.permits.request(rig.loop, 0, ticket -> {});
        rig.write();
        Future<SyncResult> waits = rig.checkpointer.sync();
        reconfigure(rig, new CheckpointOptions().setIntervalMs(50).setIdleMs(0));
        rig.loop.advanceMillis(200);
        assertThat(rig.store.calls).isEmpty();
        other.release(0);
        rig.loop.runReady();
        assertThat(waits.succeeded()).isTrue();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.SYNC_NOW);
    }

    @Test
    void reconfigure_largerPermitLimit_letsTheQueuedOneBeginAtOnce() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.permits.limit(1);
        rig.permits.request(rig.loop, 0, ticket -> {});
        rig.write();
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(rig.store.calls).isEmpty();
        rig.permits.limit(2);
        rig.loop.runReady();
        assertThat(waits.succeeded()).isTrue();
    }

    @Test
    void reconfigure_shorterDelay_isMeasuredFromTheOldestByte() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.advanceMillis(1);
        long writes = 0;
        for (int at = 0; at < 9_000; at += 100) {
            rig.write();
            writes++;
            rig.loop.advanceMillis(100);
        }
        assertThat(rig.outcomes).isEmpty();
        reconfigure(rig, new CheckpointOptions().setMaxDelayMs(8_000));
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.MAX_DELAY);
        assertThat(rig.dirty.durableIndex()).isEqualTo(writes);
    }

    @Test
    void reconfigure_fewerDirtyBytes_firesAtOnce() {
        CheckpointerRig rig = CheckpointerRig.proven();
        for (int i = 0; i < 50; i++) {
            rig.write();
        }
        rig.loop.runReady();
        reconfigure(rig, new CheckpointOptions().setMaxDirtyBytes(4_096));
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.MAX_DIRTY_BYTES);
    }

    @Test
    void reconfigure_fewerDirtyBytesNotReachedYet_firesWhenTheyAre() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.loop.runReady();
        reconfigure(rig, new CheckpointOptions().setMaxDirtyBytes(5_000));
        for (int i = 1; i < 49; i++) {
            rig.write();
        }
        rig.loop.runReady();
        assertThat(rig.outcomes).isEmpty();
        rig.write();
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.MAX_DIRTY_BYTES);
    }

    @Test
    void reconfigure_inTheTicksPlace_countsAsTheTick() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions());
        rig.checkpointer.start(rig.loop.nanoTime() + TimeUnit.SECONDS.toNanos(3));
        rig.loop.advanceMillis(3_000);
        assertThat(rig.outcomes).as("no ticks in this test").isEmpty();
        reconfigure(rig, new CheckpointOptions());
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.RECOVERY);
    }

    @Test
    void reconfigure_moreOftenThanTicks_doesNotPutTicksOffForEver() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions());
        rig.checkpointer.start(rig.loop.nanoTime() + TimeUnit.SECONDS.toNanos(10));
        rig.write();
        for (int at = 0; at < 11_000; at += 100) {
            rig.loop.advanceMillis(100);
            reconfigure(rig, new CheckpointOptions().setIntervalMs(10_000 + at % 200));
        }
        rig.loop.runReady();
        assertThat(rig.triggers())
                .as("no ticks in this test except by reloads")
                .containsExactly(CheckpointTrigger.RECOVERY);
    }

    @Test
    void reconfigure_shorterLimitsUnderAHangingForce_warnsLendsAndShedsAtOnce() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setStallWarnMs(60_000));
        rig.permits.limit(1);
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(12_000);
        List<String> granted = new ArrayList<>();
        rig.permits.request(rig.loop, 0, ticket -> granted.add("another shard"));
        assertThat(rig.pressures).isEmpty();
        reconfigure(rig, new CheckpointOptions().setStallWarnMs(1_000).setStallShedMs(4_000));
        assertThat(rig.pressures.stream().map(PressureEvent::level)).containsExactly(PressureLevel.WARN);
        rig.loop.runReady();
        assertThat(granted).containsExactly("another shard");
        rig.loop.advanceMillis(1_999);
        assertThat(rig.dirty.shedding()).isFalse();
        rig.loop.advanceMillis(1);
        assertThat(rig.dirty.shedding()).isTrue();
        reconfigure(rig, new CheckpointOptions().setStallWarnMs(1_000).setStallShedMs(2_000));
        assertThat(rig.pressures).as("no further event").hasSize(2);
    }

    @Test
    void reconfigure_longerLimitsUnderAHangingForce_admitsWritesAgainUntilTheyPass() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(10_000 + 20_000);
        assertThat(rig.dirty.shedding()).isTrue();
        reconfigure(rig, new CheckpointOptions().setStallShedMs(40_000));
        assertThat(rig.dirty.shedding()).isFalse();
        reconfigure(rig, new CheckpointOptions().setStallWarnMs(30_000).setStallShedMs(40_000));
        rig.loop.advanceMillis(19_999);
        assertThat(rig.dirty.shedding()).isFalse();
        rig.loop.advanceMillis(1);
        assertThat(rig.dirty.shedding()).isTrue();
        rig.loop.runBlocked();
        rig.loop.runReady();
        rig.loop.advanceMillis(5_000);
        assertThat(rig.pressures.stream().map(PressureEvent::level))
                .containsExactly(
                        PressureLevel.WARN,
                        PressureLevel.SHED,
                        PressureLevel.WARN,
                        PressureLevel.NORMAL,
                        PressureLevel.WARN,
                        PressureLevel.SHED,
                        PressureLevel.NORMAL);
        rig.loop.advanceMillis(60_000);
        assertThat(rig.pressures).as("no watch outlives its force").hasSize(7);
    }

    @Test
    void reconfigure_whileRepairing_keepsTheRepair() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.write();
        rig.loop.advanceMillis(9_999);
        rig.loop.holdBlocking(true);
        rig.loop.advanceMillis(1);
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.loop.blockedTasks()).as("the repair").isEqualTo(1);
        reconfigure(rig, new CheckpointOptions().setIntervalMs(500).setIdleMs(0));
        rig.loop.runBlocked();
        rig.loop.runReady();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(rig.store.calls)
                .containsExactly("capture 1", "force 1", "repair 1", "capture 1", "force 1", "completed 1");
        rig.loop.advanceMillis(5_000);
        assertThat(rig.dirty.shedding()).isFalse();
    }

    /** Writes, syncs, forces of any length, failures and reloads in any order: each request is answered, each byte forced. */
    @Test
    void reconfigure_atAnyMoment_losesNoWaiterAndNoGeneration() {
        long[] kinds = new long[3];
        for (long seed = SEED; seed < SEED + SEEDS; seed++) {
            anyMoment(seed, kinds);
        }
        assertThat(kinds[0]).as("reloads while idle").isGreaterThan(SEEDS);
        assertThat(kinds[1]).as("reloads under a force").isGreaterThan(SEEDS);
        assertThat(kinds[2]).as("reloads with a waiter").isGreaterThan(SEEDS);
    }

    private static void anyMoment(long seed, long[] kinds) {
        SplittableRandom random = new SplittableRandom(seed);
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.loop.holdBlocking(true);
        List<Future<SyncResult>> requests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> rig.write();
                case 2 -> requests.add(rig.checkpointer.sync());
                case 3 -> {
                    if (rig.loop.blockedTasks() > 0) {
                        rig.store.failForces = random.nextInt(20) == 0 ? 1 : 0;
                        rig.loop.runBlocked();
                    }
                }
                case 4 -> rig.loop.advanceMillis(random.nextInt(500));
                default -> {
                    kinds[rig.loop.blockedTasks() == 0 ? 0 : 1]++;
                    kinds[2] += requests.stream().anyMatch(one -> !one.isComplete()) ? 1 : 0;
                    rig.permits.limit(1 + random.nextInt(3));
                    reconfigure(rig, drawn(random));
                }
            }
            assertThat(rig.loop.blockedTasks())
                    .as("generations at once, seed = %d", seed)
                    .isLessThan(2);
        }
        rig.store.failForces = 0;
        rig.loop.holdBlocking(false);
        if (rig.loop.blockedTasks() > 0) {
            rig.loop.runBlocked();
        }
        rig.loop.advanceMillis(1_000_000);
        assertThat(requests).as("sync requests, seed = %d", seed).allMatch(Future::isComplete);
        assertThat(rig.dirty.dirty()).as("dirty after all, seed = %d", seed).isFalse();
        assertThat(rig.store.durable()).as("durable after all, seed = %d", seed).isEqualTo(rig.store.index());
        assertThat(rig.permits)
                .as("permits after all, seed = %d", seed)
                .asString()
                .matches("0 of \\d+ permits are held, 0 forces hang and hold none, 0 wait");
    }

    private static CheckpointOptions drawn(SplittableRandom random) {
        return new CheckpointOptions()
                .setIntervalMs(10 + random.nextInt(20_000))
                .setIdleMs(random.nextInt(1_000))
                .setMaxDelayMs(10 + random.nextInt(200_000))
                .setMaxDirtyBytes(4_096 + random.nextInt(20_000))
                .setStallWarnMs(10 + random.nextInt(2_000))
                .setStallShedMs(10 + random.nextInt(4_000));
    }
}

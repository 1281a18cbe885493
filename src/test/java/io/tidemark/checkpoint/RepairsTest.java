package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepairsTest {
    private static final long WARN_MS = 5_000;
    private static final long SHED_MS = 20_000;

    private final VirtualLoop loop = new VirtualLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final DirtyCounter dirty = new DirtyCounter(loop::nanoTime);
    private final ForcePermits permits = new ForcePermits();
    private final CheckpointOptions options =
            new CheckpointOptions().setStallWarnMs(WARN_MS).setStallShedMs(SHED_MS);
    private final List<String> events = new ArrayList<>();
    private final CheckpointReports reports = new CheckpointReports("test", 3, loop, new CheckpointListener() {
        @Override
        public void repaired(String store, int shard, long millis) {
            events.add("repaired after " + millis);
        }

        @Override
        public void repairFailed(String store, int shard, String why) {
            events.add("repair failed: " + why);
        }

        @Override
        public void pressure(PressureEvent event) {
            events.add(event.level() + " " + event.reason());
        }
    });
    private final CheckpointPressure pressure =
            new CheckpointPressure("", "test", 3, dirty, loop, reports, store::probe);
    private final CheckpointHealth health = new CheckpointHealth();
    private final Repairs repairs = new Repairs(
            new CheckpointContext(3, store, dirty, permits, loop, reports, pressure),
            health,
            new PermitWatch(permits, loop, reports, pressure));
    private final List<Boolean> outcomes = new ArrayList<>();

    private void failedForce() {
        store.write(dirty, 100);
        health.failed(CheckedCapture.of(store).handle(), "the disk", loop.nanoTime(), options.getIntervalMs());
        store.calls.clear();
    }

    private void run() {
        repairs.run(options, outcomes::add);
    }

    private void assertNoPermitIsHeld() {
        assertThat(permits).hasToString("0 of 2 permits are held, 0 forces hang and hold none, 0 wait");
    }

    @Test
    void run_succeeds_mayForceAgainAndStaysShed() {
        store.repairable = true;
        failedForce();
        run();
        assertThat(repairs.idle()).isFalse();
        assertThat(store.calls).as("before its permit").isEmpty();
        loop.runReady();
        assertThat(store.calls).containsExactly("repair 1");
        assertThat(outcomes).containsExactly(true);
        assertThat(repairs.idle()).isTrue();
        assertThat(health.mayForce()).isTrue();
        assertThat(health.unproven()).as("until its files are forced").isTrue();
        assertThat(pressure.level()).isEqualTo(PressureLevel.SHED);
        assertThat(events).containsExactly("repaired after 0", "SHED FSYNC_FAILED");
        assertNoPermitIsHeld();
    }

    @Test
    void I5_run_fails_isNotForcedAndIsTriedAgainAfterAPause() {
        store.repairable = true;
        store.failRepairs = 1;
        failedForce();
        run();
        loop.runReady();
        assertThat(outcomes).containsExactly(false);
        assertThat(health.mayForce()).isFalse();
        assertThat(health.repairDue(loop.nanoTime())).as("at once").isFalse();
        loop.advanceMillis(options.getIntervalMs());
        assertThat(health.repairDue(loop.nanoTime())).as("an interval later").isTrue();
        assertThat(events).containsExactly("repair failed: No space left on device", "FAILED FSYNC_FAILED");
        assertNoPermitIsHeld();
        run();
        loop.runReady();
        assertThat(outcomes).containsExactly(false, true);
        assertThat(health.mayForce()).isTrue();
    }

    @Test
    void I5_run_storeCannotBeRepaired_isNeverTriedAgain() {
        failedForce();
        run();
        loop.runReady();
        assertThat(outcomes).containsExactly(false);
        assertThat(health.mayForce()).isFalse();
        assertThat(health.isBroken()).isFalse();
        assertThat(health.repairDue(Long.MAX_VALUE)).isFalse();
        assertThat(pressure.level()).isEqualTo(PressureLevel.FAILED);
        assertNoPermitIsHeld();
    }

    /** A full pool says nothing about the store: no pause begins, and nothing is reported as a failed repair. */
    @Test
    void run_couldNotBeScheduled_isStillDue() {
        store.repairable = true;
        failedForce();
        loop.holdBlocking(true);
        run();
        loop.runReady();
        loop.rejectBlocked();
        loop.runReady();
        assertThat(outcomes).containsExactly(false);
        assertThat(repairs.idle()).isTrue();
        assertThat(health.repairDue(loop.nanoTime())).isTrue();
        assertThat(events).isEmpty();
        assertNoPermitIsHeld();
    }

    @Test
    void run_allPermitsAreHeld_waitsForOne() {
        store.repairable = true;
        failedForce();
        ForcePermits.Ticket one = permits.request(loop, 0, ticket -> {});
        permits.request(loop, 0, ticket -> {});
        run();
        loop.advanceMillis(1_000);
        assertThat(store.calls).isEmpty();
        one.release(0);
        loop.runReady();
        assertThat(store.calls).containsExactly("repair 1");
    }

    @Test
    void run_hangs_lendsItsPermitAndGivesItBackOnce() {
        store.repairable = true;
        failedForce();
        loop.holdBlocking(true);
        run();
        loop.advanceMillis(WARN_MS - 1);
        assertThat(permits.lent()).isZero();
        loop.advanceMillis(1);
        assertThat(permits.lent()).isEqualTo(1);
        loop.runBlocked();
        loop.runReady();
        assertThat(events).containsExactly("repaired after " + WARN_MS, "SHED FSYNC_FAILED");
        assertNoPermitIsHeld();
        loop.advanceMillis(10 * SHED_MS);
        assertThat(permits.lent()).as("by a timer that outlived it").isZero();
    }
}

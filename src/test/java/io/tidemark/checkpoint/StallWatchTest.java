package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A force that hangs: warned of after 5 s, shed after 20 s. */
class StallWatchTest {
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
        public void stalled(String store, int shard) {
            events.add("stalled");
        }

        @Override
        public void pressure(PressureEvent event) {
            events.add(event.level() + " " + event.reason());
        }
    });
    private final CheckpointPressure pressure =
            new CheckpointPressure("", "test", 3, dirty, loop, reports, store::probe);
    private final StallWatch watch = new StallWatch(loop, reports, pressure);

    private Generation forcing() {
        Generation generation = new Generation(
                1,
                CheckpointTrigger.INTERVAL,
                CheckedCapture.of(store),
                dirty.begin(),
                loop.nanoTime(),
                loop.nanoTime(),
                permits.request(loop, 0, ticket -> {}),
                new SyncWaiters());
        reports.started(generation);
        watch.begin(generation, options);
        return generation;
    }

    @Test
    void begin_forceEndsInTime_reportsAndLendsNothing() {
        forcing();
        loop.advanceMillis(WARN_MS - 1);
        watch.end();
        loop.advanceMillis(SHED_MS);
        assertThat(events).isEmpty();
        assertThat(permits.lent()).isZero();
        assertThat(loop.events()).as("timers that are left").isZero();
    }

    @Test
    void begin_forceHangs_isReportedOnceLendsItsPermitAndShedsInTheEnd() {
        forcing();
        loop.advanceMillis(WARN_MS);
        assertThat(events).containsExactly("stalled", "WARN FSYNC_STALLED");
        assertThat(permits.lent()).isEqualTo(1);
        loop.advanceMillis(SHED_MS - WARN_MS - 1);
        assertThat(events).hasSize(2);
        loop.advanceMillis(1);
        assertThat(events).containsExactly("stalled", "WARN FSYNC_STALLED", "SHED FSYNC_STALLED");
        loop.advanceMillis(10 * SHED_MS);
        assertThat(events).as("nothing more of the same force").hasSize(3);
        assertThat(permits.lent()).isEqualTo(1);
    }

    /** The next force that hangs is reported as the first one was. */
    @Test
    void end_thenAnotherForceHangs_isReportedAgain() {
        Generation first = forcing();
        loop.advanceMillis(WARN_MS);
        watch.end();
        first.ticket().release(0);
        forcing();
        loop.advanceMillis(WARN_MS);
        assertThat(events.stream().filter("stalled"::equals)).hasSize(2);
        assertThat(permits.lent()).isEqualTo(1);
    }

    @Test
    void begin_othersHang_lendsSoonerButIsReportedInItsTime() {
        for (int i = 0; i < 4; i++) {
            permits.request(loop, 0, ticket -> {}).lend();
        }
        forcing();
        loop.advanceMillis(WARN_MS / 5 - 1);
        assertThat(permits.lent()).isEqualTo(4);
        loop.advanceMillis(1);
        assertThat(permits.lent()).isEqualTo(5);
        loop.advanceMillis(WARN_MS - WARN_MS / 5 - 1);
        assertThat(events).isEmpty();
        loop.advanceMillis(1);
        assertThat(events).containsExactly("stalled", "WARN FSYNC_STALLED");
    }

    @Test
    void follow_runningForce_isJudgedByTheNewLimitsAtOnce() {
        forcing();
        loop.advanceMillis(2_000);
        watch.follow(new CheckpointOptions().setStallWarnMs(500).setStallShedMs(1_000));
        assertThat(events).containsExactly("stalled", "SHED FSYNC_STALLED");
        assertThat(permits.lent()).isEqualTo(1);
        watch.follow(options);
        loop.advanceMillis(WARN_MS - 2_000);
        assertThat(events).endsWith("WARN FSYNC_STALLED");
    }

    @Test
    void follow_noForceRuns_doesNothing() {
        watch.follow(options);
        loop.advanceMillis(SHED_MS);
        assertThat(events).isEmpty();
        assertThat(loop.events()).isZero();
    }
}

package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.tidemark.checkpoint.JournalEntry.Incident;
import io.tidemark.checkpoint.JournalEntry.Incident.What;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits for a permit: in which order, never for forces that hang, and not for long without a report. Virtual time. */
class PermitWaitTest {
    private static final long INTERVAL_MS = 10_000;
    private static final long MAX_DELAY_MS = 60_000;
    private static final long STALL_WARN_MS = 5_000;
    private static final String SHARD = "store test shard 3: ";

    private final LogLines log = new LogLines(Level.INFO);
    private final CheckpointOptions options = new CheckpointOptions()
            .setIntervalMs(INTERVAL_MS)
            .setMaxDelayMs(MAX_DELAY_MS)
            .setStallWarnMs(STALL_WARN_MS)
            .setMaxConcurrentFsyncs(1);
    private final CheckpointerRig rig = CheckpointerRig.proven(options);

    @AfterEach
    void close() {
        log.close();
    }

    private ForcePermits.Ticket holdThePermit() {
        rig.permits.limit(1);
        return rig.permits.request(rig.loop, 0, ticket -> {});
    }

    private List<String> pressures() {
        return rig.pressures.stream()
                .map(each -> each.level() + " " + each.reason())
                .toList();
    }

    private long incidents() {
        return rig.checkpointer.journal().entries().stream()
                .filter(Incident.class::isInstance)
                .map(Incident.class::cast)
                .filter(each -> each.what() == What.OVERDUE)
                .count();
    }

    @Test
    void overdue_isReportedOnceAndItsEndOnce_andShedsNothing() {
        ForcePermits.Ticket other = holdThePermit();
        rig.write();
        rig.loop.advanceMillis(MAX_DELAY_MS + STALL_WARN_MS - 1);
        assertThat(pressures()).as("in time so far").isEmpty();
        assertThat(rig.overdue).isZero();
        rig.loop.advanceMillis(1);
        assertThat(pressures()).containsExactly("WARN CHECKPOINT_OVERDUE");
        assertThat(rig.overdue).isEqualTo(1);
        rig.loop.advanceMillis(600_000);
        for (int i = 0; i < 50; i++) {
            rig.write();
            rig.loop.advanceMillis(INTERVAL_MS);
        }
        assertThat(rig.overdue).as("calls of a listener").isEqualTo(1);
        assertThat(incidents()).isEqualTo(1);
        assertThat(rig.dirty.shedding())
                .as("the log has every acknowledged write")
                .isFalse();
        assertThat(log.with("CHECKPOINT_OVERDUE")).hasSize(1);
        assertThat(log.with("CHECKPOINT_OVERDUE").get(0))
                .startsWith("WARN " + SHARD)
                .contains("a checkpoint has been due for 5000 ms", "max_concurrent_fsyncs")
                .contains("1 of 1 permits are held, 0 forces hang and hold none, 1 wait");

        other.release(0);
        rig.loop.runReady();
        assertThat(rig.dirty.dirty()).isFalse();
        rig.loop.advanceMillis(60_000);
        assertThat(pressures()).containsExactly("WARN CHECKPOINT_OVERDUE", "NORMAL CHECKPOINT_OVERDUE");
        assertThat(log.with("pressure NORMAL for CHECKPOINT_OVERDUE")).hasSize(1);
        assertThat(log.with("pressure NORMAL for CHECKPOINT_OVERDUE").get(0))
                .startsWith("INFO " + SHARD)
                .contains("ms late");
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void overdue_again_isReportedAgain() {
        for (int round = 1; round <= 3; round++) {
            ForcePermits.Ticket other = holdThePermit();
            rig.write();
            rig.loop.advanceMillis(MAX_DELAY_MS + 2 * STALL_WARN_MS);
            assertThat(rig.overdue).isEqualTo(round);
            other.release(0);
            rig.loop.advanceMillis(60_000);
        }
        assertThat(pressures()).hasSize(6);
    }

    @Test
    void overdue_syncRequest_isMeasuredFromTheRequest() {
        holdThePermit();
        rig.write();
        rig.checkpointer.sync();
        rig.loop.advanceMillis(STALL_WARN_MS - 1);
        assertThat(rig.overdue).isZero();
        rig.loop.advanceMillis(1);
        assertThat(rig.overdue).isEqualTo(1);
    }

    @Test
    void overdue_repair_isReportedToo() {
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.loop.holdBlocking(true);
        rig.write();
        rig.loop.advanceMillis(INTERVAL_MS);
        ForcePermits.Ticket other = holdThePermit(); // granted when the force has failed
        rig.loop.runBlocked();
        rig.loop.advanceMillis(STALL_WARN_MS);
        assertThat(rig.overdue).isEqualTo(1);
        assertThat(log.with("a repair has been due for 5000 ms")).hasSize(1);
        assertThat(rig.dirty.pressure().reasons())
                .containsEntry(PressureReason.CHECKPOINT_OVERDUE, PressureLevel.WARN)
                .containsEntry(PressureReason.FSYNC_FAILED, PressureLevel.SHED);
        other.release(0);
        rig.loop.holdBlocking(false);
        rig.loop.advanceMillis(60_000);
        assertThat(rig.repairs).containsExactly("repaired");
        assertThat(rig.pressures)
                .last()
                .extracting(PressureEvent::level, PressureEvent::reasons)
                .containsExactly(PressureLevel.NORMAL, Map.of());
    }

    @Test
    void reconfigure_whileItWaits_isMeasuredByTheNewOptions() {
        holdThePermit();
        rig.write();
        rig.loop.advanceMillis(INTERVAL_MS + 1_000);
        rig.checkpointer.reconfigure(
                new CheckpointOptions(options).setMaxDelayMs(4_000).setStallWarnMs(2_000), Long.MAX_VALUE);
        assertThat(rig.overdue).as("11 s old, due for 7 s").isEqualTo(1);
    }

    /** A permit goes to who is due first: a sync request now, an interval's generation max_delay_ms after its oldest byte. */
    @Test
    void permit_intervalsGenerationAndASyncOfAnother_goesToTheSync() {
        ForcePermits.Ticket other = holdThePermit();
        rig.write();
        rig.loop.advanceMillis(INTERVAL_MS);
        List<String> granted = new ArrayList<>();
        ForcePermits.Ticket sync =
                rig.permits.request(rig.loop, rig.loop.nanoTime(), ticket -> granted.add("sync of another shard"));
        other.release(0);
        rig.loop.runReady();
        assertThat(granted).as("whose turn it was").hasSize(1);
        assertThat(rig.store.calls).isEmpty();
        sync.release(0);
        rig.loop.runReady();
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL);
    }

    @Test
    void permit_syncRequestOfAShardThatWaitsAlready_movesItForward() {
        ForcePermits.Ticket other = holdThePermit();
        rig.write();
        rig.loop.advanceMillis(INTERVAL_MS);
        List<String> granted = new ArrayList<>();
        rig.permits.request(rig.loop, rig.loop.nanoTime() + 1, ticket -> granted.add("due a little later"));
        Future<SyncResult> sync = rig.checkpointer.sync();
        other.release(0);
        rig.loop.runReady();
        assertThat(sync.succeeded()).as("forced first").isTrue();
        assertThat(granted).hasSize(1);
    }

    /** A shard whose forces never come back, with its own clock's help. */
    private Checkpointer hanging(int shard) {
        CheckpointLoop hangs = new CheckpointLoop() {
            @Override
            public long nanoTime() {
                return rig.loop.nanoTime();
            }

            @Override
            public long epochMillis() {
                return rig.loop.epochMillis();
            }

            @Override
            public void execute(Runnable task) {
                rig.loop.execute(task);
            }

            @Override
            public Runnable schedule(long delayMillis, Runnable task) {
                return rig.loop.schedule(delayMillis, task);
            }

            @Override
            public void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {}
        };
        ScriptedStore store = new ScriptedStore();
        DirtyCounter dirty = new DirtyCounter(rig.loop::nanoTime);
        Checkpointer checkpointer =
                new Checkpointer("hangs", shard, store, dirty, rig.permits, hangs, options, CheckpointListener.NONE);
        checkpointer.start(Long.MAX_VALUE);
        store.write(dirty, 100);
        return checkpointer;
    }

    @Test
    void hungForces_anyNumber_anotherShardIsForcedInTime() {
        rig.permits.limit(2);
        for (int shard = 0; shard < 300; shard++) {
            hanging(shard).sync();
        }
        for (int round = 0; round < 5; round++) {
            rig.write();
            rig.loop.advanceMillis(MAX_DELAY_MS);
            assertThat(rig.dirty.dirty())
                    .as("unsynced for max_delay_ms, round " + round)
                    .isFalse();
        }
        assertThat(rig.permits.lent()).as("the control: forces that hang").isEqualTo(300);
        assertThat(rig.overdue).isZero();
    }

    /** Those that hung have come back: from now on a force has the whole time again. */
    @Test
    void hungForces_thatCameBack_shortenNobodysPatience() {
        List<ForcePermits.Ticket> hung = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ForcePermits.Ticket ticket = rig.permits.request(rig.loop, 0, granted -> {});
            ticket.lend();
            hung.add(ticket);
        }
        hung.forEach(ticket -> ticket.release(0));
        rig.permits.limit(1);
        rig.loop.holdBlocking(true);
        rig.write();
        rig.checkpointer.sync();
        rig.loop.runReady();
        List<String> granted = new ArrayList<>();
        rig.permits.request(rig.loop, 0, ticket -> granted.add("another"));
        rig.loop.advanceMillis(STALL_WARN_MS - 1);
        assertThat(granted)
                .as("granted beside a force of less than stall_warn_ms")
                .isEmpty();
        rig.loop.advanceMillis(1);
        assertThat(granted).hasSize(1);
    }

    @Test
    void hungForces_whileOthersHang_lendSooner() {
        rig.permits.limit(1);
        for (int i = 0; i < 4; i++) {
            rig.permits.request(rig.loop, 0, ticket -> {}).lend();
        }
        rig.loop.holdBlocking(true);
        rig.write();
        rig.checkpointer.sync();
        rig.loop.runReady();
        List<String> granted = new ArrayList<>();
        rig.permits.request(rig.loop, 0, ticket -> granted.add("another"));
        rig.loop.advanceMillis(STALL_WARN_MS / 5 - 1);
        assertThat(granted).isEmpty();
        rig.loop.advanceMillis(1);
        assertThat(granted).hasSize(1);
        assertThat(rig.pressures).as("it is not reported before stall_warn_ms").isEmpty();
        rig.loop.advanceMillis(STALL_WARN_MS);
        assertThat(pressures()).containsExactly("WARN FSYNC_STALLED");
    }
}

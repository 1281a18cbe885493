package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.JournalEntry.Incident;
import io.tidemark.checkpoint.JournalEntry.Incident.What;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was applied is durable when a sync or a stop says so, whether or not anybody marked it. On virtual time. */
class UnmarkedWritesTest {
    private final CheckpointerRig rig = CheckpointerRig.proven();

    private void writeUnmarked(int records) {
        for (int i = 0; i < records; i++) {
            rig.store.writeUnmarked(100);
        }
    }

    private List<Incident> incidents() {
        return rig.checkpointer.journal().entries().stream()
                .filter(Incident.class::isInstance)
                .map(Incident.class::cast)
                .toList();
    }

    @Test
    void I2_sync_appliedAndNeverMarked_isForcedBeforeTheAnswer() {
        writeUnmarked(1_000);
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(rig.store.durable()).as("forced when a sync answered OK").isEqualTo(1_000);
        assertThat(answer.result().durableIndex()).isEqualTo(1_000);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.SYNC_NOW);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void I2_sync_appliedUnmarkedDuringAForce_isForcedBeforeTheAnswer() {
        rig.loop.holdBlocking(true);
        rig.write();
        rig.checkpointer.sync();
        rig.loop.runReady();
        writeUnmarked(1);
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(waits.isComplete()).isFalse();
        rig.loop.runBlocked();
        rig.loop.runReady();
        assertThat(waits.result().durableIndex()).isEqualTo(2);
        assertThat(rig.store.durable()).isEqualTo(2);
    }

    @Test
    void tick_appliedAndNeverMarked_isForced() {
        writeUnmarked(3);
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.durable()).isEqualTo(3);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL);
        rig.loop.advanceMillis(60_000);
        assertThat(rig.outcomes).as("nothing more was applied").hasSize(1);
    }

    @Test
    void I11_stop_appliedAndNeverMarked_isForced() {
        writeUnmarked(3);
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(rig.store.durable()).as("forced when a stop ended well").isEqualTo(3);
        assertThat(stopped.succeeded()).isTrue();
        assertThat(incidents()).extracting(Incident::what).containsExactly(What.UNMARKED);
    }

    @Test
    void I11_stop_writerGoesOnUnmarked_failsAndSaysSo() {
        rig.store.duringForce = () -> rig.store.writeUnmarked(100);
        writeUnmarked(1);
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.cause())
                .hasMessageContaining("store test shard 3 is still being written although it was asked to drain")
                .hasMessageContaining("durable up to index 8 of 9");
    }

    @Test
    void force_ofUnmarked_fails_isDirtyAndItsAgeIsKnown() {
        rig.store.failForces = 1;
        writeUnmarked(1);
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        rig.loop.advanceMillis(3_000);
        assertThat(answer.cause()).hasMessageContaining("Input/output error");
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.checkpointer.status().dirtyAgeMillis()).isEqualTo(3_000);
    }

    @Test
    void unmarked_overAndOver_isReportedOnceAndNamesTheSlip() {
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 10; i++) {
                writeUnmarked(1);
                rig.checkpointer.sync();
                rig.loop.advanceMillis(10_000);
            }
            assertThat(rig.store.durable()).isEqualTo(10);
            assertThat(incidents()).singleElement().satisfies(incident -> {
                assertThat(incident.what()).isEqualTo(What.UNMARKED);
                assertThat(incident.detail())
                        .contains("index 1 has been applied")
                        .contains("the last mark is of index 0");
            });
            assertThat(log.with("has been applied"))
                    .singleElement()
                    .satisfies(
                            line -> assertThat(line)
                                    .contains("store test shard 3")
                                    .contains(
                                            "DirtyCounter.of with this store's name, this shard's number and this deployment's Vert.x instance"));
        }
    }

    @Test
    void mark_thatIsOnlyLate_isForcedAndNotReported() {
        rig.store.writeUnmarked(100); // the writer is between publishing and marking
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(answer.result().durableIndex()).isEqualTo(1);
        rig.loop.advanceMillis(MarkCheck.GRACE_MS - 1);
        rig.dirty.mark(1, 100);
        rig.loop.advanceMillis(20_000);
        assertThat(incidents()).isEmpty();
    }

    @Test
    void mark_afterTheStop_isLoggedOnce() {
        rig.write();
        rig.checkpointer.stop();
        rig.loop.runReady();
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 10; i++) {
                rig.write();
            }
            assertThat(log.with("marked after the checkpointer had stopped"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("index 2 was marked"));
        }
        assertThat(rig.dirty.dirty()).isTrue();
    }

    @Test
    void mark_afterTheNextStart_wakesTheNewOneAndLogsNothing() {
        rig.checkpointer.stop();
        rig.loop.runReady();
        CheckpointerRig next = new CheckpointerRig(new CheckpointOptions());
        try (LogLines log = new LogLines()) {
            rig.dirty.adopt(() -> next.starts.add(CheckpointTrigger.INTERVAL));
            rig.write();
            assertThat(log.with("marked after")).isEmpty();
        }
        assertThat(next.starts).as("wakes of the new one").hasSize(1);
    }
}

package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.JournalEntry.Incident;
import io.tidemark.checkpoint.JournalEntry.Incident.What;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a checkpointer reports: times by step, the file that failed or hangs, journal and status. On virtual time. */
class CheckpointReportsTest {
    private static final String DATA = "/data/0000000007.data";
    private static final long RUN_MS = 20;
    private static final String MANIFEST = "/data/CHECKPOINT";

    private final VirtualLoop loop = new VirtualLoop();
    private final DirtyCounter dirty = new DirtyCounter(loop::nanoTime);
    private final Recorder recorder = new Recorder();
    private final SteppedStore store = new SteppedStore();
    private final CheckpointOptions options = new CheckpointOptions();
    private final Checkpointer checkpointer =
            new Checkpointer("test", 3, store, dirty, new ForcePermits(), loop, options, recorder);

    CheckpointReportsTest() {
        checkpointer.start(loop.nanoTime() + 10_000_000_000L);
        checkpointer.sync(); // proves the start
        run();
        recorder.lines.clear();
        recorder.outcomes.clear();
    }

    /** Lets a generation run to its end. */
    private void run() {
        loop.advanceMillis(RUN_MS);
    }

    /** A data file that takes 7 ms and a manifest that takes 2. */
    private final class SteppedStore implements CheckpointTarget {
        private long index;
        private long durable;
        private String fails = "";

        private record Position(long index, long bytes, int files) implements Capture {}

        void write() {
            index++;
            dirty.mark(index, 100);
        }

        @Override
        public Capture capture() {
            return new Position(index, 100, 1);
        }

        @Override
        public void force(Capture captured) {
            throw new AssertionError("the other one is called");
        }

        @Override
        public void force(Capture captured, ForceProgress progress) throws IOException {
            step(progress, ForceStep.DATA, DATA, 7);
            step(progress, ForceStep.MANIFEST, MANIFEST, 2);
            durable = captured.index();
        }

        private void step(ForceProgress progress, ForceStep step, String file, long millis) throws IOException {
            progress.begin(step, file);
            loop.advanceMillis(millis);
            if (file.equals(fails)) {
                throw new IOException("Input/output error");
            }
            progress.end();
        }

        @Override
        public int dirtyFiles() {
            return index > durable ? 1 : 0;
        }

        @Override
        public void completed(Capture captured) {}
    }

    private static final class Recorder implements CheckpointListener {
        final List<String> lines = new ArrayList<>();
        final List<CheckpointOutcome> outcomes = new ArrayList<>();

        @Override
        public void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {
            lines.add((ok ? "forced " : "failed ") + step.label() + " " + nanos / 1_000_000);
        }

        @Override
        public void ended(CheckpointOutcome outcome) {
            outcomes.add(outcome);
        }

        @Override
        public void deferred(String store, int shard, String reason) {
            lines.add("deferred " + reason);
        }

        @Override
        public void stalled(String store, int shard) {
            lines.add("stalled");
        }

        @Override
        public void synced(String store, int shard, long waitedNanos, boolean ok) {
            lines.add("synced " + waitedNanos / 1_000_000 + " " + ok);
        }
    }

    private List<Incident> incidents() {
        return checkpointer.journal().entries().stream()
                .filter(Incident.class::isInstance)
                .map(Incident.class::cast)
                .toList();
    }

    @Test
    void generation_reportsEachStepAndTheManifestsShare() {
        store.write();
        checkpointer.sync();
        run();
        assertThat(recorder.lines).containsExactly("forced data 7", "forced manifest 2", "synced 9 true");
        CheckpointOutcome outcome = recorder.outcomes.get(0);
        assertThat(outcome.forceNanos()).isEqualTo(9_000_000);
        assertThat(outcome.manifestNanos()).isEqualTo(2_000_000);
        JsonObject json = outcome.toJson();
        assertThat(json.getDouble("force_ms")).isEqualTo(9.0);
        assertThat(json.getDouble("manifest_ms")).isEqualTo(2.0);
        assertThat(json.getLong("bytes")).isEqualTo(100);
        assertThat(json.containsKey("failed_step")).isFalse();
    }

    @Test
    void failure_namesShardStepAndFile() {
        store.fails = MANIFEST;
        store.write();
        Future<SyncResult> sync = checkpointer.sync();
        run();
        assertThat(sync.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("at manifest " + MANIFEST)
                .hasMessageContaining("Input/output error");
        assertThat(recorder.lines).containsExactly("forced data 7", "failed manifest 9", "synced 9 false");
        assertThat(recorder.outcomes.get(0).failedStep()).isEqualTo(ForceStep.MANIFEST);
        assertThat(recorder.outcomes.get(0).toJson().getString("failed_step")).isEqualTo("manifest");
        assertThat(incidents()).extracting(Incident::what).containsExactly(What.NOT_REPAIRABLE);
        assertThat(checkpointer.status().level()).isEqualTo(PressureLevel.FAILED);
    }

    @Test
    void stall_isReportedOnceAndNamesTheFile() {
        loop.holdBlocking(true);
        store.write();
        checkpointer.sync();
        loop.advanceMillis(options.getStallWarnMs() - 1);
        assertThat(recorder.lines).isEmpty();
        loop.advanceMillis(1);
        assertThat(recorder.lines).containsExactly("stalled");
        assertThat(checkpointer.status().level()).isEqualTo(PressureLevel.WARN);
        assertThat(checkpointer.status().inFlightMillis()).isEqualTo(options.getStallWarnMs());
        loop.advanceMillis(options.getStallShedMs());
        assertThat(recorder.lines).as("once for each generation").containsExactly("stalled");
        assertThat(checkpointer.status().level()).isEqualTo(PressureLevel.SHED);
        assertThat(incidents()).extracting(Incident::what).containsExactly(What.STALLED, What.STALLED);
        loop.runBlocked();
        loop.runReady();
        assertThat(checkpointer.status().inFlightMillis()).isZero();
        loop.advanceMillis(PressureOptions.DEFAULT_DWELL_MS);
        assertThat(checkpointer.status().level()).isEqualTo(PressureLevel.NORMAL);
    }

    @Test
    void stall_insideAStep_namesTheFileThatHangs() {
        store.write();
        CheckpointReports reports = new CheckpointReports("test", 3, loop, CheckpointListener.NONE);
        Generation generation = new Generation(
                1,
                CheckpointTrigger.INTERVAL,
                CheckedCapture.of(store),
                dirty.begin(),
                0,
                0,
                new ForcePermits().request(loop, 0, ticket -> {}),
                new SyncWaiters());
        ForceProgress progress = reports.started(generation);
        assertThat(reports.stallDetail(generation, 5_000)).doesNotContain(DATA);
        progress.begin(ForceStep.DATA, DATA);
        assertThat(reports.stallDetail(generation, 5_000))
                .contains("store test shard 3", "5000 ms", ", at data " + DATA);
        progress.end();
        progress.begin(ForceStep.DIRECTORY, "/data");
        assertThat(reports.stallDetail(generation, 6_000)).contains("at directory /data");
    }

    @Test
    void notStarted_isAnIncidentAndAnEndWithoutAFailedStep() {
        loop.holdBlocking(true);
        store.write();
        checkpointer.sync();
        loop.runReady();
        loop.rejectBlocked();
        loop.runReady();
        assertThat(incidents()).extracting(Incident::what).containsExactly(What.NOT_STARTED);
        assertThat(incidents().get(0).toJson().getString("what")).isEqualTo("not_started");
        assertThat(recorder.outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.succeeded()).isFalse();
            assertThat(outcome.failedStep()).isNull();
            assertThat(outcome.error()).contains("store test shard 3", "could not be scheduled", "pool is full");
        });
        assertThat(recorder.lines).as("no failed force").containsExactly("synced 0 false");
        assertThat(checkpointer.journal().entries())
                .filteredOn(JournalEntry.Generation.class::isInstance)
                .as("that ran")
                .hasSize(1);
        assertThat(checkpointer.status().inFlightMillis()).isZero();
        assertThat(checkpointer.status().level()).isEqualTo(PressureLevel.NORMAL);
    }

    @Test
    void deferral_isReportedOncePerGeneration() {
        for (int at = 0; at < 10_500; at += 50) {
            store.write();
            loop.advanceMillis(50);
            if (at == 10_000) {
                checkpointer.tick();
            }
        }
        assertThat(recorder.lines).containsExactly("deferred still_written");
        loop.advanceMillis(300);
        assertThat(recorder.outcomes).hasSize(1);
    }

    @Test
    void status_hasTheAgeOfTheOldestUnsyncedByte() {
        assertThat(checkpointer.status())
                .as("clean")
                .isEqualTo(new CheckpointStatus("test", 3, 0, 0, 0, 0, 0, 0, PressureLevel.NORMAL));
        store.write();
        loop.advanceMillis(400);
        store.write();
        loop.advanceMillis(100);
        CheckpointStatus dirtyStatus = checkpointer.status();
        assertThat(dirtyStatus.dirtyBytes()).isEqualTo(200);
        assertThat(dirtyStatus.dirtyFiles()).isEqualTo(1);
        assertThat(dirtyStatus.dirtyAgeMillis()).isEqualTo(500);
        loop.holdBlocking(true);
        checkpointer.sync();
        loop.runReady();
        store.write();
        loop.advanceMillis(1_000);
        assertThat(checkpointer.status().dirtyAgeMillis())
                .as("what is being forced is not durable yet")
                .isEqualTo(1_500);
        loop.holdBlocking(false);
        loop.runBlocked();
        loop.runReady();
        assertThat(checkpointer.status().dirtyAgeMillis())
                .as("the write during the force is the oldest now")
                .isEqualTo(1_009);
    }

    @Test
    void status_afterAFailedForce_keepsAgeing() {
        store.fails = DATA;
        store.write();
        loop.advanceMillis(1_000);
        checkpointer.sync();
        run();
        loop.advanceMillis(60_000);
        assertThat(checkpointer.status().dirtyAgeMillis()).isEqualTo(61_000 + RUN_MS);
    }

    @Test
    void journal_keepsTheLast256() {
        for (int i = 0; i < 300; i++) {
            store.write();
            checkpointer.sync();
            run();
        }
        List<JournalEntry> entries = checkpointer.journal().entries();
        assertThat(entries).hasSize(256);
        assertThat(((JournalEntry.Generation) entries.get(255)).outcome().toIndex())
                .isEqualTo(300);
        assertThat(((JournalEntry.Generation) entries.get(0)).outcome().toIndex())
                .isEqualTo(45);
    }
}

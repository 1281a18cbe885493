package io.tidemark.checkpoint;

import io.tidemark.checkpoint.JournalEntry.Incident.What;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what a checkpointer does: outcomes to the journal and the listener, problems to the log. On its loop unless stated
 * otherwise.
 */
final class CheckpointReports {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointReports.class);

    private final String store;
    private final int shard;
    private final CheckpointLoop loop;
    private final CheckpointListener listener;
    private final CheckpointJournal journal = new CheckpointJournal();
    private final FirstFailures failures = new FirstFailures();
    private volatile @Nullable Generation running;
    private @Nullable ForceRecord record;
    private boolean deferred;
    private boolean stalled;

    CheckpointReports(String store, int shard, CheckpointLoop loop, CheckpointListener listener) {
        this.store = store;
        this.shard = shard;
        this.loop = loop;
        this.listener = listener;
    }

    /** "store orders shard 3". */
    String name() {
        return "store " + store + " shard " + shard;
    }

    String store() {
        return store;
    }

    CheckpointJournal journal() {
        return journal;
    }

    /** The running generation, {@code null} if none runs. Any thread. */
    @Nullable
    Generation running() {
        return running;
    }

    /** Returns the receiver of the force's progress. */
    ForceProgress started(Generation generation) {
        deferred = false;
        stalled = false;
        running = generation;
        ForceRecord fresh = new ForceRecord(
                loop::nanoTime,
                (step, nanos) ->
                        runGuarded("forced() of a listener", () -> listener.forced(store, shard, step, nanos, true)));
        record = fresh;
        runGuarded("started() of a listener", () -> listener.started(store, shard, generation.trigger()));
        return fresh;
    }

    /** A due shard is deferred; only the first deferral since the last generation is reported. */
    void deferred(CheckpointDecision.Reason reason, long epochMillis, long appendedIndex) {
        if (!deferred && reason == CheckpointDecision.Reason.STILL_WRITTEN) {
            deferred = true;
            journal.add(new JournalEntry.Deferral(epochMillis, reason.label(), appendedIndex));
            runGuarded("deferred() of a listener", () -> listener.deferred(store, shard, reason.label()));
        }
    }

    /** @param fromIndex the durable index before the generation */
    void ended(Generation generation, long fromIndex, long nowNanos, long epochMillis, @Nullable Throwable failure) {
        ForceRecord progress = record;
        ForceStep failedStep = failure == null || isPostponed(generation, failure) ? null : failedStep(progress);
        String error = failure == null ? null : String.valueOf(failure.getMessage());
        CheckpointOutcome outcome = outcome(generation, fromIndex, nowNanos, epochMillis, failedStep, error);
        running = null;
        record = null;
        journal.add(new JournalEntry.Generation(outcome));
        LOG.debug("{}: {}", name(), outcome);
        if (stalled) {
            LOG.warn(
                    "{}: the force up to index {} has ended after {} ms, {}: {} bytes in {} files",
                    name(),
                    outcome.toIndex(),
                    TimeUnit.NANOSECONDS.toMillis(outcome.forceNanos()),
                    outcome.label(),
                    outcome.bytes(),
                    outcome.files());
            stalled = false;
        }
        if (failedStep != null) {
            runGuarded(
                    "forced() of a listener",
                    () -> listener.forced(store, shard, failedStep, outcome.forceNanos(), false));
        } else if (progress != null && !progress.reported() && outcome.files() > 0) {
            runGuarded(
                    "forced() of a listener",
                    () -> listener.forced(store, shard, ForceStep.ALL, outcome.forceNanos(), true));
        }
        runGuarded("ended() of a listener", () -> listener.ended(outcome));
    }

    private CheckpointOutcome outcome(
            Generation generation,
            long fromIndex,
            long nowNanos,
            long epochMillis,
            @Nullable ForceStep failedStep,
            @Nullable String error) {
        return new CheckpointOutcome(
                store,
                shard,
                generation.number(),
                generation.trigger(),
                fromIndex,
                generation.capture().index(),
                generation.capture().bytes(),
                generation.capture().files(),
                generation.startedNanos() - generation.queuedNanos(),
                nowNanos - generation.startedNanos(),
                record == null ? -1 : record.manifestNanos(),
                epochMillis,
                failedStep,
                error);
    }

    /** Whether a generation failed although no force failed. */
    static boolean isPostponed(Generation generation, Throwable failure) {
        return failure instanceof ForcePostponedException
                || generation.capture().isNone();
    }

    private static ForceStep failedStep(@Nullable ForceRecord progress) {
        ForceRecord.Current at = progress == null ? null : progress.current();
        return at == null ? ForceStep.ALL : at.step();
    }

    /** Which shard, up to where, which file, what happened. */
    String failureDetail(Generation generation, Throwable failure) {
        ForceRecord.Current at = record == null ? null : record.current();
        if (generation.capture().isNone()) {
            return name() + ": nothing was forced: " + failure.getMessage();
        }
        if (failure instanceof ForcePostponedException) {
            return name() + ": not durable yet up to index "
                    + generation.capture().index() + ": " + failure.getMessage();
        }
        String where = "";
        if (at != null && !String.valueOf(failure.getMessage()).contains(at.file())) {
            where = " at " + at.where();
        }
        return name() + ": forcing up to index " + generation.capture().index() + " failed" + where + ": " + failure;
    }

    /** The same for a force that is still running. */
    String stallDetail(Generation generation, long ageMillis) {
        ForceRecord.Current at = record == null ? null : record.current();
        return name() + ": forcing up to index " + generation.capture().index() + " is still running after " + ageMillis
                + " ms" + (at == null ? "" : ", at " + at.where()) + "; the disk hangs or is very slow";
    }

    void answered(long waitedNanos, boolean ok) {
        runGuarded("synced() of a listener", () -> listener.synced(store, shard, waitedNanos, ok));
    }

    /** The level has changed. */
    void pressure(PressureEvent event) {
        String what = "{}: pressure {} for {}: {}";
        if (event.level() == PressureLevel.NORMAL) {
            LOG.info(what, name(), event.level(), event.reason(), event.detail());
        } else {
            LOG.warn(what, name(), event.level(), event.reason(), event.detail());
        }
        runGuarded("pressure() of a listener", () -> listener.pressure(event));
    }

    /** The level is unchanged, the reasons are not. */
    void reasonsChanged(PressureState now, PressureReason changed, String detail) {
        LOG.info("{}: pressure still {}, now {}: {}: {}", name(), now.level(), now.reasons(), changed, detail);
    }

    void probeFailed(PressureReason reason, Throwable why) {
        LOG.warn("{}: {} stays: the durable probe failed: {}", name(), reason, why.getMessage());
    }

    void callIsSlow(String method, long millis, String consequence) {
        LOG.warn("{}: the store's {} has not completed for {} ms; {}", name(), method, millis, consequence);
    }

    void slowCallCompleted(String method, long millis) {
        LOG.info("{}: the store's {} has completed after {} ms", name(), method, millis);
    }

    /** A generation was postponed, the first of a row; no force failed. */
    void postponed(String detail, Throwable failure) {
        LOG.warn("{}. No force has failed; it is retried, and logged when it succeeds", detail, failure);
    }

    /** The shard is durable after postponed generations. */
    void caughtUp(int attempts) {
        LOG.info("{}: durable again after {} postponed generations", name(), attempts);
    }

    void forceFailed(String detail, Throwable failure) {
        LOG.error(
                "{}. Client writes of this shard are shed; its files are not forced again. The log has every acknowledged"
                        + " write. Look for the cause in the kernel log (dmesg)",
                detail,
                failure);
    }

    void stalled(String detail) {
        LOG.warn("{}. It is not interrupted; check what else keeps the disk busy (iostat), and the kernel log", detail);
        incident(What.STALLED, detail);
        if (!stalled) {
            stalled = true;
            runGuarded("stalled() of a listener", () -> listener.stalled(store, shard));
        }
    }

    /** A permit is overdue. Logged with the pressure that is raised for it. */
    void overdue(String detail) {
        incident(What.OVERDUE, detail);
        runGuarded("overdue() of a listener", () -> listener.overdue(store, shard));
    }

    /**
     * The force could not be scheduled: an incident, and an end without a failed step for listeners of the start.
     *
     * @param fromIndex the durable index before and after
     */
    void notStarted(Generation generation, long fromIndex, String detail, Throwable why) {
        CheckpointOutcome outcome = outcome(generation, fromIndex, loop.nanoTime(), loop.epochMillis(), null, detail);
        running = null;
        record = null;
        LOG.warn(
                "{}: the force could not be scheduled ({}); this says nothing about the disk; it is retried",
                name(),
                why.getMessage());
        incident(What.NOT_STARTED, String.valueOf(why.getMessage()));
        runGuarded("ended() of a listener", () -> listener.ended(outcome));
    }

    /** Something was applied but not marked; it is forced nevertheless. */
    void unmarked(long appliedIndex, long markedIndex) {
        String detail = "index " + appliedIndex + " has been applied, but the last mark is of index " + markedIndex;
        List<String> orphans = DirtyCounter.orphans();
        LOG.warn(
                "{}: {}; it is forced, but only at ticks, syncs and a stop. Mark each write on DirtyCounter.of with this"
                        + " store's name, this shard's number and this deployment's Vert.x instance{}",
                name(),
                detail,
                orphans.isEmpty() ? "" : ". Marked, but without a checkpointer: " + orphans);
        incident(What.UNMARKED, detail);
    }

    /** More was marked than the store has applied. */
    void behind(String detail) {
        LOG.warn("{}", detail);
        incident(What.BEHIND, detail);
    }

    void repaired(long tookNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(tookNanos);
        LOG.info("{}: repaired in {} ms; writes are shed until the new files are durable", name(), millis);
        incident(What.REPAIRED, "rewritten from the log in " + millis + " ms");
        runGuarded("repaired() of a listener", () -> listener.repaired(store, shard, millis));
    }

    void repairFailed(Throwable why, long pauseMillis) {
        LOG.warn("{}: the repair failed; next attempt in {} ms", name(), pauseMillis, why);
        incident(What.REPAIR_FAILED, why + "; next attempt in " + pauseMillis + " ms");
        runGuarded(
                "repairFailed() of a listener",
                () -> listener.repairFailed(store, shard, String.valueOf(why.getMessage())));
    }

    void repairNotStarted(Throwable why) {
        String detail = "the repair could not be scheduled: " + why.getMessage() + "; next attempt at the next tick";
        LOG.warn("{}: {}", name(), detail);
        incident(What.NOT_STARTED, detail);
    }

    void repairIsSlow(long millis) {
        LOG.warn(
                "{}: the repair is still running after {} ms; there is much to load, or the disk hangs",
                name(),
                millis);
    }

    void repairUnsupported(Throwable why) {
        LOG.error("{}: {}; out of service for writes until a restart", name(), why.getMessage());
        incident(What.NOT_REPAIRABLE, String.valueOf(why.getMessage()));
        runGuarded(
                "repairFailed() of a listener",
                () -> listener.repairFailed(store, shard, String.valueOf(why.getMessage())));
    }

    private void incident(What what, String detail) {
        journal.add(new JournalEntry.Incident(loop.epochMillis(), what, detail));
    }

    /**
     * Calls user code. Anything it throws is logged the first time, and otherwise ignored. Any thread.
     *
     * @param what name of the call for the log, "completed() of the store"
     */
    void runGuarded(String what, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            if (failures.isFirst(what)) {
                LOG.warn("{}: {} failed; {}", name(), what, FirstFailures.ONCE, e);
            }
        }
    }
}

package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a checkpointer tells of itself: outcomes to journal and listener, trouble to the log. On its loop. */
final class CheckpointReports {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final String store;
    private final int shard;
    private final CheckpointListener listener;
    private final CheckpointJournal journal = new CheckpointJournal();
    private boolean deferred;

    CheckpointReports(String store, int shard, CheckpointListener listener) {
        this.store = store;
        this.shard = shard;
        this.listener = listener;
    }

    /** "store orders shard 3". */
    String name() {
        return "store " + store + " shard " + shard;
    }

    CheckpointJournal journal() {
        return journal;
    }

    void started(CheckpointTrigger trigger) {
        deferred = false;
        tell(() -> listener.started(store, shard, trigger));
    }

    /** A due shard is put off; only the first time since the last generation is worth an entry. */
    void deferred(CheckpointDecision.Reason reason, long epochMillis, long appendedIndex) {
        if (!deferred && reason == CheckpointDecision.Reason.STILL_WRITTEN) {
            deferred = true;
            journal.add(new JournalEntry.Deferral(epochMillis, reason.label(), appendedIndex));
        }
    }

    /** @param fromIndex the durable index before the generation */
    void ended(Generation generation, long fromIndex, long nowNanos, long epochMillis, @Nullable Throwable failure) {
        CheckpointOutcome outcome = new CheckpointOutcome(
                store,
                shard,
                generation.number(),
                generation.trigger(),
                fromIndex,
                generation.captured().index(),
                generation.captured().bytes(),
                generation.captured().files(),
                TimeUnit.NANOSECONDS.toMillis(generation.startedNanos() - generation.queuedNanos()),
                TimeUnit.NANOSECONDS.toMillis(nowNanos - generation.startedNanos()),
                epochMillis,
                failure == null ? null : String.valueOf(failure.getMessage()));
        journal.add(new JournalEntry.Generation(outcome));
        LOG.debug("{}: {}", name(), outcome);
        tell(() -> listener.ended(outcome));
    }

    /** The level has changed. */
    void pressure(PressureEvent event) {
        String what = "{}: pressure {} for {}: {}";
        if (event.level() == PressureLevel.NORMAL) {
            LOG.info(what, name(), event.level(), event.reason(), event.detail());
        } else {
            LOG.warn(what, name(), event.level(), event.reason(), event.detail());
        }
        tell(() -> listener.pressure(event));
    }

    /** The level is what it was, for other reasons. */
    void latched(PressureState now, PressureReason changed, String detail) {
        LOG.info("{}: pressure still {}, now {}: {}: {}", name(), now.level(), now.reasons(), changed, detail);
    }

    void probeFailed(PressureReason reason, Throwable why) {
        LOG.warn("{}: {} goes on: the disk does not yet keep what it is given: {}", name(), reason, why.getMessage());
    }

    void forceFailed(String detail, Throwable failure) {
        LOG.error(
                "{}. Client writes of this shard are shed; its files are not forced again. The log has every acknowledged"
                        + " write",
                detail,
                failure);
    }

    void notStarted(Throwable why) {
        LOG.warn(
                "{}: the force could not be started ({}); that says nothing about the disk; the next tick tries again",
                name(),
                why.getMessage());
    }

    void repaired() {
        LOG.info("{}: repaired from the log; writes are shed until the new files are durable", name());
    }

    void repairFailed(Throwable why, long pauseMillis) {
        LOG.warn("{}: repair failed: {}; next try in {} ms", name(), why, pauseMillis);
    }

    void repairUnsupported(Throwable why) {
        LOG.error("{}: {}; out of service for writes until a restart", name(), why.getMessage());
    }

    /** Calls somebody else's code; what it throws is logged and changes nothing. */
    void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("{}: a listener failed", name(), e);
        }
    }
}

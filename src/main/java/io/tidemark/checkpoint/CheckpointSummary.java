package io.tidemark.checkpoint;

import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line per store and interval in which anything was forced. A store without writes costs neither a line nor a timer.
 * Any thread.
 */
final class CheckpointSummary implements CheckpointListener {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointSummary.class);
    private static final long MIN_MS = 1_000;
    private static final long MAX_MS = 60_000;

    private final String store;
    private final LongConsumer schedule;
    private CheckpointTally tally = new CheckpointTally();
    private long intervalMillis = CheckpointOptions.DEFAULT_INTERVAL_MS;

    /** @param schedule calls {@link #write} once, after this many milliseconds */
    CheckpointSummary(String store, LongConsumer schedule) {
        this.store = store;
        this.schedule = schedule;
    }

    /** How long generations are collected: the store's interval, but at least a second and at most a minute. */
    synchronized void interval(long millis) {
        intervalMillis = Math.max(MIN_MS, Math.min(MAX_MS, millis));
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        if (outcome.succeeded() && outcome.files() == 0) {
            return; // nothing was forced
        }
        long delay;
        synchronized (this) {
            delay = tally.isEmpty() ? intervalMillis : 0;
            tally.add(outcome);
        }
        if (delay > 0) {
            schedule.accept(delay);
        }
    }

    /** Logs what has been collected, if anything. */
    void write() {
        CheckpointTally done;
        synchronized (this) {
            done = tally;
            tally = new CheckpointTally();
        }
        if (!done.isEmpty()) {
            LOG.info("store {}: {}", store, done);
        }
    }
}

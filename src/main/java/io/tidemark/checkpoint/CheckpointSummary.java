package io.tidemark.checkpoint;

import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line in the log for a store and interval in which anything was forced; none, and no timer either, for a store that
 * nobody writes to. Any thread.
 */
final class CheckpointSummary implements CheckpointListener {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointSummary.class);
    private static final long SHORTEST_MS = 1_000;
    private static final long LONGEST_MS = 60_000;

    private final String store;
    private final LongConsumer schedule;
    private CheckpointTally tally = new CheckpointTally();
    private long intervalMillis = CheckpointOptions.DEFAULT_INTERVAL_MS;

    /** @param schedule has {@link #write} called once, after so many milliseconds */
    CheckpointSummary(String store, LongConsumer schedule) {
        this.store = store;
        this.schedule = schedule;
    }

    /** How long generations are gathered: the store's interval, but at least a second and at most a minute. */
    synchronized void interval(long millis) {
        intervalMillis = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, millis));
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

    /** Writes what has been gathered, if anything has. */
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

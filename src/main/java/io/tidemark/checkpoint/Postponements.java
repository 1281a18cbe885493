package io.tidemark.checkpoint;

import java.util.concurrent.TimeUnit;

/** Generations in a row that were postponed, and the pause before the next one, which grows. */
final class Postponements {
    /** The first pause. */
    static final long PAUSE_MS = 1_000;

    /** How often the pause doubles; it never exceeds the interval. */
    private static final int MAX_DOUBLINGS = 6;

    private int count;
    private long retryNotBeforeNanos;

    /** One more; true if it is the first. */
    boolean add(long now, long intervalMs) {
        long pauseMs = Math.min(PAUSE_MS << Math.min(count, MAX_DOUBLINGS), intervalMs);
        retryNotBeforeNanos = now + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        return count++ == 0;
    }

    /** The pause has ended, whatever was left of it. */
    void endPause(long now) {
        retryNotBeforeNanos = now;
    }

    /** What is left of the pause, 0 or less if there is none. */
    long remainingNanos(long now) {
        return count == 0 ? 0 : retryNotBeforeNanos - now;
    }

    /** A generation was not postponed; returns how many had been. */
    int clear() {
        int postponed = count;
        count = 0;
        return postponed;
    }
}

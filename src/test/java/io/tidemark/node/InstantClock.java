package io.tidemark.node;

import java.util.concurrent.TimeUnit;

/** A clock that advances only in {@link #pause}, which returns at once. */
class InstantClock implements OwnershipClock {
    private long millis = 1_000_000;
    private long paused;

    @Override
    public synchronized long nanoTime() {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public synchronized long epochMillis() {
        return millis;
    }

    @Override
    public synchronized void pause(long pauseMillis) {
        millis += pauseMillis;
        paused += pauseMillis;
    }

    /** Advances the time. */
    synchronized void advance(long advancedMillis) {
        millis += advancedMillis;
    }

    /** The sum of all pauses, in milliseconds. */
    synchronized long pausedMillis() {
        return paused;
    }
}

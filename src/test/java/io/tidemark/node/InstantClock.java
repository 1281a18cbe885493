package io.tidemark.node;

import java.util.concurrent.TimeUnit;

/** Time that passes only where somebody waits, and at once. */
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

    /** Time passes without anybody's waiting. */
    synchronized void pass(long passedMillis) {
        millis += passedMillis;
    }

    /** How long anybody has waited, in milliseconds. */
    synchronized long pausedMillis() {
        return paused;
    }
}

package io.tidemark.checkpoint;

/** A shard's ticks: when the last one was, when the next one is due, whether one is pending. Nanoseconds of one clock. */
final class Ticks {
    private long lastNanos;
    private long nextNanos;
    private boolean due;

    /** The checkpointer has started. */
    void begin(long now, long firstNanos) {
        lastNanos = now;
        nextNanos = firstNanos;
    }

    /** A tick. Late ticks may arrive in a burst; the next one is due on the same grid, or an interval from now. */
    void tick(long now, long intervalNanos) {
        nextNanos = nextNanos + intervalNanos - now > 0 ? nextNanos + intervalNanos : now + intervalNanos;
        arrived(now);
    }

    /**
     * The interval has changed. A tick that was due before counts as arrived, so that repeated reloads don't defer ticks for ever.
     *
     * @param next when the next tick is due
     * @param longerNanos the longer of both intervals
     * @return whether a tick counts as arrived
     */
    boolean moveTo(long next, long now, long longerNanos) {
        boolean overtaken = now - nextNanos >= 0 || now - lastNanos >= longerNanos;
        nextNanos = next;
        if (overtaken) {
            arrived(now);
        }
        return overtaken;
    }

    private void arrived(long now) {
        lastNanos = now;
        due = true;
    }

    /** Acts as a tick, so that what a repair has written does not wait for the next one. */
    void requestTick() {
        due = true;
    }

    /** The pending tick needs nothing more: its generation has begun, or there was nothing to do. */
    void consumeTick() {
        due = false;
    }

    boolean due() {
        return due;
    }

    long nextNanos() {
        return nextNanos;
    }
}

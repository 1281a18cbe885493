package io.tidemark.checkpoint;

/** A shard's ticks: when the last one came, when the next one comes, whether one waits to be served. Nanoseconds of one clock. */
final class Ticks {
    private long lastNanos;
    private long nextNanos;
    private boolean due;

    /** The shard has been taken over. */
    void begin(long now, long firstNanos) {
        lastNanos = now;
        nextNanos = firstNanos;
    }

    /** One comes. Late ones may come in a burst; the next is expected on the grid of the others, or an interval from now. */
    void tick(long now, long intervalNanos) {
        nextNanos = nextNanos + intervalNanos - now > 0 ? nextNanos + intervalNanos : now + intervalNanos;
        comes(now);
    }

    /**
     * The interval has changed. A tick that was due before counts as come, so that reloads, however many, don't put ticks
     * off for ever.
     *
     * @param next when the next one comes
     * @param longerNanos the longer one of both intervals
     * @return whether a tick counts as come
     */
    boolean moveTo(long next, long now, long longerNanos) {
        boolean overtaken = now - nextNanos >= 0 || now - lastNanos >= longerNanos;
        nextNanos = next;
        if (overtaken) {
            comes(now);
        }
        return overtaken;
    }

    private void comes(long now) {
        lastNanos = now;
        due = true;
    }

    /** As if one came: what a repair has written is not to wait for the next. */
    void requestTick() {
        due = true;
    }

    /** There was nothing to do, or it has begun. */
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

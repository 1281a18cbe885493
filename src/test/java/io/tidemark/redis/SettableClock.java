package io.tidemark.redis;

import io.tidemark.shard.TimeSource;
import java.util.concurrent.TimeUnit;

/** Clocks that stand still until the test moves them. Any thread. */
final class SettableClock implements TimeSource {
    private volatile long nanos;
    private volatile long epochMillis;

    SettableClock(long epochMillis) {
        this.epochMillis = epochMillis;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return epochMillis;
    }

    /** Time goes by. */
    synchronized void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        epochMillis += TimeUnit.SECONDS.toMillis(seconds);
    }

    /** Somebody sets the machine's clock. */
    synchronized void set(long newEpochMillis) {
        epochMillis = newEpochMillis;
    }
}

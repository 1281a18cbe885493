package io.tidemark.redis;

import io.tidemark.shard.TimeSource;
import java.util.concurrent.TimeUnit;

/** A clock that moves only when the test moves it. Any thread. */
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

    /** Lets time pass: advances both clocks. */
    synchronized void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        epochMillis += TimeUnit.SECONDS.toMillis(seconds);
    }

    /** Sets the machine's clock; the monotonic clock stays. */
    synchronized void set(long newEpochMillis) {
        epochMillis = newEpochMillis;
    }
}

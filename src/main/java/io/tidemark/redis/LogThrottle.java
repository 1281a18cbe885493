package io.tidemark.redis;

import java.util.concurrent.atomic.AtomicLong;

/** Limits a log line that clients can cause at will to one every ten seconds. Any thread. */
final class LogThrottle {
    private static final long INTERVAL_MS = 10_000;

    private final AtomicLong lastMillis = new AtomicLong(-INTERVAL_MS);

    /** Whether a line is due. */
    boolean isDue(long nowMillis) {
        long last = lastMillis.get();
        return nowMillis - last >= INTERVAL_MS && lastMillis.compareAndSet(last, nowMillis);
    }
}

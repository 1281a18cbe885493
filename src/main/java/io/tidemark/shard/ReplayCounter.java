package io.tidemark.shard;

import io.tidemark.log.CommitLog;
import java.util.concurrent.TimeUnit;

/** Counts the entries and bytes that the replay of one shard's log applies. Written on the log's thread, read from any. */
final class ReplayCounter {
    private volatile boolean begun;
    private volatile boolean done;
    private volatile long entries;
    private volatile long bytes;
    private volatile long startNanos;
    private volatile long durationNanos;
    private volatile long fromIndex;

    /** @param durableIndex the entries after it are replayed */
    void begin(long durableIndex) {
        fromIndex = durableIndex;
        startNanos = System.nanoTime();
        begun = true;
    }

    void applied(int payloadBytes) {
        long moreEntries = entries + 1;
        long moreBytes = bytes + payloadBytes;
        entries = moreEntries;
        bytes = moreBytes;
    }

    void end() {
        durationNanos = System.nanoTime() - startNanos;
        done = true;
    }

    RecoveryProgress progress(CommitLog log) {
        boolean over = done;
        long nanos = over ? durationNanos : begun ? System.nanoTime() - startNanos : 0;
        long replayed = entries;
        long all = log.lastIndex() - fromIndex;
        double ratio = over ? 1 : all <= 0 ? 0 : Math.min(1, (double) replayed / all);
        return new RecoveryProgress(over, replayed, bytes, TimeUnit.NANOSECONDS.toMillis(nanos), ratio);
    }
}

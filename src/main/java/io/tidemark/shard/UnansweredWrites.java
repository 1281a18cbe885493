package io.tidemark.shard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One shard's batches that have not ended, oldest first. It bounds the time that a client waits, whatever keeps the shard
 * from appending. Any thread.
 */
final class UnansweredWrites {
    /** Maximum time that a write waits before it is answered by an error. */
    static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private record Waiting(WriteBatch batch, long sinceNanos) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    synchronized void add(WriteBatch batch, long nowNanos) {
        removeEnded();
        waiting.add(new Waiting(batch, nowNanos));
    }

    /**
     * Answers the batches that have waited too long.
     *
     * @param why what they wait for, for the message
     */
    void timeOutOld(long nowNanos, String why) {
        for (WriteBatch batch : old(nowNanos)) {
            batch.timeOut("waited for " + TimeUnit.NANOSECONDS.toSeconds(MAX_WAIT_NANOS) + " s; " + why);
        }
    }

    private synchronized List<WriteBatch> old(long nowNanos) {
        removeEnded();
        List<WriteBatch> old = new ArrayList<>();
        while (!waiting.isEmpty() && nowNanos - waiting.element().sinceNanos() > MAX_WAIT_NANOS) {
            old.add(waiting.remove().batch());
        }
        return old;
    }

    private void removeEnded() {
        while (!waiting.isEmpty() && waiting.element().batch().isEnded()) {
            waiting.remove();
        }
    }
}

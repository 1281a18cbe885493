package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The store that a shard serves from. A repair puts another in its place, on the applying thread, between two entries. Ask
 * for it anew for each entry and each read, and keep it no longer than that.
 */
final class LiveStore {
    /** How long a read waits for a repair. */
    static final long MAX_WAIT_MS = 5_000;

    /** How many reads may wait; more are told at once. */
    static final int MAX_WAITING = 4_096;

    private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong waits = new AtomicLong();
    private final long longestWaitMs;
    private volatile Bitcask current;
    private volatile boolean ended;

    LiveStore(Bitcask first) {
        this(first, MAX_WAIT_MS);
    }

    LiveStore(Bitcask first, long longestWaitMs) {
        this.current = first;
        this.longestWaitMs = longestWaitMs;
    }

    /** The store of the moment. Any thread. */
    Bitcask current() {
        return current;
    }

    /** Serves from another one from now on, and wakes whoever waits for that. On the applying thread. */
    void replace(Bitcask other) {
        current = other;
        wakeAll();
    }

    /** How many tasks wait. Any thread. */
    int waiting() {
        return waiting.size();
    }

    /** No other store comes: whoever waits is told, and nobody waits from now on. Any thread. */
    void end() {
        ended = true;
        wakeAll();
    }

    private void wakeAll() {
        waiting.values().forEach(each -> each.complete(null));
    }

    /**
     * Runs a task once another store has taken this one's place, or when nothing more is to be waited for. Any thread; never
     * waits.
     *
     * @param where runs the task
     */
    void whenReplaced(Bitcask seen, Executor where, Runnable task) {
        CompletableFuture<Void> wait = new CompletableFuture<>();
        long number = waits.incrementAndGet();
        if (waiting.size() >= MAX_WAITING) {
            wait.complete(null);
        } else {
            waiting.put(number, wait);
            if (current != seen || ended) {
                wait.complete(null);
            }
        }
        CompletableFuture<Void> unused = wait.completeOnTimeout(null, longestWaitMs, TimeUnit.MILLISECONDS)
                .whenComplete((nothing, failure) -> waiting.remove(number))
                .thenRunAsync(task, where);
    }
}

package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The store that a shard serves from. A repair replaces it, on the applying thread, between two entries. Get it again for
 * each entry and each read, and don't keep it any longer.
 */
final class LiveStore {
    /** Maximum time that a read waits for a repair. */
    static final long MAX_WAIT_MS = 5_000;

    /** Maximum number of waiting reads; further ones run at once. */
    static final int MAX_WAITING = 4_096;

    private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong waits = new AtomicLong();
    private final long maxWaitMs;
    private volatile Bitcask current;
    private volatile boolean ended;

    LiveStore(Bitcask first) {
        this(first, MAX_WAIT_MS);
    }

    LiveStore(Bitcask first, long maxWaitMs) {
        this.current = first;
        this.maxWaitMs = maxWaitMs;
    }

    /** The current store. Any thread. */
    Bitcask current() {
        return current;
    }

    /** Replaces the store and runs the waiting tasks. On the applying thread. */
    void replace(Bitcask other) {
        current = other;
        wakeAll();
    }

    /** Number of waiting tasks. Any thread. */
    int waiting() {
        return waiting.size();
    }

    /** The store will not be replaced any more: runs the waiting tasks; later ones don't wait. Any thread. */
    void end() {
        ended = true;
        wakeAll();
    }

    private void wakeAll() {
        waiting.values().forEach(each -> each.complete(null));
    }

    /**
     * Runs a task once the given store has been replaced, or when waiting is of no use any more. Any thread; never blocks.
     *
     * @param executor runs the task
     */
    void whenReplaced(Bitcask seen, Executor executor, Runnable task) {
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
        CompletableFuture<Void> unused = wait.completeOnTimeout(null, maxWaitMs, TimeUnit.MILLISECONDS)
                .whenComplete((nothing, failure) -> waiting.remove(number))
                .thenRunAsync(task, executor);
    }
}

package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which a store's generations and repairs block, by {@code executeBlocking}: one for each of its shards, since a
 * shard runs one generation or repair at a time. So forces that hang never take a thread from another shard. {@link
 * ForcePermits} limits how many run at once.
 *
 * <p>A Vert.x pool has a fixed size and keeps every thread that it ever made. So there is a list of pools: a task runs on the
 * first one that has a free thread, which is the first of the list while no force hangs. Any thread.
 */
final class ForceThreads {
    /** As many as may force at once while none hangs. */
    private static final int POOL_SIZE = CheckpointOptions.MAX_CONCURRENT_FSYNCS;

    /** A pool, and how many of its threads are in use. */
    private record Pool(WorkerExecutor executor, int size, AtomicInteger taken) {
        boolean take() {
            int before = taken.getAndUpdate(now -> Math.min(size, now + 1));
            return before < size;
        }
    }

    private final List<Pool> pools;

    private ForceThreads(List<Pool> pools) {
        this.pools = pools;
    }

    /**
     * Threads owned by the verticle that is starting: they live until it has stopped, so that the last generations of its
     * children can run.
     *
     * @param name the store's, or {@code store.shard}; pools of the same name are shared
     * @param shards how many use them
     */
    static ForceThreads of(Vertx vertx, String name, int shards) {
        List<Pool> pools = new ArrayList<>();
        for (int remaining = shards; remaining > 0; remaining -= POOL_SIZE) {
            int size = Math.min(remaining, POOL_SIZE);
            String pool = "tidemark-checkpoint-" + name + (pools.isEmpty() ? "" : "+" + pools.size());
            // StallWatch reports slow forces; Vert.x would log a stack trace each second.
            WorkerExecutor executor =
                    vertx.createSharedWorkerExecutor(pool, size, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            pools.add(new Pool(executor, size, new AtomicInteger()));
        }
        return new ForceThreads(pools);
    }

    /** One pool with one thread. */
    static ForceThreads of(WorkerExecutor executor) {
        return new ForceThreads(List.of(new Pool(executor, 1, new AtomicInteger())));
    }

    /**
     * Runs a task on a free thread.
     *
     * @param started set once the task runs
     * @return fails with what the task throws, or if it could not be scheduled
     */
    Future<Void> run(Callable<Void> task, AtomicBoolean started) {
        for (Pool pool : pools) {
            if (pool.take()) {
                return run(pool, task, started);
            }
        }
        return Future.failedFuture(new IllegalStateException("all threads are in use"));
    }

    private static Future<Void> run(Pool pool, Callable<Void> task, AtomicBoolean started) {
        Future<Void> running;
        try {
            running = pool.executor()
                    .executeBlocking(
                            () -> {
                                started.set(true);
                                return task.call();
                            },
                            false);
        } catch (Throwable refused) { // the pool is closed or has no free thread
            running = Future.failedFuture(refused);
        }
        return running.onComplete(done -> pool.taken().decrementAndGet());
    }
}

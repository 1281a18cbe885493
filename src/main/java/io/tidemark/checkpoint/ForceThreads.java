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
 * The threads on which a store's generations and repairs block, by {@code executeBlocking}: enough for all of its shards at
 * once, since a shard runs one generation or repair at a time. So a force that hangs takes no thread from another shard,
 * however many hang. How many run at once is decided by {@link ForcePermits}.
 *
 * <p>A Vert.x pool has a fixed size, and keeps each thread it ever made. So there is a row of pools: a task goes to the first
 * that has a thread free, and as long as no force hangs that is the first of all. Any thread.
 */
final class ForceThreads {
    /** As many as may force at once, if none hangs. */
    private static final int POOL_SIZE = CheckpointOptions.MAX_CONCURRENT_FSYNCS;

    /** One pool, and how many of its threads are taken. */
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
     * Threads that the verticle which is being started owns: they are there until it has stopped, for the last generations
     * of its children, too.
     *
     * @param name of the store, or with the shard behind a dot; pools of one name are one pool
     * @param shards how many use them
     */
    static ForceThreads of(Vertx vertx, String name, int shards) {
        List<Pool> pools = new ArrayList<>();
        for (int rest = shards; rest > 0; rest -= POOL_SIZE) {
            int size = Math.min(rest, POOL_SIZE);
            String pool = "tidemark-checkpoint-" + name + (pools.isEmpty() ? "" : "+" + pools.size());
            // That a force takes long is for StallWatch to say, not for Vert.x by a stack trace a second.
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
     * Runs a task on a thread of its own.
     *
     * @param started set once it runs
     * @return fails with what it throws, or if no thread took it
     */
    Future<Void> run(Callable<Void> task, AtomicBoolean started) {
        for (Pool pool : pools) {
            if (pool.take()) {
                return run(pool, task, started);
            }
        }
        return Future.failedFuture(new IllegalStateException("all threads are taken"));
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
        } catch (Throwable refused) { // a pool that is closed, or has no thread to give
            running = Future.failedFuture(refused);
        }
        return running.onComplete(done -> pool.taken().decrementAndGet());
    }
}

package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/**
 * A checkpointer's stop: the store is drained, a last generation makes everything durable, and the shard is left; or the stop
 * fails and says what is not durable. On the checkpointer's loop unless stated otherwise.
 */
final class CheckpointerStop {
    private enum Phase {
        NOT_REQUESTED,
        DRAINING,
        LAST_GENERATION,
        DONE
    }

    /** Without a limit, a store that is written to after {@link CheckpointTarget#drain} would never let its checkpointer stop. */
    private static final int MAX_LAST_GENERATIONS = 8;

    private final CheckpointContext shard;
    private final CheckpointHealth health;
    private final MarkCheck marks;
    private final SyncWaiters waiting;
    private final Promise<Void> stopped = Promise.promise();
    private Phase phase = Phase.NOT_REQUESTED;
    private @Nullable Throwable drainFailure;
    private boolean repaired;
    private boolean retried;
    private int lastGenerations;
    private volatile @Nullable StoppedShard left;

    CheckpointerStop(CheckpointContext shard, CheckpointHealth health, MarkCheck marks, SyncWaiters waiting) {
        this.shard = shard;
        this.health = health;
        this.marks = marks;
        this.waiting = waiting;
    }

    /**
     * Requests the stop: drains the store. Does nothing the second time.
     *
     * @param drained called when a last generation may run
     * @return completes when the stop has ended
     */
    Future<Void> request(Runnable drained) {
        if (phase == Phase.NOT_REQUESTED) {
            phase = Phase.DRAINING;
            TargetCalls.watched(
                            "drain()", "the stop waits for it", shard.loop(), shard.reports(), shard.target()::drain)
                    .onComplete(done -> shard.loop().execute(() -> {
                        drainFailure = done.cause();
                        phase = Phase.LAST_GENERATION;
                        drained.run();
                    }));
        }
        return stopped.future();
    }

    boolean requested() {
        return phase != Phase.NOT_REQUESTED;
    }

    /** Whether the store has been drained and everything is to become durable now. */
    boolean last() {
        return phase == Phase.LAST_GENERATION;
    }

    boolean done() {
        return phase == Phase.DONE;
    }

    /** The shard as it was left, {@code null} before the end. Any thread. */
    @Nullable
    StoppedShard left() {
        return left;
    }

    /** A generation begins. */
    void generationBegins() {
        if (last()) {
            lastGenerations++;
        }
    }

    /** Whether the store is still written after so many last generations that no more follow. */
    boolean exhausted() {
        return lastGenerations == MAX_LAST_GENERATIONS;
    }

    /** Whether a postponed last generation is retried: once. */
    boolean retry() {
        boolean first = !retried;
        retried = true;
        return first;
    }

    /** Whether a repair must run before the stop can end: once. */
    boolean repair() {
        if (!last() || !health.isBroken() || repaired) {
            return false;
        }
        repaired = true;
        return true;
    }

    /**
     * Ends the stop if everything is durable or nothing more can be done; called while nothing runs.
     *
     * @param generations how many have run
     */
    void finish(long generations) {
        if (!last()) {
            return;
        }
        if (!health.mayForce()) {
            fail(shard.name() + " was not made durable: " + health.detail(), generations);
        } else if (!shard.dirty().dirty()) {
            if (drainFailure == null) {
                leave("", generations);
                stopped.tryComplete();
            } else {
                fail(shard.name() + " is durable, but drain() failed: " + drainFailure, generations);
            }
        }
    }

    /** Ends the stop without everything durable. */
    void fail(String why, long generations) {
        leave(why, generations);
        stopped.tryFail(new SyncException(SyncFailure.FORCE_FAILED, why));
    }

    /** @param failure why not everything is durable; empty if it is */
    private void leave(String failure, long generations) {
        phase = Phase.DONE;
        marks.stop();
        String notDurable = shard.dirty().dirty() ? failure : ""; // a stop may fail and still leave everything durable
        left = StoppedShard.now(shard.name(), shard.shard(), shard.dirty(), shard.target(), generations, notDurable);
        shard.pressure().stop();
        shard.dirty().abandon();
        waiting.fail(SyncFailure.UNAVAILABLE, shard.name() + " has been stopped");
    }
}

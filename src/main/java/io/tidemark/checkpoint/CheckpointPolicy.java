package io.tidemark.checkpoint;

import java.util.concurrent.TimeUnit;

/**
 * When a shard is forced: a pure function of what it did, the time and the options.
 *
 * <p>At a tick a dirty shard is forced if it has been idle for {@code idle_ms} by then, else as soon as it is, and never
 * later than {@code max_delay_ms} after its oldest unsynced byte, less the time it would queue. {@code max_dirty_bytes},
 * a sync request and a stop don't wait for idleness. A clean shard is never forced.
 */
final class CheckpointPolicy {
    private CheckpointPolicy() {}

    /** Idleness is looked for in steps of this share of {@code idle_ms}. */
    private static final int IDLE_STEPS = 8;

    static CheckpointDecision decide(CheckpointActivity shard, long nowNanos, CheckpointOptions options) {
        if (shard.busy() || !shard.dirty()) {
            return CheckpointDecision.Skip.SKIP;
        }
        if (shard.stopping()) {
            return new CheckpointDecision.Fire(CheckpointTrigger.SHUTDOWN);
        }
        if (shard.waiters() > 0) {
            return new CheckpointDecision.Fire(CheckpointTrigger.SYNC_NOW);
        }
        if (shard.dirtyBytes() >= options.getMaxDirtyBytes()) {
            return new CheckpointDecision.Fire(CheckpointTrigger.MAX_DIRTY_BYTES);
        }
        long deadline = shard.oldestNanos() + nanos(options.getMaxDelayMs()) - shard.expectedQueueNanos();
        if (nowNanos - deadline >= 0) {
            return new CheckpointDecision.Fire(CheckpointTrigger.MAX_DELAY);
        }
        long idle = nanos(options.getIdleMs());
        if (!shard.tickDue()) {
            long sampleAt = shard.nextTickNanos() - idle;
            long recheck = sampleAt - nowNanos > 0 ? earlier(sampleAt, deadline) : deadline;
            return new CheckpointDecision.Defer(CheckpointDecision.Reason.NOT_DUE, recheck);
        }
        if (shard.unproven()) {
            return new CheckpointDecision.Fire(CheckpointTrigger.RECOVERY);
        }
        if (nowNanos - shard.movedNanos() >= idle) {
            return new CheckpointDecision.Fire(CheckpointTrigger.INTERVAL);
        }
        long step = Math.max(nanos(1), idle / IDLE_STEPS);
        long idleAt = shard.movedNanos() + idle;
        return new CheckpointDecision.Defer(
                CheckpointDecision.Reason.STILL_WRITTEN, earlier(earlier(nowNanos + step, idleAt), deadline));
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long earlier(long a, long b) {
        return a - b <= 0 ? a : b;
    }
}

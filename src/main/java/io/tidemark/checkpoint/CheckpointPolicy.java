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

    /**
     * The last write is looked for in steps of this share of {@code idle_ms}, from one step before the last moment at
     * which a shard can be written and still be idle at its tick. So it is never believed to be later than it was by more
     * than a step.
     */
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
        long step = Math.max(nanos(1), idle / IDLE_STEPS);
        if (!shard.tickDue()) {
            long look = nextLook(shard.nextTickNanos() - idle - step, step, nowNanos);
            return new CheckpointDecision.Defer(CheckpointDecision.Reason.NOT_DUE, earlier(look, deadline));
        }
        if (shard.unproven()) {
            return new CheckpointDecision.Fire(CheckpointTrigger.RECOVERY);
        }
        if (nowNanos - shard.lastWriteNanos() >= idle) {
            return new CheckpointDecision.Fire(CheckpointTrigger.INTERVAL);
        }
        long idleAt = shard.lastWriteNanos() + idle;
        return new CheckpointDecision.Defer(
                CheckpointDecision.Reason.STILL_WRITTEN, earlier(earlier(nowNanos + step, idleAt), deadline));
    }

    /** The first of {@code first}, {@code first + step} and so on that is still to come. */
    private static long nextLook(long first, long step, long nowNanos) {
        long past = nowNanos - first;
        return past < 0 ? first : first + (past / step + 1) * step;
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long earlier(long a, long b) {
        return a - b <= 0 ? a : b;
    }
}

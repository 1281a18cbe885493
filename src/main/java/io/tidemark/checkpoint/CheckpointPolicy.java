package io.tidemark.checkpoint;

import java.util.concurrent.TimeUnit;

/**
 * Decides when a shard is forced: a pure function of its activity, the time and the options.
 *
 * <p>At a tick a dirty shard is forced if it has been idle for {@code idle_ms}, otherwise as soon as it has, and at the latest
 * {@code max_delay_ms} after its oldest unsynced byte, less the expected wait for a permit. {@code max_dirty_bytes}, a sync
 * request and a stop don't wait for idleness. A clean shard is never forced.
 */
final class CheckpointPolicy {
    private CheckpointPolicy() {}

    /**
     * Before a tick, writes are observed {@code IDLE_STEPS} times per {@code idle_ms}, starting one step before the last moment
     * at which a write still leaves the shard idle at its tick. So the observed time of the last write is late by at most one
     * step.
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
            long check = nextCheck(shard.nextTickNanos() - idle - step, step, nowNanos);
            return new CheckpointDecision.Defer(CheckpointDecision.Reason.NOT_DUE, earlier(check, deadline));
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

    /** The first of {@code first}, {@code first + step}, … that lies in the future. */
    private static long nextCheck(long first, long step, long nowNanos) {
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

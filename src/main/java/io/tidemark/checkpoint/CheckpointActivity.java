package io.tidemark.checkpoint;

/**
 * What the policy looks at: one shard at one moment.
 *
 * @param dirty whether anything may be not durable
 * @param unproven whether no generation has succeeded since the start
 * @param tickDue whether a tick has come since the last generation began
 * @param busy whether a generation is queued, running, or being repaired
 * @param stopping whether the checkpointer is being stopped
 * @param waiters sync requests that wait for a generation to start
 * @param dirtyBytes unsynced bytes
 * @param oldestNanos when the oldest unsynced byte was written
 * @param lastWriteNanos when the shard was last seen to be written; the last write is not later than that
 * @param nextTickNanos when the next tick comes
 * @param expectedQueueNanos how long a generation would wait for its permit
 */
record CheckpointActivity(
        boolean dirty,
        boolean unproven,
        boolean tickDue,
        boolean busy,
        boolean stopping,
        int waiters,
        long dirtyBytes,
        long oldestNanos,
        long lastWriteNanos,
        long nextTickNanos,
        long expectedQueueNanos) {}

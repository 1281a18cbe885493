package io.tidemark.checkpoint;

/**
 * The policy's input: one shard at one moment.
 *
 * @param dirty whether the shard may have bytes that are not durable
 * @param unproven whether no generation has succeeded since the start or the last failure
 * @param tickDue whether there was a tick since the last generation began
 * @param busy whether a generation is queued, running, or being repaired
 * @param stopping whether the checkpointer is stopping
 * @param waiters sync requests that wait for a generation to start
 * @param dirtyBytes unsynced bytes
 * @param oldestNanos when the oldest unsynced byte was written
 * @param lastWriteNanos when a write to the shard was last observed; the last write was not later
 * @param nextTickNanos when the next tick is due
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

package io.tidemark.checkpoint;

/**
 * One run of a checkpointer: what it captured at its start, and who waits for it.
 *
 * @param number 1 for the first since the checkpointer's start
 * @param trigger why it runs
 * @param capture what will be durable if it succeeds, and nothing else
 * @param start the counter just before the capture
 * @param queuedNanos when the policy decided to run it
 * @param startedNanos when it captured
 * @param ticket its permit
 * @param waiters sync requests from before its start
 */
record Generation(
        long number,
        CheckpointTrigger trigger,
        CheckedCapture capture,
        DirtyCounter.Start start,
        long queuedNanos,
        long startedNanos,
        ForcePermits.Ticket ticket,
        SyncWaiters waiters) {}

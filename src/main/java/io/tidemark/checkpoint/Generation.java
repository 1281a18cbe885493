package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;

/**
 * One run of force: what it captured at its start, and who waits for it.
 *
 * @param number 1 for the first since the checkpointer's start
 * @param trigger why it runs
 * @param cut what will be durable if it succeeds, and nothing else
 * @param start the counter at the moment before the capture
 * @param queuedNanos when it was decided
 * @param startedNanos when it captured
 * @param ticket its permit
 * @param waiters sync requests from before its start
 */
record Generation(
        long number,
        CheckpointTrigger trigger,
        CheckedCapture cut,
        DirtyCounter.Start start,
        long queuedNanos,
        long startedNanos,
        ForcePermits.Ticket ticket,
        SyncWaiters waiters) {

    /** What the store gets back. */
    Capture captured() {
        return cut.handle();
    }
}

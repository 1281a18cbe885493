package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;

/**
 * One run of force: what it captured at its start, and who waits for it.
 *
 * @param number 1 for the first since the checkpointer's start
 * @param trigger why it runs
 * @param captured what will be durable if it succeeds, and nothing else
 * @param start the counter at the moment before the capture
 * @param queuedNanos when it was decided
 * @param startedNanos when it captured
 * @param ticket its permit
 * @param riders sync requests from before its start
 */
record Generation(
        long number,
        CheckpointTrigger trigger,
        Capture captured,
        DirtyCounter.Start start,
        long queuedNanos,
        long startedNanos,
        ForcePermits.Ticket ticket,
        SyncWaiters riders) {

    /** A capture of nothing, for a store whose {@link CheckpointTarget#capture} threw. */
    record Nothing(long index) implements Capture {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int files() {
            return 0;
        }
    }
}

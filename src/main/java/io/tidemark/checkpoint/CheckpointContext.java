package io.tidemark.checkpoint;

/**
 * What the parts of one shard's checkpointer share.
 *
 * @param shard the shard's number
 * @param target what is forced
 * @param dirty the shard's counter
 * @param permits those of all stores
 * @param loop thread and clocks
 * @param reports journal, listener and log
 * @param pressure the shard's
 */
record CheckpointContext(
        int shard,
        CheckpointTarget target,
        DirtyCounter dirty,
        ForcePermits permits,
        CheckpointLoop loop,
        CheckpointReports reports,
        CheckpointPressure pressure) {

    /** "store orders shard 3". */
    String name() {
        return reports.name();
    }
}

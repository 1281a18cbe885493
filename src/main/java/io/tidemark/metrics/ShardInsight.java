package io.tidemark.metrics;

import io.tidemark.checkpoint.CheckpointStatus;

/**
 * What the owner of a store knows of its shards beyond what their checkpointers do. Called by whoever scrapes, on any
 * thread: memory only.
 */
public interface ShardInsight {

    /** 100 MB a second: what a replay is taken to do where nobody has measured. */
    double DEFAULT_REPLAY_BYTES_PER_SECOND = 100e6;

    /** Knows nothing more. */
    ShardInsight NONE = new ShardInsight() {};

    /** The same shard's status, where the owner knows better: indices from before the start, pressure of other disks. */
    default CheckpointStatus refine(CheckpointStatus known) {
        return known;
    }

    /**
     * How long a restart would replay for this shard if the process died now, in seconds.
     *
     * @param now as refined
     */
    default double replaySeconds(CheckpointStatus now) {
        return now.dirtyBytes() / DEFAULT_REPLAY_BYTES_PER_SECOND;
    }
}

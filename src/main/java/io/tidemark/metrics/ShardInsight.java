package io.tidemark.metrics;

import io.tidemark.checkpoint.CheckpointStatus;

/**
 * What the owner of a store knows of its shards beyond what their checkpointers do. Called at each scrape, on any
 * thread; must not block or read files.
 *
 * @since 0.1
 */
public interface ShardInsight {

    /** Assumed replay rate if none was measured: 100 MB/s. */
    double DEFAULT_REPLAY_BYTES_PER_SECOND = 100e6;

    /** Adds nothing. */
    ShardInsight NONE = new ShardInsight() {};

    /**
     * {@return the shard's status with what the owner knows better: indices from before the start, pressure of other disks}
     *
     * @param known the status as the checkpointer knows it
     */
    default CheckpointStatus refine(CheckpointStatus known) {
        return known;
    }

    /**
     * {@return how long a restart would replay for this shard if the process died now, in seconds}
     *
     * @param now as refined
     */
    default double replaySeconds(CheckpointStatus now) {
        return now.dirtyBytes() / DEFAULT_REPLAY_BYTES_PER_SECOND;
    }
}

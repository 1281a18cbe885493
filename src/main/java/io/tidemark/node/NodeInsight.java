package io.tidemark.node;

import io.tidemark.checkpoint.CheckpointStatus;
import io.tidemark.metrics.ShardInsight;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;

/**
 * What the node knows of a shard beyond its checkpointer: the indices of its files and log before the start, pressure
 * from its volumes, and the replay rate of the last recovery.
 */
record NodeInsight(LocalShards shards) implements ShardInsight {
    /** Assumed replay rate of small entries, if none was measured. */
    private static final double DEFAULT_REPLAY_ENTRIES_PER_SECOND = 200_000;

    /** The rate of a shorter recovery is not representative. */
    private static final long MIN_MEASURED_MS = 200;

    @Override
    public CheckpointStatus refine(CheckpointStatus known) {
        ShardStatus status = shards.status(known.shard());
        return status == null ? known : refine(known, status);
    }

    /** The checkpointer's status with the shard's own indices, and the worse of both levels. */
    static CheckpointStatus refine(CheckpointStatus known, ShardStatus status) {
        PressureLevel worst = status.level().compareTo(known.level()) > 0 ? status.level() : known.level();
        return new CheckpointStatus(
                known.store(),
                known.shard(),
                status.appliedIndex(),
                status.durableIndex(),
                known.dirtyBytes(),
                known.dirtyFiles(),
                known.dirtyAgeMillis(),
                known.inFlightMillis(),
                worst);
    }

    @Override
    public double replaySeconds(CheckpointStatus now) {
        ShardStatus status = shards.status(now.shard());
        double entriesPerSecond = DEFAULT_REPLAY_ENTRIES_PER_SECOND;
        double bytesPerSecond = DEFAULT_REPLAY_BYTES_PER_SECOND;
        if (status != null) {
            RecoveryProgress last = status.recovery();
            if (last.done() && last.elapsedMillis() >= MIN_MEASURED_MS) {
                entriesPerSecond = Math.max(1, last.entriesPerSecond());
                bytesPerSecond = Math.max(1, last.bytesPerSecond());
            }
        }
        return Math.max(
                Math.max(0, now.appliedIndex() - now.durableIndex()) / entriesPerSecond,
                now.dirtyBytes() / bytesPerSecond);
    }
}

package io.tidemark.node;

import io.tidemark.checkpoint.CheckpointStatus;
import io.tidemark.metrics.ShardInsight;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;

/**
 * What the node knows of a shard beyond its checkpointer: the indices that its files and log had before the start, pressure
 * from elsewhere, and how fast this machine replayed when it last had to.
 */
record NodeInsight(LocalShards shards) implements ShardInsight {
    /** Small entries a second that a replay is taken to apply; measured 400,000 and more on one slow core. */
    private static final double DEFAULT_REPLAY_ENTRIES_PER_SECOND = 200_000;

    /** A shorter recovery says little about a long one. */
    private static final long TELLING_MS = 200;

    @Override
    public CheckpointStatus refine(CheckpointStatus known) {
        ShardStatus status = shards.status(known.shard());
        if (status == null) {
            return known;
        }
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
            if (last.done() && last.elapsedMillis() >= TELLING_MS) {
                entriesPerSecond = Math.max(1, last.entriesPerSecond());
                bytesPerSecond = Math.max(1, last.bytesPerSecond());
            }
        }
        return Math.max(
                Math.max(0, now.appliedIndex() - now.durableIndex()) / entriesPerSecond,
                now.dirtyBytes() / bytesPerSecond);
    }
}

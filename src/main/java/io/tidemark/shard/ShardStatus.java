package io.tidemark.shard;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.Map;

/**
 * The status of one shard. The figures are read one after another, not atomically.
 *
 * @param shard its number
 * @param phase its phase of life
 * @param keys live keys
 * @param appliedIndex last log index handed to the data files
 * @param durableIndex last log index whose bytes, and all before it, are on disk
 * @param dirtyBytes bytes appended and not known to be durable yet
 * @param checkpointInFlight whether a generation is running
 * @param lastCheckpoint start of the last generation that made the whole shard durable; the start of the node before the
 *     first
 * @param lastCheckpointOk whether the last generation succeeded; true before the first
 * @param level pressure level
 * @param detail why the level is not {@code NORMAL}, else empty
 * @param logBytes bytes of log files
 * @param releasedIndex the log may have forgotten entries up to this index
 * @param recovery progress of the log's replay
 * @param quarantinedFiles data files that a repair has replaced in part or as a whole, kept until a later generation is
 *     durable
 * @param reasons every reason for pressure, with its level; empty at {@code NORMAL}
 * @param pressureSinceMillis when the worst of them was raised, milliseconds since 1970; 0 at {@code NORMAL}
 * @param unsavedChanges keys set or removed that are not durable yet
 */
public record ShardStatus(
        int shard,
        Phase phase,
        long keys,
        long appliedIndex,
        long durableIndex,
        long dirtyBytes,
        boolean checkpointInFlight,
        Timestamp lastCheckpoint,
        boolean lastCheckpointOk,
        PressureLevel level,
        String detail,
        long logBytes,
        long releasedIndex,
        RecoveryProgress recovery,
        int quarantinedFiles,
        Map<PressureReason, PressureLevel> reasons,
        long pressureSinceMillis,
        long unsavedChanges) {

    /** {@link #lastCheckpoint} in milliseconds since 1970. */
    public long lastCheckpointMillis() {
        return lastCheckpoint.epochMillis();
    }

    /** Whether client writes are refused now. */
    public boolean refusesWrites() {
        return phase != Phase.SERVING || level.sheds();
    }

    /** A shard's life. */
    public enum Phase {
        /** Reading its files and replaying its log. */
        RECOVERING,
        /** Serving. */
        SERVING,
        /** Out of service until a restart. */
        FAILED,
        /** Stopped in order. */
        STOPPED
    }
}

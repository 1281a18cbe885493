package io.tidemark.shard;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.Map;

/**
 * One shard at one moment; the figures are read one after another, not at one instant.
 *
 * @param shard its number
 * @param phase where in its life it is
 * @param keys live keys
 * @param appliedIndex last log index handed to the data files
 * @param durableIndex last log index whose bytes, and all before it, are on disk
 * @param dirtyBytes bytes appended and not yet known durable
 * @param checkpointInFlight whether a generation is running
 * @param lastCheckpoint when the last generation began that made the shard durable as a whole; the start of the node if
 *     there has been none
 * @param lastCheckpointOk whether the last generation succeeded; true if there has been none
 * @param level pressure
 * @param detail why the level is not {@code NORMAL}, else empty
 * @param logBytes bytes of log files
 * @param releasedIndex log entries up to this index may be gone
 * @param recovery how far the replay of the log is
 * @param quarantinedFiles data files that a repair has given up in part or as a whole, and that are kept until a later
 *     generation is durable
 * @param reasons every reason for pressure, with its level; empty at {@code NORMAL}
 * @param pressureSinceMillis since when the worst of them, milliseconds since 1970; 0 at {@code NORMAL}
 * @param unsavedChanges keys set or removed that no generation has made durable yet
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
        /** Answering. */
        SERVING,
        /** Out of service until a restart. */
        FAILED,
        /** Stopped in order. */
        STOPPED
    }
}

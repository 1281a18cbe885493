package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;

/**
 * One shard's checkpointer at one moment; the figures are read one after another, not at one instant.
 *
 * @param store the store's name
 * @param shard the shard's number
 * @param appliedIndex last log index that was marked or found durable, 0 if none
 * @param durableIndex last log index known durable, 0 if none
 * @param dirtyBytes bytes marked and not known durable
 * @param dirtyFiles files with such bytes; {@link CheckpointTarget#UNKNOWN} if the target does not report it
 * @param dirtyAgeMillis age of the oldest of them in milliseconds; 0 if the shard is clean
 * @param inFlightMillis how long the current generation has been running, in milliseconds; 0 if none is
 * @param level the shard's pressure level
 * @since 0.1
 */
public record CheckpointStatus(
        String store,
        int shard,
        long appliedIndex,
        long durableIndex,
        long dirtyBytes,
        int dirtyFiles,
        long dirtyAgeMillis,
        long inFlightMillis,
        PressureLevel level) {}

package io.tidemark.shard;

import io.tidemark.pressure.PressureReason;

/**
 * Gets the durations and refusals of the shards, once per log entry, not per command. Called on any thread, the log's own
 * included: return at once, and throw nothing.
 */
public interface ShardMeter {

    /** Ignores everything. */
    ShardMeter NONE = new ShardMeter() {};

    /**
     * A log has forced a group of entries.
     *
     * @param nanos how long its fdatasync took, in nanoseconds
     * @param ok false if it failed
     */
    default void logForced(long nanos, boolean ok) {}

    /**
     * The commands of one log entry have been answered.
     *
     * @param nanos since the first of them reached the shard, in nanoseconds: the maximum wait of any of them
     */
    default void answered(long nanos) {}

    /** Writing commands were refused before they entered the log. */
    default void shed(PressureReason reason, int commands) {}
}

package io.tidemark.shard;

import io.tidemark.pressure.PressureReason;

/**
 * Hears what the shards spend their time on, and what they refuse; once for each log entry, not for each command. Any
 * thread, the log's own among them: return at once, and throw nothing.
 */
public interface ShardMeter {

    /** Hears nothing. */
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
     * @param nanos since the first of them came to the shard, in nanoseconds: the longest that one of them has waited
     */
    default void answered(long nanos) {}

    /** Commands that write were refused before they entered the log. */
    default void shed(PressureReason reason, int commands) {}
}

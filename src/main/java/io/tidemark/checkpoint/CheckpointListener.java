package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;

/**
 * Hears of each shard's generations. Called on the shard's event loop, but for {@link #forced}: return at once.
 * Whatever is thrown, an {@link Error} as well, is logged and changes nothing.
 */
public interface CheckpointListener {

    /** Hears nothing. */
    CheckpointListener NONE = new CheckpointListener() {};

    /** A generation has captured what it will force. */
    default void started(String store, int shard, CheckpointTrigger trigger) {}

    /**
     * One step of a generation's force has ended. Called on the worker that forces if it ended well, so that it may come
     * from several threads at once; for a target that tells no steps, and for a failure, on the event loop.
     *
     * @param nanos how long it took, in nanoseconds; of a failure that of the whole force
     * @param ok false if it failed, and the generation with it
     */
    default void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {}

    /** A generation has ended, well or not, also one that no worker took; once for each that was told as started. */
    default void ended(CheckpointOutcome outcome) {}

    /**
     * A due shard is not forced yet; once for each stretch, however often it is looked at.
     *
     * @param reason a word in lower case, such as {@code still_written}
     */
    default void deferred(String store, int shard, String reason) {}

    /** A force has not come back for {@code stall_warn_ms}; once for each generation. */
    default void stalled(String store, int shard) {}

    /** A checkpoint or a repair has waited for its permit for {@code stall_warn_ms} past its deadline; once for each. */
    default void overdue(String store, int shard) {}

    /**
     * A sync request has been answered, or told at its deadline that it goes on.
     *
     * @param waitedNanos since it was made, in nanoseconds
     * @param ok whether it was answered by a success
     */
    default void synced(String store, int shard, long waitedNanos, boolean ok) {}

    /**
     * After a failed generation everything that was not durable has been written anew; the next generation proves it.
     *
     * @param millis how long that took
     */
    default void repaired(String store, int shard, long millis) {}

    /** It could not be, and is tried again after a pause, or never if the store can't be repaired in place. */
    default void repairFailed(String store, int shard, String why) {}

    /** A shard's pressure has changed. */
    default void pressure(PressureEvent event) {}

    /** New options were given to a store, or refused; see {@link Checkpointers#notifyReload}. Any thread. */
    default void reloaded(String store, boolean accepted) {}
}

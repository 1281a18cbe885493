package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;

/**
 * Notified of each shard's generations. All methods except {@link #forced} are called on the shard's event loop and must
 * return at once. Anything they throw, even an {@link Error}, is logged and otherwise ignored.
 *
 * @since 0.1
 */
public interface CheckpointListener {

    /** Ignores every call. */
    CheckpointListener NONE = new CheckpointListener() {};

    /**
     * A generation has captured its target and starts to force.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param trigger what started the generation
     */
    default void started(String store, int shard, CheckpointTrigger trigger) {}

    /**
     * One step of a generation's force has ended. After a success it is called on the worker that forces, so several threads
     * may call it at once; after a failure, and for a target that reports no steps, on the event loop.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param step the step that ended
     * @param nanos how long it took, in nanoseconds; after a failure, how long the whole force took
     * @param ok false if it failed, and the generation with it
     */
    default void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {}

    /**
     * A generation has ended, or could not be scheduled; called once for each {@link #started}.
     *
     * @param outcome how it ended
     */
    default void ended(CheckpointOutcome outcome) {}

    /**
     * A due shard is not forced yet; called once per deferral, however often the policy checks it.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param reason in lower case, such as {@code still_written}
     */
    default void deferred(String store, int shard, String reason) {}

    /**
     * A force has been running for {@code stall_warn_ms}; called once per generation.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     */
    default void stalled(String store, int shard) {}

    /**
     * A checkpoint or a repair has waited for its permit for {@code stall_warn_ms} past its deadline; called once for each.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     */
    default void overdue(String store, int shard) {}

    /**
     * A sync request has been answered, or has reached its deadline; the sync then continues without it.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param waitedNanos since the request, in nanoseconds
     * @param ok whether it was answered with success
     */
    default void synced(String store, int shard, long waitedNanos, boolean ok) {}

    /**
     * After a failed generation everything that was not durable has been rewritten; the next generation proves it.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param millis how long the repair took
     */
    default void repaired(String store, int shard, long millis) {}

    /**
     * A repair failed. It is retried after a pause, or never if the store can't be repaired in place.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param why what failed
     */
    default void repairFailed(String store, int shard, String why) {}

    /**
     * A shard's pressure level has changed.
     *
     * @param event the new level and its reasons
     */
    default void pressure(PressureEvent event) {}

    /**
     * New options for a store were accepted or rejected; see {@link Checkpointers#notifyReload}. Any thread.
     *
     * @param store the store's name
     * @param accepted true if they are in use now
     */
    default void reloaded(String store, boolean accepted) {}
}

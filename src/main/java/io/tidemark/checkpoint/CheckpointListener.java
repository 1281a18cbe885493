package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;

/**
 * Hears of each shard's generations. Called on the shard's event loop: return at once. An exception is logged and changes
 * nothing.
 */
public interface CheckpointListener {

    /** Hears nothing. */
    CheckpointListener NONE = new CheckpointListener() {};

    /** A generation has captured what it will force. */
    default void started(String store, int shard, CheckpointTrigger trigger) {}

    /** A generation has ended, well or not. */
    default void ended(CheckpointOutcome outcome) {}

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
}

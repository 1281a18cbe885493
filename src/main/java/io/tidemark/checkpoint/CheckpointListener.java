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

    /** A shard's pressure has changed. */
    default void pressure(PressureEvent event) {}
}

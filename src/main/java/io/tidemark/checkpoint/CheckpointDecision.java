package io.tidemark.checkpoint;

import java.util.Locale;

/** The policy's decision. */
sealed interface CheckpointDecision {

    /** Nothing to do until the next event. */
    enum Skip implements CheckpointDecision {
        /** The one instance. */
        SKIP
    }

    /** Decide again at {@code recheckAtNanos} at the latest. */
    record Defer(Reason reason, long recheckAtNanos) implements CheckpointDecision {}

    /** Start a generation. */
    record Fire(CheckpointTrigger trigger) implements CheckpointDecision {}

    /** Why a dirty shard is not forced yet. */
    enum Reason {
        /** Its tick is not due yet. */
        NOT_DUE,
        /** Its tick was due, but the shard is still being written. */
        STILL_WRITTEN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

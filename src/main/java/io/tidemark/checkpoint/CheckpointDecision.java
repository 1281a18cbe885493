package io.tidemark.checkpoint;

import java.util.Locale;

/** What the policy says. */
sealed interface CheckpointDecision {

    /** Nothing to do until something happens. */
    enum Skip implements CheckpointDecision {
        /** The one instance. */
        SKIP
    }

    /** Look again at {@code recheckAtNanos} at the latest. */
    record Defer(Reason reason, long recheckAtNanos) implements CheckpointDecision {}

    /** Start a generation. */
    record Fire(CheckpointTrigger trigger) implements CheckpointDecision {}

    /** Why a dirty shard is not forced yet. */
    enum Reason {
        /** Its tick has not come. */
        NOT_DUE,
        /** Its tick has come, but it is still being written. */
        STILL_WRITTEN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

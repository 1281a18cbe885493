package io.tidemark.checkpoint;

import java.util.Locale;

/**
 * Why a generation runs.
 *
 * @since 0.1
 */
public enum CheckpointTrigger {
    /** A tick found the shard dirty and idle, or it became idle after a tick. */
    INTERVAL,
    /** The oldest unsynced byte is about to be {@code max_delay_ms} old. */
    MAX_DELAY,
    /** {@code max_dirty_bytes} are unsynced. */
    MAX_DIRTY_BYTES,
    /** A sync was requested. */
    SYNC_NOW,
    /** The checkpointer is stopping. */
    SHUTDOWN,
    /** The first generation after a start: nothing found on disk is taken for durable. */
    RECOVERY;

    /** {@return the name in events and metrics, for example {@code max_delay}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

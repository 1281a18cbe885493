package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * How long a shard has been dirty: since its oldest byte that is not known to be durable, by marks or by what a start, a failed
 * force or a missing mark leave unproven. Written on the checkpointer's loop, read on any thread.
 */
final class DirtyAge {
    private final DirtyCounter dirty;
    private volatile long unprovenSinceNanos;

    DirtyAge(DirtyCounter dirty) {
        this.dirty = dirty;
    }

    /** Nothing is known to be durable, and may not be since this time. */
    void unprovenSince(long nanos) {
        unprovenSinceNanos = nanos;
    }

    /** A force has failed: its oldest byte keeps its age, over any number of failures. Called before {@link DirtyCounter#fail}. */
    void failed(DirtyCounter.Start start) {
        if (!dirty.unproven()) {
            unprovenSinceNanos = start.oldestNanos();
        }
    }

    /** When the oldest byte that no running generation has captured was written. */
    long oldestNanos() {
        return dirty.unproven() ? unprovenSinceNanos : dirty.oldestNanos();
    }

    /** The same, including what the running generation has captured. */
    long oldestNanos(@Nullable Generation running) {
        return dirty.unproven() || running == null
                ? oldestNanos()
                : running.start().oldestNanos();
    }
}

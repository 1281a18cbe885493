package io.tidemark.checkpoint;

/** When a write to a shard was last observed. Marks only count; their exact times are not recorded. */
final class WriteActivity {
    private final DirtyCounter dirty;
    private long lastWriteNanos;
    private long index = -1;
    private long bytes = -1;

    WriteActivity(DirtyCounter dirty) {
        this.dirty = dirty;
    }

    /** Compares the counter with the last observation. */
    void observe(long now) {
        long nowIndex = dirty.appendedIndex();
        long nowBytes = dirty.appendedBytes();
        if (nowIndex != index || nowBytes != bytes) {
            index = nowIndex;
            bytes = nowBytes;
            lastWriteNanos = now;
        }
    }

    /** When the current position was first observed. */
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** The appended index at the last observation. */
    long index() {
        return index;
    }
}

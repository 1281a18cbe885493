package io.tidemark.checkpoint;

/** When a shard was last seen to have been written: a mark only counts, and when exactly it came nobody notes. */
final class WriteActivity {
    private final DirtyCounter dirty;
    private long lastWriteNanos;
    private long index = -1;
    private long bytes = -1;

    WriteActivity(DirtyCounter dirty) {
        this.dirty = dirty;
    }

    /** Compares with what the last look saw. */
    void look(long now) {
        long nowIndex = dirty.appendedIndex();
        long nowBytes = dirty.appendedBytes();
        if (nowIndex != index || nowBytes != bytes) {
            index = nowIndex;
            bytes = nowBytes;
            lastWriteNanos = now;
        }
    }

    /** The first look that saw what the last one saw. */
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** The appended index at the last look. */
    long index() {
        return index;
    }
}

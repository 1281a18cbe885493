package io.tidemark.disk.durable;

/**
 * A file and its length in a snapshot.
 *
 * @param length in bytes
 */
public record FileSnapshot(StoreFile file, long length) {
    /** Whether a generation has something to make durable here: bytes, or the name. */
    public boolean unsynced() {
        return length > file.durableLength() || !file.nameDurable();
    }

    /** Bytes that no generation has made durable yet. */
    public long unsyncedBytes() {
        return Math.max(0, length - file.durableLength());
    }
}

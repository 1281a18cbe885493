package io.tidemark.bitcask;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store at one moment between two entries: the index applied last, and how far each file reached then. Immutable and cheap
 * to make: the sealed files are a list that changes only at rotation.
 */
public final class BitcaskSnapshot {

    /** A file and its length at that moment. */
    record Cut(DataFile file, long length) {
        boolean unsynced() {
            return length > file.durableLength() || !file.nameDurable();
        }

        long unsyncedBytes() {
            return Math.max(0, length - file.durableLength());
        }
    }

    private final long index;
    private final long term;
    private final long nextId;
    private final List<Cut> sealed;
    private final @Nullable Cut active;

    BitcaskSnapshot(long index, long term, long nextId, List<Cut> sealed, @Nullable Cut active) {
        this.index = index;
        this.term = term;
        this.nextId = nextId;
        this.sealed = sealed;
        this.active = active;
    }

    /** Last log index whose records are in the files at these lengths. */
    public long index() {
        return index;
    }

    /** That index's term. */
    public long term() {
        return term;
    }

    long nextId() {
        return nextId;
    }

    List<Cut> sealed() {
        return sealed;
    }

    @Nullable
    Cut active() {
        return active;
    }

    /** Every file, oldest first. */
    List<Cut> files() {
        if (active == null) {
            return sealed;
        }
        List<Cut> all = new ArrayList<>(sealed);
        all.add(active);
        return all;
    }

    /** Bytes that no generation has made durable yet. */
    public long unsyncedBytes() {
        long bytes = 0;
        for (Cut cut : files()) {
            bytes += cut.unsyncedBytes();
        }
        return bytes;
    }

    /** How many files have such bytes. */
    public int unsyncedFiles() {
        int count = 0;
        for (Cut cut : files()) {
            count += cut.unsynced() ? 1 : 0;
        }
        return count;
    }
}

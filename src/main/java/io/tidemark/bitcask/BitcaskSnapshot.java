package io.tidemark.bitcask;

import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a store between two entries: the applied index and the length of each file. Immutable and cheap to create:
 * the list of sealed files changes only at rotation.
 */
public final class BitcaskSnapshot implements StoreSnapshot {

    private final long index;
    private final long term;
    private final long nextId;
    private final List<FileSnapshot> sealed;
    private final @Nullable FileSnapshot active;

    BitcaskSnapshot(long index, long term, long nextId, List<FileSnapshot> sealed, @Nullable FileSnapshot active) {
        this.index = index;
        this.term = term;
        this.nextId = nextId;
        this.sealed = sealed;
        this.active = active;
    }

    @Override
    public List<FileSnapshot> fileSnapshots() {
        return files();
    }

    /** Applied index: the last log index whose records are in the files at these lengths. */
    @Override
    public long index() {
        return index;
    }

    /** Term of {@link #index}. */
    @Override
    public long term() {
        return term;
    }

    long nextId() {
        return nextId;
    }

    List<FileSnapshot> sealed() {
        return sealed;
    }

    @Nullable
    FileSnapshot active() {
        return active;
    }

    /** Every file, oldest first. */
    List<FileSnapshot> files() {
        if (active == null) {
            return sealed;
        }
        List<FileSnapshot> all = new ArrayList<>(sealed);
        all.add(active);
        return all;
    }

    /** Bytes that are not durable yet. */
    public long unsyncedBytes() {
        long bytes = 0;
        for (FileSnapshot each : files()) {
            bytes += each.unsyncedBytes();
        }
        return bytes;
    }

    /** Number of files with bytes or a name that are not durable yet. */
    public int unsyncedFiles() {
        int count = 0;
        for (FileSnapshot each : files()) {
            count += each.unsynced() ? 1 : 0;
        }
        return count;
    }
}

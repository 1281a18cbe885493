package io.tidemark.bitcask;

import io.tidemark.bitcask.BitcaskSnapshot.Cut;
import io.tidemark.disk.DiskFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one store, oldest first: those that it was opened with, those sealed since, and the active one. The keydir
 * names them by their place.
 *
 * <p>{@link #append} and {@link #snapshot} belong to the applying thread; the rest to anybody.
 */
final class DataFiles implements AutoCloseable {
    private final StoreContext home;
    private final DurableState durable;
    private final int found;

    private volatile DataFile[] slots;
    private List<Cut> sealed;
    private @Nullable DataFile active;
    private int activeSlot = -1;
    private long activeLength;
    private boolean activeUnfit;

    /** @param opened what the store begins with; counts up to the durable lengths and is not appended */
    DataFiles(StoreContext home, DurableState durable, List<DataFile> opened) {
        this.home = home;
        this.durable = durable;
        this.found = opened.size();
        this.slots = opened.toArray(new DataFile[0]);
        this.sealed =
                opened.stream().map(file -> new Cut(file, file.durableLength())).toList();
    }

    /** The file at a place that the keydir names. */
    DataFile at(int slot) {
        return slots[slot];
    }

    List<DataFile> all() {
        return List.of(slots);
    }

    /** Those that this store has made itself. */
    List<DataFile> made() {
        DataFile[] now = slots;
        return List.of(now).subList(found, now.length);
    }

    /** Whether one has a name that a failed force of the directory was to make durable. Any thread; memory only. */
    boolean hasNameInDoubt() {
        for (DataFile file : slots) {
            if (home.isInDoubt(file)) {
                return true;
            }
        }
        return false;
    }

    /** Where the batch appended last went. */
    int activeSlot() {
        return activeSlot;
    }

    /** How far the files reach now that an entry has been applied. */
    BitcaskSnapshot snapshot(long index, long term) {
        DataFile file = active;
        return new BitcaskSnapshot(
                index, term, home.nextId().get(), sealed, file == null ? null : new Cut(file, activeLength));
    }

    /**
     * Appends a batch to the page cache, as a whole.
     *
     * @return its offset in the file at {@link #activeSlot}
     * @throws IOException if not all of it could be written; the call may be repeated, and writes to the same place if there
     *     was no room, else to a new file
     */
    long append(ByteBuffer batch) throws IOException {
        int bytes = batch.remaining();
        DataFile file = fileFor(bytes);
        long at = activeLength;
        try {
            file.file().writeFully(batch, at);
        } catch (IOException e) {
            activeUnfit = !DiskFull.isCauseOf(e);
            throw e;
        }
        activeLength = at + bytes;
        return at;
    }

    /** The active file, or a new one if there is none or it would grow too large. Nothing is forced at rotation. */
    private DataFile fileFor(long bytes) throws IOException {
        DataFile current = active;
        if (current == null) {
            return rotate(null);
        }
        if (activeLength > DataFile.HEADER
                && activeLength + bytes > home.options().maxFileBytes()) {
            return rotate(current);
        }
        if (current.poisoned() || activeUnfit) {
            try {
                return rotate(current);
            } catch (IOException badDisk) {
                return current; // if it is poisoned, for readers only: a repair writes all this anew
            }
        }
        return current;
    }

    private DataFile rotate(@Nullable DataFile current) throws IOException {
        durable.prepare();
        DataFile fresh = DataFile.create(
                home.disk(),
                home.directory(),
                home.nextId().getAndIncrement(),
                home.owner(),
                home.failedNameForces().get());
        if (current != null) {
            List<Cut> more = new ArrayList<>(sealed);
            more.add(new Cut(current, activeLength));
            sealed = List.copyOf(more);
        }
        DataFile[] grown = Arrays.copyOf(slots, slots.length + 1);
        activeSlot = slots.length;
        grown[activeSlot] = fresh;
        slots = grown;
        active = fresh;
        activeLength = DataFile.HEADER;
        activeUnfit = false;
        return fresh;
    }

    @Override
    public void close() throws IOException {
        closeAll(all());
    }

    static void closeAll(List<DataFile> files) throws IOException {
        for (DataFile file : files) {
            file.close();
        }
    }
}

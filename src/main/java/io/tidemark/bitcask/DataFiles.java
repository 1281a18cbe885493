package io.tidemark.bitcask;

import io.tidemark.bitcask.BitcaskSnapshot.FileSnapshot;
import io.tidemark.disk.DiskFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one store, oldest first: those that it was opened with, those sealed since, and the active one. The keydir
 * refers to them by slot, their position in this list.
 *
 * <p>{@link #append} and {@link #snapshot} are called on the applying thread; the rest on any thread.
 */
final class DataFiles implements AutoCloseable {
    private final StoreContext home;
    private final DurableState durable;
    private final int openedCount;

    private volatile DataFile[] slots;
    private List<FileSnapshot> sealed;
    private @Nullable DataFile active;
    private int activeSlot = -1;
    private long activeLength;
    private boolean activeUnusable;

    /** @param opened files that the store starts with; valid up to their durable lengths and never appended to */
    DataFiles(StoreContext home, DurableState durable, List<DataFile> opened) {
        this.home = home;
        this.durable = durable;
        this.openedCount = opened.size();
        this.slots = opened.toArray(new DataFile[0]);
        this.sealed = opened.stream()
                .map(file -> new FileSnapshot(file, file.durableLength()))
                .toList();
    }

    /** The file in a keydir's slot. */
    DataFile at(int slot) {
        return slots[slot];
    }

    List<DataFile> all() {
        return List.of(slots);
    }

    /** The files that this store has created itself. */
    List<DataFile> created() {
        DataFile[] all = slots;
        return List.of(all).subList(openedCount, all.length);
    }

    /** Whether a failed force of the directory covered the name of one of these files. Any thread; memory only. */
    boolean hasNameInDoubt() {
        for (DataFile file : slots) {
            if (home.isInDoubt(file)) {
                return true;
            }
        }
        return false;
    }

    /** Slot of the file that the last batch was appended to. */
    int activeSlot() {
        return activeSlot;
    }

    /** The state of the files after an entry has been applied. */
    BitcaskSnapshot snapshot(long index, long term) {
        DataFile file = active;
        return new BitcaskSnapshot(
                index, term, home.nextId().get(), sealed, file == null ? null : new FileSnapshot(file, activeLength));
    }

    /**
     * Appends a batch to the page cache, as a whole.
     *
     * @return its offset in the file at {@link #activeSlot}
     * @throws IOException if the batch could not be written as a whole; the call may be repeated: it writes to the same
     *     offset if the disk was full, and to a new file after any other error
     */
    long append(ByteBuffer batch) throws IOException {
        int bytes = batch.remaining();
        DataFile file = fileFor(bytes);
        long at = activeLength;
        try {
            file.file().writeFully(batch, at);
        } catch (IOException e) {
            activeUnusable = !DiskFull.isCauseOf(e);
            throw e;
        }
        activeLength = at + bytes;
        return at;
    }

    /** The active file, or a new one if it is missing, unusable, or would grow too large. Rotation forces nothing. */
    private DataFile fileFor(long bytes) throws IOException {
        DataFile current = active;
        if (current == null) {
            return rotate(null);
        }
        if (activeLength > DataFile.HEADER
                && activeLength + bytes > home.options().maxFileBytes()) {
            return rotate(current);
        }
        if (current.poisoned() || activeUnusable) {
            try {
                return rotate(current);
            } catch (IOException badDisk) {
                return current; // a poisoned file then serves readers only: a repair rewrites its entries
            }
        }
        return current;
    }

    private DataFile rotate(@Nullable DataFile current) throws IOException {
        durable.prepare();
        DataFile next = DataFile.create(
                home.disk(),
                home.directory(),
                home.nextId().getAndIncrement(),
                home.owner(),
                home.failedDirectoryForces().get());
        if (current != null) {
            List<FileSnapshot> more = new ArrayList<>(sealed);
            more.add(new FileSnapshot(current, activeLength));
            sealed = List.copyOf(more);
        }
        DataFile[] grown = Arrays.copyOf(slots, slots.length + 1);
        activeSlot = slots.length;
        grown[activeSlot] = next;
        slots = grown;
        active = next;
        activeLength = DataFile.HEADER;
        activeUnusable = false;
        return next;
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

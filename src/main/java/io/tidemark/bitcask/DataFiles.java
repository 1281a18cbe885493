package io.tidemark.bitcask;

import io.tidemark.disk.DiskFull;
import io.tidemark.disk.durable.DurableState;
import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.StoreFile;
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
    private final DurableState<BitcaskSnapshot, Manifest> durable;
    private final int openedCount;

    private volatile StoreFile[] slots;
    private List<FileSnapshot> sealed;
    private @Nullable StoreFile active;
    private int activeSlot = -1;
    private long activeLength;
    private boolean activeUnusable;

    /** @param opened files that the store starts with; valid up to their durable lengths and never appended to */
    DataFiles(StoreContext home, DurableState<BitcaskSnapshot, Manifest> durable, List<StoreFile> opened) {
        this.home = home;
        this.durable = durable;
        this.openedCount = opened.size();
        this.slots = opened.toArray(new StoreFile[0]);
        this.sealed = opened.stream()
                .map(file -> new FileSnapshot(file, file.durableLength()))
                .toList();
    }

    /** The file in a keydir's slot. */
    StoreFile at(int slot) {
        return slots[slot];
    }

    List<StoreFile> all() {
        return List.of(slots);
    }

    /** The files that this store has created itself. */
    List<StoreFile> created() {
        StoreFile[] all = slots;
        return List.of(all).subList(openedCount, all.length);
    }

    /** Whether a failed force of the directory covered the name of one of these files. Any thread; memory only. */
    boolean hasNameInDoubt() {
        for (StoreFile file : slots) {
            if (home.home().isInDoubt(file)) {
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
        StoreFile file = active;
        return new BitcaskSnapshot(
                index,
                term,
                home.home().nextId().get(),
                sealed,
                file == null ? null : new FileSnapshot(file, activeLength));
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
        StoreFile file = fileFor(bytes);
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
    private StoreFile fileFor(long bytes) throws IOException {
        StoreFile current = active;
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

    private StoreFile rotate(@Nullable StoreFile current) throws IOException {
        durable.prepare();
        StoreFile next = DataFile.create(home.home(), home.home().nextId().getAndIncrement(), home.owner());
        if (current != null) {
            List<FileSnapshot> more = new ArrayList<>(sealed);
            more.add(new FileSnapshot(current, activeLength));
            sealed = List.copyOf(more);
        }
        StoreFile[] grown = Arrays.copyOf(slots, slots.length + 1);
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

    static void closeAll(List<StoreFile> files) throws IOException {
        for (StoreFile file : files) {
            file.close();
        }
    }
}

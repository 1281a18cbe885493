package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileStamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One append-only file of a store, and how much of it is durable.
 *
 * <p>The descriptor that wrote it stays open until the store is closed: an error of write-back is reported to the descriptors
 * that are open at that time, and to no later one.
 */
public final class StoreFile implements AutoCloseable {
    private final long id;
    private final DiskFile file;
    private final @Nullable FileStamp made;
    private final int namedAfter;
    private volatile long durableLength;
    private volatile boolean nameDurable;
    private volatile boolean poisoned;
    private volatile boolean displaced;

    private StoreFile(
            long id, DiskFile file, @Nullable FileStamp made, int namedAfter, long durableLength, boolean nameDurable) {
        this.id = id;
        this.file = file;
        this.made = made;
        this.namedAfter = namedAfter;
        this.durableLength = durableLength;
        this.nameDurable = nameDurable;
    }

    /**
     * A new one; nothing of it is forced. Leaves none behind if that fails, as far as the disk lets it.
     *
     * @param header what it begins with; may be empty
     */
    public static StoreFile create(StoreDirectory home, Path path, long id, ByteBuffer header) throws IOException {
        Disk disk = home.disk();
        int namedAfter = home.failedNameForces().get();
        DiskFile file = disk.create(path);
        FileStamp made;
        try {
            made = disk.stamp(path);
            file.writeFully(header, 0);
        } catch (IOException | RuntimeException e) {
            try {
                file.close();
                disk.delete(file.path());
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        return new StoreFile(id, file, made, namedAfter, 0, false);
    }

    /**
     * One that the manifest lists, for reading. The caller checks its length and contents.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    public static StoreFile open(Disk disk, Path path, long id, long durableLength) throws IOException {
        DiskFile file = disk.openForRead(path);
        try {
            return new StoreFile(id, file, disk.stamp(path), 0, durableLength, true);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Its number, of which the store never uses one twice. */
    public long id() {
        return id;
    }

    /** Its descriptor. */
    public DiskFile file() {
        return file;
    }

    /** Bytes known to be on disk. Any thread. */
    public long durableLength() {
        return durableLength;
    }

    /** Whether its name is known to be on disk. Any thread. */
    public boolean nameDurable() {
        return nameDurable;
    }

    /** How many forces of its directory had failed when it got its name. */
    int namedAfter() {
        return namedAfter;
    }

    /** Whether a force of it failed, or of what was forced with it: what is above its durable length proves nothing. */
    public boolean poisoned() {
        return poisoned;
    }

    /** It is never appended or forced again. */
    void poison() {
        poisoned = true;
    }

    /** Its name is on disk. */
    void nameIsDurable() {
        nameDurable = true;
    }

    /**
     * What somebody has done to it behind its descriptor's back; {@code null} if its name still stands for it, and it is as
     * long as it must be. Asks the disk once.
     *
     * @param length what it must have
     */
    public @Nullable String displacement(Disk disk, long length) throws IOException {
        Path path = file.path();
        FileStamp now = disk.stamp(path);
        String what = now == null
                ? "data file " + path + " is not there any more: it was removed or renamed under the running node"
                : made != null && !made.key().equals(now.key())
                        ? "data file " + path + " is another file now: it was replaced under the running node"
                        : now.bytes() < length
                                ? "data file " + path + " has " + now.bytes() + " bytes, but " + length
                                        + " were written: it was cut off under the running node"
                                : null;
        if (what != null && (now == null || now.bytes() >= length || now.bytes() < durableLength)) {
            displaced = true;
        }
        return what;
    }

    /** Whether what was durable of it was found gone from under its name at some time. Any thread. */
    public boolean displaced() {
        return displaced;
    }

    /** Everything up to a length, and the name, are on disk. */
    void durable(long length) {
        durableLength = Math.max(durableLength, length);
        nameDurable = true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

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
    private final @Nullable FileStamp stamp;
    private final int failedForcesAtCreation;
    private volatile long durableLength;
    private volatile boolean nameDurable;
    private volatile boolean poisoned;
    private volatile boolean displaced;

    private StoreFile(
            long id,
            DiskFile file,
            @Nullable FileStamp stamp,
            int failedForcesAtCreation,
            long durableLength,
            boolean nameDurable) {
        this.id = id;
        this.file = file;
        this.stamp = stamp;
        this.failedForcesAtCreation = failedForcesAtCreation;
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
        int failedForcesAtCreation = home.failedDirectoryForces().get();
        DiskFile file = disk.create(path);
        FileStamp stamp;
        try {
            stamp = disk.stamp(path);
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
        return new StoreFile(id, file, stamp, failedForcesAtCreation, 0, false);
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

    /** Its number; a store never uses one twice. */
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

    /** Whether its directory entry is known to be on disk. Any thread. */
    public boolean nameDurable() {
        return nameDurable;
    }

    /** Number of failed forces of its directory when the file was created. */
    int failedForcesAtCreation() {
        return failedForcesAtCreation;
    }

    /** Whether a force of this file, or of files forced with it, failed: bytes above its durable length can't be trusted. */
    public boolean poisoned() {
        return poisoned;
    }

    /** From now on the file is neither appended to nor forced. */
    void poison() {
        poisoned = true;
    }

    /** The file's directory entry is on disk. */
    void markNameDurable() {
        nameDurable = true;
    }

    /**
     * What was done to the file from outside the node: removed, replaced or truncated. {@code null} if its path still leads
     * to this file and the file is long enough. One system call.
     *
     * @param length bytes that it must have
     */
    public @Nullable String displacement(Disk disk, long length) throws IOException {
        Path path = file.path();
        FileStamp now = disk.stamp(path);
        String what = now == null
                ? "data file " + path + " is not there any more: it was removed or renamed under the running node"
                : stamp != null && !stamp.key().equals(now.key())
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

    /** Whether its durable bytes were once found missing under its path. Any thread. */
    public boolean displaced() {
        return displaced;
    }

    /** All bytes up to this length, and the directory entry, are on disk. */
    void markDurable(long length) {
        durableLength = Math.max(durableLength, length);
        nameDurable = true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

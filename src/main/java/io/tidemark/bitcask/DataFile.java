package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileStamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One data file {@code NNNNNNNNNN.data}: a header of 64 bytes, then {@linkplain DataRecord records}. Append-only; once
 * another file has become the active one it is sealed and never appended again. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMDF"   4 version:i32 = 1   8 directory:16   24 shard:i32   28 reserved:i32
 *   32 id:i64             the number in its name
 *   40 crc32c:i32         of bytes 0 to 39
 *   44 zeros up to 64
 * </pre>
 *
 * The descriptor that wrote it stays open until the store is closed: the kernel reports a write-back error only to
 * descriptors that were open when it happened.
 */
final class DataFile implements AutoCloseable {
    static final String SUFFIX = ".data";
    static final int HEADER = 64;
    private static final int MAGIC = 0x544d4446;
    private static final int VERSION = 1;
    private static final int CHECKED = 40;

    private final long id;
    private final DiskFile file;
    private final @Nullable FileStamp stamp;
    private final int failedForcesAtCreation;
    private volatile long durableLength;
    private volatile boolean nameDurable;
    private volatile boolean poisoned;
    private volatile boolean displaced;

    private DataFile(
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
     * Creates a file and writes its header; forces nothing. Removes the file again if that fails and the disk allows it.
     *
     * @param failedForcesAtCreation number of failed forces of the directory so far
     */
    static DataFile create(Disk disk, Path directory, long id, StoreIdentity owner, int failedForcesAtCreation)
            throws IOException {
        Path path = directory.resolve(name(id));
        DiskFile file = disk.create(path);
        FileStamp stamp;
        try {
            stamp = disk.stamp(path);
            file.writeFully(header(id, owner), 0);
        } catch (IOException | RuntimeException e) {
            try {
                file.close();
                disk.delete(file.path());
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        return new DataFile(id, file, stamp, failedForcesAtCreation, 0, false);
    }

    /** Opens a file that the manifest lists, for reading. */
    static DataFile open(Disk disk, Path directory, long id, long durableLength, StoreIdentity owner)
            throws IOException {
        Path path = directory.resolve(name(id));
        if (!disk.exists(path)) {
            throw new CorruptionException("data file " + path + " is missing; restore it from a copy");
        }
        DiskFile file = disk.openForRead(path);
        FileStamp stamp;
        try {
            stamp = disk.stamp(path);
            if (file.size() < durableLength) {
                throw new CorruptionException("data file " + path + " has " + file.size() + " bytes, but "
                        + durableLength + " were durable; restore it from a copy");
            }
            check(file, path, id, owner);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return new DataFile(id, file, stamp, 0, durableLength, true);
    }

    private static ByteBuffer header(long id, StoreIdentity owner) {
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(owner.directory().getMostSignificantBits());
        out.putLong(owner.directory().getLeastSignificantBits());
        out.putInt(owner.shard()).putInt(0).putLong(id);
        out.putInt(crc(out));
        return out.clear();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CHECKED));
        return (int) crc.getValue();
    }

    static void check(DiskFile file, Path path, long id, StoreIdentity owner) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(HEADER);
        file.readFully(in, 0);
        if (in.getInt(0) != MAGIC || in.getInt(CHECKED) != crc(in) || !zeros(in)) {
            throw new CorruptionException(
                    "the header of data file " + path + " is damaged; restore the file from a copy");
        }
        if (in.getInt(4) != VERSION) {
            throw new CorruptionException(path + " has format version " + in.getInt(4) + ", expected " + VERSION);
        }
        owner.check(new UUID(in.getLong(8), in.getLong(16)), in.getInt(24), path);
        if (in.getLong(32) != id) {
            throw new CorruptionException(path + " is file " + in.getLong(32) + " by its header; was it renamed?");
        }
    }

    private static boolean zeros(ByteBuffer header) {
        for (int at = CHECKED + 4; at < HEADER; at++) {
            if (header.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    static String name(long id) {
        return String.format(Locale.ROOT, "%010d%s", id, SUFFIX);
    }

    /** The number in a data file's name, quarantined or not; -1 if the name is neither. */
    static long usedIdOf(String name) {
        return idOf(
                name.endsWith(Quarantine.SUFFIX)
                        ? name.substring(0, name.length() - Quarantine.SUFFIX.length())
                        : name);
    }

    /** The number in a data file's name; -1 if it is not a data file's name. */
    static long idOf(String name) {
        if (!name.endsWith(SUFFIX) || name.length() != 10 + SUFFIX.length()) {
            return -1;
        }
        long id = 0;
        for (int i = 0; i < 10; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            id = id * 10 + digit;
        }
        return id;
    }

    long id() {
        return id;
    }

    DiskFile file() {
        return file;
    }

    /** Bytes known to be on disk. Any thread. */
    long durableLength() {
        return durableLength;
    }

    /** Whether its directory entry is known to be on disk. Any thread. */
    boolean nameDurable() {
        return nameDurable;
    }

    /** Number of failed forces of its directory when the file was created. */
    int failedForcesAtCreation() {
        return failedForcesAtCreation;
    }

    /** Whether a force of this file, or of files forced with it, failed: bytes above its durable length can't be trusted. */
    boolean poisoned() {
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
    @Nullable
    String displacement(Disk disk, long length) throws IOException {
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
    boolean displaced() {
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

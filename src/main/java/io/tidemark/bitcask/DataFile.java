package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;

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
 */
final class DataFile {
    static final String SUFFIX = ".data";
    static final int HEADER = 64;
    private static final int MAGIC = 0x544d4446;
    private static final int VERSION = 1;
    private static final int CHECKED = 40;

    private DataFile() {}

    /** Creates a file and writes its header; forces nothing. Removes the file again if that fails and the disk allows it. */
    static StoreFile create(StoreDirectory home, long id, StoreIdentity owner) throws IOException {
        return StoreFile.create(home, home.path().resolve(name(id)), id, header(id, owner));
    }

    /** Opens a file that the manifest lists, for reading. */
    static StoreFile open(Disk disk, Path directory, long id, long durableLength, StoreIdentity owner)
            throws IOException {
        Path path = directory.resolve(name(id));
        if (!disk.exists(path)) {
            throw new CorruptionException("data file " + path + " is missing; restore it from a copy");
        }
        StoreFile file = StoreFile.open(disk, path, id, durableLength);
        try {
            if (file.file().size() < durableLength) {
                throw new CorruptionException(
                        "data file " + path + " has " + file.file().size() + " bytes, but " + durableLength
                                + " were durable; restore it from a copy");
            }
            check(file.file(), path, id, owner);
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
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
}

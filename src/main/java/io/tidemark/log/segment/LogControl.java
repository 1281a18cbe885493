package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code LOG}: which segments there must be, and the release record. Replaced as a whole, durably, before a new
 * segment is used and before a released one is removed. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMLC"   4 version:i32 = 1   8 directory:16   24 shard:i32   28 reserved:i32
 *   32 released:i64   entries up to this index may be gone
 *   40 first:i64      first segment that must be there
 *   48 last:i64       last segment that must be there; one more, made in the moment of a crash, may be
 *   56 crc32c:i32     of bytes 0 to 55
 * </pre>
 */
record LogControl(LogIdentity owner, long released, long first, long last) {
    static final String NAME = "LOG";
    private static final int BYTES = 60;
    private static final int CHECKED = 56;
    private static final int MAGIC = 0x544d4c43;
    private static final int VERSION = 1;

    void write(Disk disk, Path directory) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(owner.directory().getMostSignificantBits());
        out.putLong(owner.directory().getLeastSignificantBits());
        out.putInt(owner.shard()).putInt(0);
        out.putLong(released).putLong(first).putLong(last);
        out.putInt(crc(out));
        disk.replace(directory.resolve(NAME), out.array());
    }

    static LogControl read(Disk disk, Path directory, LogIdentity expected) throws IOException {
        Path file = directory.resolve(NAME);
        ByteBuffer in = ByteBuffer.wrap(disk.readAll(file, 4_096));
        if (in.remaining() != BYTES || in.getInt(0) != MAGIC || in.getInt(CHECKED) != crc(in)) {
            throw new CorruptionException(
                    "the log's control file " + file + " is damaged; restore the data directory from a copy");
        }
        if (in.getInt(4) != VERSION) {
            throw new CorruptionException(file + " has format version " + in.getInt(4) + ", expected " + VERSION);
        }
        expected.check(new UUID(in.getLong(8), in.getLong(16)), in.getInt(24), file);
        return new LogControl(expected, in.getLong(32), in.getLong(40), in.getLong(48));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CHECKED));
        return (int) crc.getValue();
    }
}

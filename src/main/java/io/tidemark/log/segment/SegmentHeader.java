package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first 128 bytes of a segment {@code NNNNNNNNNN.log}. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMLS"      4 version:i32 = 1
 *    8 directory:16          the data directory's id
 *   24 shard:i32            28 reserved:i32 = 0
 *   32 id:i64               this segment's number, as in its name
 *   40 identity:i64         random; mixed into every frame's checksum, so that no stale frame of another life validates
 *   48 previousId:i64       0 for the first
 *   56 previousEnd:i64      where the one before it ends: what lies behind that there is void
 *   64 previousLast:i64     last index of the one before it; this one goes on with the next
 *   72 released:i64         the released index when this one was made
 *   80 created:i64          milliseconds since 1970
 *   88 crc32c:i32           of bytes 0 to 87
 *   92 zeros up to 128
 * </pre>
 *
 * A segment is made under the name {@code NNNNNNNNNN.log.new}, forced, and renamed: a {@code .log} file always has a whole
 * header. Everything that lies in front of {@code previousEnd} was forced before that, so a bad frame there is corruption.
 * Because {@code previousEnd} may lie before the end of what was written there, a header also cuts off a suffix.
 */
record SegmentHeader(
        LogIdentity owner,
        long id,
        long identity,
        long previousId,
        long previousEnd,
        long previousLast,
        long released,
        long createdMillis) {
    static final int BYTES = 128;
    private static final int MAGIC = 0x544d4c53;
    private static final int VERSION = 1;
    private static final int CHECKED = 88;

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(owner.directory().getMostSignificantBits());
        out.putLong(owner.directory().getLeastSignificantBits());
        out.putInt(owner.shard()).putInt(0);
        out.putLong(id).putLong(identity);
        out.putLong(previousId).putLong(previousEnd).putLong(previousLast);
        out.putLong(released).putLong(createdMillis);
        out.putInt(crc(out));
        return out.clear();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CHECKED));
        return (int) crc.getValue();
    }

    static SegmentHeader decode(ByteBuffer in, Path file, long expectedId, LogIdentity expected)
            throws CorruptionException {
        if (in.remaining() < BYTES || in.getInt(0) != MAGIC || in.getInt(CHECKED) != crc(in)) {
            throw new CorruptionException("the header of log segment " + file
                    + " is damaged; restore the file, or the whole data directory, from a copy");
        }
        if (in.getInt(4) != VERSION) {
            throw new CorruptionException(file + " has format version " + in.getInt(4) + ", expected " + VERSION);
        }
        expected.check(new UUID(in.getLong(8), in.getLong(16)), in.getInt(24), file);
        SegmentHeader header = new SegmentHeader(
                expected,
                in.getLong(32),
                in.getLong(40),
                in.getLong(48),
                in.getLong(56),
                in.getLong(64),
                in.getLong(72),
                in.getLong(80));
        if (header.id != expectedId) {
            throw new CorruptionException(file + " is segment " + header.id + " by its header; was it renamed?");
        }
        return header;
    }
}

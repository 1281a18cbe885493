package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The control file {@code LOG}: which segments make up the log, and how far it is released. It is the release record. Replaced
 * atomically by {@link io.tidemark.disk.Disk#replace}. Numbers are big-endian.
 *
 * <pre>
 *  0  8 bytes  magic "TIDELOG1"
 *  8  u32      format version, 1
 * 12  u32      shard
 * 16  16 bytes data directory id (UUID)
 * 32  u64      released index
 * 40  u64      first live segment's id
 * 48  u64      last live segment's id; first - 1 in a log without segments
 * 56  u32      zero
 * 60  u32      CRC32C of everything before
 * </pre>
 */
record ControlFile(UUID dataDirectoryId, int shard, long releasedIndex, long firstId, long lastId) {
    static final int BYTES = 64;

    private static final long MAGIC = 0x5449_4445_4C4F_4731L;
    private static final int VERSION = 1;
    private static final int CRC_AT = BYTES - 4;

    ControlFile withLast(long id) {
        return new ControlFile(dataDirectoryId, shard, releasedIndex, firstId, id);
    }

    ControlFile withReleased(long index, long newFirstId) {
        return new ControlFile(dataDirectoryId, shard, index, newFirstId, lastId);
    }

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(shard);
        bytes.putLong(dataDirectoryId.getMostSignificantBits()).putLong(dataDirectoryId.getLeastSignificantBits());
        bytes.putLong(releasedIndex).putLong(firstId).putLong(lastId);
        bytes.putInt(CRC_AT, checksum(bytes));
        return bytes.array();
    }

    /**
     * Decodes the file's contents.
     * @param file for messages
     */
    static ControlFile decode(byte[] contents, Path file) throws CorruptionException {
        ByteBuffer bytes = ByteBuffer.wrap(contents);
        if (contents.length != BYTES || bytes.getInt(CRC_AT) != checksum(bytes)) {
            throw new CorruptionException(file + ": " + contents.length + " bytes that fail their checksum, expected "
                    + BYTES + " valid bytes; without it an outdated log can't be recognised: restore it from a copy");
        }
        long magic = bytes.getLong(0);
        int version = bytes.getInt(8);
        if (magic != MAGIC || version != VERSION) {
            throw new CorruptionException(file + ": not a log control file of format " + VERSION + " (magic "
                    + Long.toHexString(magic) + ", format " + version + ")");
        }
        return new ControlFile(
                new UUID(bytes.getLong(16), bytes.getLong(24)),
                bytes.getInt(12),
                bytes.getLong(32),
                bytes.getLong(40),
                bytes.getLong(48));
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}

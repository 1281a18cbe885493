package io.tidemark.bitcask;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of a data file. Big-endian:
 *
 * <pre>
 *    0 crc32c:i32       of all bytes after it
 *    4 index:i64        the log entry it comes from
 *   12 expiry:i64       0, reserved
 *   20 keyLength:i32    0 to 65,535
 *   24 valueLength:i32  -1: the key was removed (a tombstone)
 *   28 key, value
 * </pre>
 */
final class DataRecord {
    static final int HEADER = 28;

    /** Maximum length of a key, in bytes. */
    static final int MAX_KEY = 65_535;

    private static final int TOMBSTONE = -1;

    private DataRecord() {}

    static long sizeOf(int keyLength, int valueLength) {
        return (long) HEADER + keyLength + Math.max(0, valueLength);
    }

    static void encode(ByteBuffer out, long index, byte[] key, byte @Nullable [] value) {
        int start = out.position();
        out.putInt(0).putLong(index).putLong(0);
        out.putInt(key.length).putInt(value == null ? TOMBSTONE : value.length);
        out.put(key);
        if (value != null) {
            out.put(value);
        }
        out.putInt(start, crc(out, start, out.position()));
    }

    /** Checksum of the record at {@code start} to {@code end} of a buffer. */
    static int crc(ByteBuffer bytes, int start, int end) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = bytes.duplicate();
        crc.update(view.limit(end).position(start + 4));
        return (int) crc.getValue();
    }
}

package io.tidemark.log.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One frame of a segment, at an offset divisible by 8. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMFR"
 *    4 length:i32       of the payload
 *    8 crc32c:i32       of the segment's identity, bytes 0 to 7, bytes 12 to the end of the payload
 *   12 type:i32         1 entry, 2 mark
 *   16 index:i64        of a mark: the last entry's
 *   24 term:i64
 *   32 time:i64         milliseconds since 1970, never before the previous entry's
 *   40 forcedMark:i64   highest index known to be durable when this was written
 *   48 payload, then zeros up to a multiple of 8
 * </pre>
 *
 * @param offset where it begins
 * @param payload valid until the next read
 */
record Frame(long offset, int type, long index, long term, long timeMillis, long forcedMark, ByteBuffer payload) {
    static final int HEADER = 48;
    static final int MAGIC = 0x544d4652;
    static final int ENTRY = 1;
    static final int MARK = 2;

    /** The longest payload; a batch that is larger is refused before it gets here. */
    static final int MAX_PAYLOAD = 1 << 30;

    static long sizeOf(int payloadBytes) {
        return (HEADER + payloadBytes + 7L) & ~7L;
    }

    /** Offset of the byte behind it. */
    long end() {
        return offset + sizeOf(payload.remaining());
    }

    /** Puts a frame; the payload's position does not move. */
    static void encode(
            ByteBuffer out,
            long identity,
            int type,
            long index,
            long term,
            long timeMillis,
            long forcedMark,
            ByteBuffer payload) {
        int start = out.position();
        out.putInt(MAGIC).putInt(payload.remaining()).putInt(0).putInt(type);
        out.putLong(index).putLong(term).putLong(timeMillis).putLong(forcedMark);
        out.put(payload.duplicate());
        int end = out.position();
        out.putInt(start + 8, crc(out, start, end, identity));
        int padding = (int) (sizeOf(payload.remaining()) - (end - start));
        for (int i = 0; i < padding; i++) {
            out.put((byte) 0);
        }
    }

    /** Checksum of the frame that stands at {@code start} of a buffer and whose payload ends at {@code end}. */
    static int crc(ByteBuffer bytes, int start, int end, long identity) {
        CRC32C crc = new CRC32C();
        for (int shift = 56; shift >= 0; shift -= 8) {
            crc.update((int) (identity >>> shift) & 0xff);
        }
        ByteBuffer view = bytes.duplicate();
        crc.update(view.limit(start + 8).position(start));
        crc.update(view.limit(end).position(start + 12));
        return (int) crc.getValue();
    }
}

package io.tidemark.log.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The frame, the unit of a segment. Every frame begins at a multiple of 8 bytes, so that a scan can find the next valid one
 * after damage. Numbers are big-endian.
 *
 * <pre>
 *  0  u32  magic        "TMF" and the type: 0x01 ENTRY, 0x02 MARK
 *  4  u32  header CRC   CRC32C of the 48 header bytes, with (segment identity XOR magic) in place of these first 8
 *  8  u32  payload CRC  CRC32C of payload and padding
 * 12  u32  length       payload bytes, at most 1 GiB; 0 for MARK
 * 16  u64  index        ENTRY: the entry's; MARK: the last entry's before it (a MARK takes no index)
 * 24  u64  term         ENTRY: 1 in an embedded log; MARK: a length of the file that is durable, never less from then on
 * 32  u64  timeMillis   the entry's time
 * 40  u64  forced mark  the highest index known to be durable when this frame was written
 * 48  ...  payload, padded with zeros to a multiple of 8
 * </pre>
 *
 * <p>The identity is random for each segment file and stands in its header only. So neither the old frames in a recycled
 * file nor a client's value that looks like a frame is taken for one. The header has its own checksum: its length can be
 * trusted before the payload is read, and its forced mark is evidence even if the payload is torn.
 */
final class Frame {
    static final int ENTRY = 0x544D_4601;
    static final int MARK = 0x544D_4602;
    static final int HEADER_BYTES = 48;
    static final int MAX_PAYLOAD_BYTES = 1 << 30;

    private static final int HEADER_CRC = 4;
    private static final int PAYLOAD_CRC = 8;
    private static final int LENGTH = 12;
    private static final int INDEX = 16;
    private static final int TERM = 24;
    private static final int TIME = 32;
    private static final int FORCED_MARK = 40;

    private Frame() {}

    /** Bytes on disk of a frame with a payload of this size. */
    static int sizeOf(int payloadBytes) {
        return (HEADER_BYTES + payloadBytes + 7) & ~7;
    }

    /**
     * Writes payload, padding, length and payload checksum of the frame at {@code at}; {@link #seal} completes it. Changes the
     * buffer's position and limit, not the payload's.
     */
    static void putPayload(ByteBuffer buffer, int at, ByteBuffer payload, CRC32C crc) {
        int length = payload.remaining();
        int end = at + sizeOf(length);
        buffer.limit(end).position(at + HEADER_BYTES);
        buffer.put(payload.duplicate());
        while (buffer.position() < end) {
            buffer.put((byte) 0);
        }
        buffer.putInt(at + LENGTH, length);
        buffer.putInt(at + PAYLOAD_CRC, checksum(buffer, at + HEADER_BYTES, end, crc));
    }

    /** Fills in the header of a frame whose payload, length and payload checksum are already written. */
    static void seal(
            ByteBuffer buffer,
            int at,
            int magic,
            long identity,
            long index,
            long term,
            long timeMillis,
            long forcedMark,
            CRC32C crc) {
        buffer.putLong(at + INDEX, index);
        buffer.putLong(at + TERM, term);
        buffer.putLong(at + TIME, timeMillis);
        buffer.putLong(at + FORCED_MARK, forcedMark);
        reseal(buffer, at, magic, identity, crc);
    }

    /**
     * A MARK, ready to be written.
     *
     * @param index the last entry's index; that entry is durable
     * @param timeMillis that entry's time
     * @param fileBytes a durable length of the file
     */
    static ByteBuffer mark(long identity, long index, long timeMillis, long fileBytes) {
        ByteBuffer frame = ByteBuffer.allocateDirect(HEADER_BYTES);
        CRC32C crc = new CRC32C();
        putPayload(frame, 0, ByteBuffer.allocate(0), crc);
        seal(frame, 0, MARK, identity, index, fileBytes, timeMillis, index, crc);
        return frame.clear();
    }

    /** Gives a whole frame another segment's identity. */
    static void reseal(ByteBuffer buffer, int at, int magic, long identity, CRC32C crc) {
        int sum = headerChecksum(buffer, at, magic, identity, crc);
        buffer.putInt(at, magic);
        buffer.putInt(at + HEADER_CRC, sum);
    }

    /** Whether a valid frame header of this segment is at {@code at}, where at least 48 bytes remain. */
    static boolean headerValid(ByteBuffer buffer, int at, long identity, CRC32C crc) {
        int magic = buffer.getInt(at);
        if (magic != ENTRY && magic != MARK) {
            return false;
        }
        int length = length(buffer, at);
        if (length < 0 || length > MAX_PAYLOAD_BYTES || (magic == MARK && length != 0)) {
            return false;
        }
        long first = buffer.getLong(at);
        int found = (int) first;
        int expected = headerChecksum(buffer, at, magic, identity, crc);
        buffer.putLong(at, first);
        return found == expected;
    }

    /** Whether the payload, which must be wholly in the buffer, matches the header's checksum. */
    static boolean payloadValid(ByteBuffer buffer, int at, CRC32C crc) {
        int end = at + sizeOf(length(buffer, at));
        return checksum(buffer, at + HEADER_BYTES, end, crc) == buffer.getInt(at + PAYLOAD_CRC);
    }

    static int magic(ByteBuffer buffer, int at) {
        return buffer.getInt(at);
    }

    static int length(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH);
    }

    static long index(ByteBuffer buffer, int at) {
        return buffer.getLong(at + INDEX);
    }

    static long term(ByteBuffer buffer, int at) {
        return buffer.getLong(at + TERM);
    }

    /** The durable file length that a MARK records. */
    static long fileBytes(ByteBuffer buffer, int at) {
        return buffer.getLong(at + TERM);
    }

    static long timeMillis(ByteBuffer buffer, int at) {
        return buffer.getLong(at + TIME);
    }

    static long forcedMark(ByteBuffer buffer, int at) {
        return buffer.getLong(at + FORCED_MARK);
    }

    /** The payload, read-only, sharing the buffer's memory. */
    static ByteBuffer payload(ByteBuffer buffer, int at) {
        return buffer.slice(at + HEADER_BYTES, length(buffer, at)).asReadOnlyBuffer();
    }

    private static int headerChecksum(ByteBuffer buffer, int at, int magic, long identity, CRC32C crc) {
        buffer.putLong(at, identity ^ magic);
        return checksum(buffer, at, at + HEADER_BYTES, crc);
    }

    /** Leaves the buffer's limit at its capacity, since readers use absolute positions. */
    private static int checksum(ByteBuffer buffer, int from, int to, CRC32C crc) {
        crc.reset();
        buffer.limit(to).position(from);
        crc.update(buffer);
        buffer.clear();
        return (int) crc.getValue();
    }
}

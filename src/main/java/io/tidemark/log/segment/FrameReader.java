package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.log.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads the frames of one segment in order and validates each: both checksums, the index (consecutive), the forced mark
 * (below the entry's own index). Reads ahead in large steps. A length is trusted only if the header's checksum is valid and
 * the file has that many bytes. Not thread-safe.
 */
final class FrameReader {
    private static final int WINDOW_BYTES = 256 << 10;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer window = ByteBuffer.allocateDirect(0);
    private final DiskFile file;
    private final long identity;
    private final long end;
    private long windowAt;
    private int windowBytes;
    private long offset = SegmentHeader.BYTES;
    private long nextOffset = SegmentHeader.BYTES;
    private long nextIndex;

    /**
     * A reader positioned before a segment's first frame.
     *
     * @param end offset at which to stop, at most the file's length
     */
    FrameReader(DiskFile file, SegmentHeader header, long end) {
        this.file = file;
        this.identity = header.identity();
        this.end = end;
        this.nextIndex = header.firstIndex();
    }

    /**
     * Moves to the next frame.
     *
     * @return false if no valid frame is at {@link #nextOffset}, because of the end or of damage
     */
    boolean next() throws IOException {
        offset = nextOffset;
        if (!load(Frame.HEADER_BYTES) || !Frame.headerValid(window, at(), identity, crc)) {
            return false;
        }
        int bytes = Frame.sizeOf(Frame.length(window, at()));
        if (!load(bytes) || !Frame.payloadValid(window, at(), crc) || !inSequence()) {
            return false;
        }
        nextOffset = offset + bytes;
        if (isEntry()) {
            nextIndex++;
        }
        return true;
    }

    private boolean inSequence() {
        long index = index();
        return isEntry() ? index == nextIndex && forcedMark() < index : index == nextIndex - 1 && forcedMark() <= index;
    }

    boolean isEntry() {
        return Frame.magic(window, at()) == Frame.ENTRY;
    }

    long index() {
        return Frame.index(window, at());
    }

    long timeMillis() {
        return Frame.timeMillis(window, at());
    }

    long forcedMark() {
        return Frame.forcedMark(window, at());
    }

    /** The durable file length that the current frame, a MARK, records. */
    long fileBytes() {
        return Frame.fileBytes(window, at());
    }

    int payloadBytes() {
        return Frame.length(window, at());
    }

    /** The current frame as an entry; its payload is valid until {@link #next}. */
    LogEntry entry() {
        return new LogEntry(index(), Frame.term(window, at()), timeMillis(), Frame.payload(window, at()));
    }

    /** The current frame's bytes, resealed for another segment; valid until {@link #next}. */
    ByteBuffer resealed(long otherIdentity) {
        Frame.reseal(window, at(), Frame.magic(window, at()), otherIdentity, crc);
        return window.slice(at(), (int) (nextOffset - offset));
    }

    /** Where the last valid frame ends; once {@link #next} has returned false, where the end or the damage begins. */
    long nextOffset() {
        return nextOffset;
    }

    /** The index that the next entry must have. */
    long nextIndex() {
        return nextIndex;
    }

    private int at() {
        return (int) (offset - windowAt);
    }

    private boolean load(int bytes) throws IOException {
        if (bytes > end - offset) {
            return false;
        }
        if (windowBytes > 0 && offset >= windowAt && offset + bytes <= windowAt + windowBytes) {
            return true;
        }
        int needed = Math.max(bytes, (int) Math.min(WINDOW_BYTES, end - offset));
        if (needed > window.capacity()) {
            window = ByteBuffer.allocateDirect(needed);
        }
        windowAt = offset;
        windowBytes = (int) Math.min(window.capacity(), end - offset);
        file.readFully(window.clear().limit(windowBytes), offset);
        window.clear();
        return true;
    }
}

package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import io.tidemark.log.NotYetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The segment that is appended to, through the descriptor it was made with. One thread writes; {@link #durableEnd} may be
 * read by any.
 */
final class ActiveSegment {
    private final SegmentHeader header;
    private final Path path;
    private final DiskFile file;
    private volatile long durableEnd;

    ActiveSegment(SegmentHeader header, Path path, DiskFile file, long durableEnd) {
        this.header = header;
        this.path = path;
        this.file = file;
        this.durableEnd = durableEnd;
    }

    SegmentHeader header() {
        return header;
    }

    Path path() {
        return path;
    }

    /** Where the last durable frame ends, and the next one goes. */
    long durableEnd() {
        return durableEnd;
    }

    boolean isEmpty() {
        return durableEnd == SegmentHeader.BYTES;
    }

    /**
     * One positional write, one force.
     *
     * @throws NotYetException if the write found no room. Some of the frames may be there, behind the durable end; nothing
     *     was forced. Only the same bytes may be appended then
     * @throws IOException if this segment must not be touched again, but by close
     */
    void append(ByteBuffer frames) throws IOException {
        long at = durableEnd;
        long end = at + frames.remaining();
        try {
            file.writeFully(frames.duplicate(), at);
        } catch (IOException failure) {
            if (DiskFull.isCauseOf(failure)) {
                throw new NotYetException("no room for " + (end - at) + " bytes at " + at + " of " + path, failure);
            }
            throw failure;
        }
        file.force();
        durableEnd = end;
    }

    /** What it is once nothing more is appended; all of it is durable. */
    Segment sealed(long lastIndex) {
        return new Segment(header, path, durableEnd, lastIndex, durableEnd);
    }

    void close() throws IOException {
        file.close();
    }
}

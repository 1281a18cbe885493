package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import io.tidemark.log.NotYetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * The segment that is appended to, through the descriptor it was made with. One thread writes; {@link #durableEnd} and {@link
 * #fileBytes} may be read by any.
 *
 * <p>A force of a file that has grown must also write the file system's journal, and the journals of all shards are one; a
 * force of blocks that have been written before need not. So zeros are written ahead of the frames, in steps that grow with
 * the file, and share the force of the frames that made them necessary. Recovery takes zeros for the end.
 */
final class ActiveSegment {
    private static final int LEAST_AHEAD_BYTES = 64 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    /**
     * How far zeros go ahead of the frames.
     *
     * @param stepBytes most at a time
     * @param upTo none from this offset on
     * @param wanted whether there is room for it
     */
    record Ahead(int stepBytes, long upTo, BooleanSupplier wanted) {
        static final Ahead NONE = new Ahead(0, 0, () -> false);
    }

    private final SegmentHeader header;
    private final Path path;
    private final DiskFile file;
    private final Ahead ahead;
    private volatile long durableEnd;
    private volatile long fileBytes;
    private boolean writesAhead = true;

    /**
     * A segment with its name.
     *
     * @param durableEnd where the next frame goes
     * @param fileBytes the file's length; blocks below it have been written before
     */
    ActiveSegment(SegmentHeader header, Path path, DiskFile file, long durableEnd, long fileBytes, Ahead ahead) {
        this.header = header;
        this.path = path;
        this.file = file;
        this.durableEnd = durableEnd;
        this.fileBytes = fileBytes;
        this.ahead = ahead;
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

    /** Length of the file, zeros ahead included. */
    long fileBytes() {
        return fileBytes;
    }

    boolean isEmpty() {
        return durableEnd == SegmentHeader.BYTES;
    }

    /**
     * One positional write or two, one force.
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
        if (end > fileBytes) {
            fileBytes = writeAhead(end);
        }
        file.force();
        durableEnd = end;
    }

    /** Returns the length of the file. A failure costs speed, no more: the frames have been written. */
    private long writeAhead(long end) {
        long step = Math.min(ahead.stepBytes(), Math.max(LEAST_AHEAD_BYTES, Long.highestOneBit(end)));
        long to = Math.min(end + step, ahead.upTo());
        if (!writesAhead || to <= end || !ahead.wanted().getAsBoolean()) {
            return end;
        }
        try {
            for (long at = end; at < to; at += ZEROS.capacity()) {
                file.writeFully(ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), to - at)), at);
            }
            return to;
        } catch (IOException noRoom) {
            writesAhead = false;
            return end;
        }
    }

    /** What it is once nothing more is appended; all of it is durable. */
    Segment sealed(long lastIndex) {
        return new Segment(header, path, durableEnd, lastIndex, fileBytes);
    }

    void close() throws IOException {
        file.close();
    }
}

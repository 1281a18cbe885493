package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.FileStamp;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment that is appended to, through the descriptor it was made with. One thread writes; {@link #durableEnd} and {@link
 * #fileBytes} may be read by any.
 *
 * <p>The file goes ahead of its frames, for two reasons:
 *
 * <ul>
 *   <li>A force of a file that has grown must also write the file system's journal, and the journals of all shards are one; a
 *       force of blocks that have been written before need not. So zeros are written ahead, in steps that grow with the file.
 *   <li>A file that was cut off at a frame's edge reads like one that was never longer. So a frame is acknowledged only in a
 *       part of the file whose length is on record: in the header, or in a MARK. Each record is itself in the part that the
 *       one before it vouches for; so wherever the file is cut off, what is left of it says that it was longer.
 * </ul>
 *
 * <p>A record must not say what isn't durable yet: a process that dies then would leave a sound file that looks damaged. So
 * the file is made longer with one force, and the MARK that says so goes in front of the next group. Only a group that is larger
 * than what lies ahead has to wait for a force of its own. Length takes no more room than a block, and so is made also when
 * space is short; zeros are not. If there is not even room for that, the frames are as durable, and a file that is cut off
 * between them, or before the first, is not told from a shorter one.
 */
final class ActiveSegment {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveSegment.class);
    private static final int LEAST_AHEAD_BYTES = 64 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    /**
     * How far the file goes ahead of the frames.
     *
     * @param stepBytes most zeros at a time; 0 if it doesn't go ahead at all
     * @param upTo not beyond this length, but for a frame that needs more
     * @param ample whether there is room for what only saves time: zeros, and files kept to be used again
     */
    record Ahead(int stepBytes, long upTo, BooleanSupplier ample) {
        static final Ahead NONE = new Ahead(0, 0, () -> false);

        private boolean possible() {
            return stepBytes > 0;
        }

        private long stepAt(long end) {
            return Math.min(stepBytes, Math.max(LEAST_AHEAD_BYTES, Long.highestOneBit(end)));
        }

        /**
         * Makes a file longer before it gets its name, if it can be.
         *
         * @param from its length
         * @param groupBytes of the first group
         */
        void begin(DiskFile file, long from, int groupBytes) {
            long needed = (long) SegmentHeader.BYTES + groupBytes + Frame.HEADER_BYTES;
            long step = stepAt(from);
            long to = Math.max(needed, Math.min(from + step + step / 2, upTo));
            if (possible() && to > from) {
                lengthen(file, to);
            }
        }
    }

    private final SegmentHeader header;
    private final Path path;
    private final DiskFile file;
    private final Ahead ahead;
    private final @Nullable FileStamp made;
    private volatile long durableEnd;
    private volatile long fileBytes;
    private long durableBytes;
    private long recordedBytes;
    private long zerosTo;
    private boolean zeros;
    private boolean begun;

    /**
     * A segment with its name, its file as long as the header says.
     *
     * @param durableEnd where the next frame goes
     * @param made what its name stands for
     */
    ActiveSegment(
            SegmentHeader header, Path path, DiskFile file, long durableEnd, Ahead ahead, @Nullable FileStamp made) {
        this.header = header;
        this.made = made;
        this.path = path;
        this.file = file;
        this.durableEnd = durableEnd;
        this.fileBytes = header.fileBytes();
        this.durableBytes = fileBytes;
        this.recordedBytes = fileBytes;
        this.zerosTo = header.reused() ? fileBytes : durableEnd;
        this.zeros = ahead.possible();
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

    /** Length of the file, with what it goes ahead. */
    long fileBytes() {
        return fileBytes;
    }

    /** Whether what a name stands for now is this file. Any thread. */
    boolean isSameFileAs(FileStamp now) {
        return made == null || made.key().equals(now.key());
    }

    boolean isEmpty() {
        return durableEnd == SegmentHeader.BYTES;
    }

    /** How long the file must be for a group of that many bytes: a MARK before it, if one is due, and room for one after it. */
    long bytesWith(int groupBytes) {
        return durableEnd + dueMarkBytes() + groupBytes + Frame.HEADER_BYTES;
    }

    private int dueMarkBytes() {
        return durableBytes > Math.max(recordedBytes, durableEnd + Frame.HEADER_BYTES) ? Frame.HEADER_BYTES : 0;
    }

    /**
     * Makes a group durable: a positional write or a few, one force; two if the group is larger than what lies ahead.
     *
     * @param lastIndex of the entry before the group
     * @param lastTimeMillis of the entry before the group
     * @throws RetryLaterException if the write found no room. Some of the frames may be there, behind the durable end; none was
     *     forced. Only the same group may be appended then; it goes to the same place
     * @throws IOException if this segment must not be touched again, but by close
     */
    void append(ByteBuffer frames, long lastIndex, long lastTimeMillis) throws IOException {
        int groupBytes = frames.remaining();
        if (!begun && bytesWith(groupBytes) > durableBytes && ahead.possible()) {
            makeLonger(groupBytes);
        }
        begun = true; // a force now, and what it finds of this group would be on disk where the next try does not put
        // it
        long at = durableEnd;
        if (dueMarkBytes() > 0) {
            writeFrames(markFrame(lastIndex, lastTimeMillis), at);
            at += Frame.HEADER_BYTES;
        }
        writeFrames(frames.duplicate(), at);
        long end = at + groupBytes;
        fileBytes = Math.max(fileBytes, end);
        if (ahead.possible()) {
            goAhead(end, groupBytes);
        }
        force(end, at > durableEnd);
        begun = false;
    }

    /** Says on disk that every entry so far is durable. Nothing is appended afterwards. The same errors as of an append. */
    void mark(long lastIndex, long lastTimeMillis) throws IOException {
        long at = durableEnd;
        writeFrames(markFrame(lastIndex, lastTimeMillis), at);
        fileBytes = Math.max(fileBytes, at + Frame.HEADER_BYTES);
        force(at + Frame.HEADER_BYTES, true);
    }

    private ByteBuffer markFrame(long lastIndex, long lastTimeMillis) {
        return Frame.mark(header.identity(), lastIndex, lastTimeMillis, durableBytes);
    }

    private void writeFrames(ByteBuffer frames, long at) throws IOException {
        int bytes = frames.remaining();
        try {
            file.writeFully(frames, at);
        } catch (IOException failure) {
            if (DiskFull.mayBeCauseOf(failure)) {
                throw new RetryLaterException("no room for " + bytes + " bytes at " + at + " of " + path, failure);
            }
            throw failure;
        }
    }

    private void force(long end, boolean marked) throws IOException {
        file.force();
        durableEnd = end;
        if (marked) {
            recordedBytes = durableBytes;
        }
        durableBytes = fileBytes;
    }

    /** For a group that is larger than what lies ahead; its MARK still fits. */
    private void makeLonger(int groupBytes) throws IOException {
        long needed = durableEnd + groupBytes + 2L * Frame.HEADER_BYTES;
        long to = Math.max(needed, Math.min(needed + ahead.stepAt(needed), ahead.upTo()));
        if (lengthen(file, to)) {
            fileBytes = to;
            file.force();
            durableBytes = to;
        }
    }

    /** Zeros for a step, and length for two groups of this size; with the force that comes. */
    private void goAhead(long end, int groupBytes) {
        long step = ahead.stepAt(end);
        zerosTo = Math.max(zerosTo, end);
        if (isNear(zerosTo, end, step) && zeros && ahead.ample().getAsBoolean()) {
            writeZeros(Math.min(zerosTo + step, ahead.upTo()));
        }
        long distance = Math.max(step, 2L * groupBytes);
        long to = Math.min(end + distance + distance / 2, ahead.upTo());
        if (isNear(fileBytes, end, distance) && to > fileBytes && lengthen(file, to)) {
            fileBytes = to;
        }
    }

    private static boolean isNear(long ahead, long end, long distance) {
        return ahead - end < distance / 2 + 2 * Frame.HEADER_BYTES;
    }

    private void writeZeros(long to) {
        try {
            for (long at = zerosTo; at < to; at += ZEROS.capacity()) {
                file.writeFully(ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), to - at)), at);
            }
            zerosTo = Math.max(zerosTo, to);
            fileBytes = Math.max(fileBytes, zerosTo);
        } catch (IOException noRoom) {
            zeros = false; // that costs speed, no more
        }
    }

    /** Whether the file is that long now, with a hole where nothing was written. */
    private static boolean lengthen(DiskFile file, long to) {
        try {
            file.writeFully(ZEROS.duplicate().limit(1), to - 1);
            return true;
        } catch (IOException noRoom) {
            LOG.debug("{}: can't be made {} bytes long", file.path(), to, noRoom);
            return false;
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

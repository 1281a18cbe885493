package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.FileStamp;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The segment that is appended to, through the descriptor it was created with. Only the log's thread writes; {@link
 * #durableEnd} and {@link #fileBytes} may be read by any thread.
 *
 * <p>The file is preallocated beyond its frames, for two reasons:
 *
 * <ul>
 *   <li>The force of a file that has grown must also write the file system's journal, which all shards share; the force of
 *       blocks that have been written before need not. So zeros are written ahead, in steps that grow with the file.
 *   <li>A file truncated between two frames looks like one that was never longer. So a frame is acknowledged only in a part
 *       of the file whose length is on record: in the header, or in a MARK. Each such record is itself within the length
 *       that the one before it states; so wherever the file is truncated, the part left states that it was longer.
 * </ul>
 *
 * <p>A record must not state a length that isn't durable yet: a process that dies then would leave a sound file that looks
 * damaged. So the file is extended with one force, and the MARK that states the length goes in front of the next group. Only a
 * group larger than the preallocated part needs a force of its own first. Extending the length takes only one block, and so is
 * also done when space is short; writing zeros is not. If there is no space even for that, the frames are as durable, but a
 * truncation between or before them can't be detected.
 */
final class ActiveSegment {

    private final SegmentHeader header;
    private final Path path;
    private final DiskFile file;
    private final Preallocator preallocator;
    private final @Nullable FileStamp stamp;
    private volatile long durableEnd;
    private volatile long fileBytes;
    private long durableBytes;
    private long recordedBytes;
    private long zerosTo;
    private boolean zeroing;
    private boolean partlyWritten;

    /**
     * A named segment, its file as long as the header says.
     *
     * @param durableEnd offset of the next frame
     * @param stamp the file that its name refers to
     */
    ActiveSegment(
            SegmentHeader header,
            Path path,
            DiskFile file,
            long durableEnd,
            Preallocator preallocator,
            @Nullable FileStamp stamp) {
        this.header = header;
        this.stamp = stamp;
        this.path = path;
        this.file = file;
        this.durableEnd = durableEnd;
        this.fileBytes = header.fileBytes();
        this.durableBytes = fileBytes;
        this.recordedBytes = fileBytes;
        this.zerosTo = header.reused() ? fileBytes : durableEnd;
        this.zeroing = preallocator.isEnabled();
        this.preallocator = preallocator;
    }

    SegmentHeader header() {
        return header;
    }

    Path path() {
        return path;
    }

    /** Offset where the last durable frame ends and the next one begins. */
    long durableEnd() {
        return durableEnd;
    }

    /** Length of the file, including the preallocated part. */
    long fileBytes() {
        return fileBytes;
    }

    /** Whether a name now refers to this file. Any thread. */
    boolean isSameFile(FileStamp now) {
        return stamp == null || stamp.key().equals(now.key());
    }

    boolean isEmpty() {
        return durableEnd == SegmentHeader.BYTES;
    }

    /** File length needed for a group of that size: with a MARK before it, if one is due, and room for one after it. */
    long bytesWith(int groupBytes) {
        return durableEnd + dueMarkBytes() + groupBytes + Frame.HEADER_BYTES;
    }

    private int dueMarkBytes() {
        return durableBytes > Math.max(recordedBytes, durableEnd + Frame.HEADER_BYTES) ? Frame.HEADER_BYTES : 0;
    }

    /**
     * Makes a group durable: one or a few positional writes and one force; two forces if the group exceeds the preallocated
     * part.
     *
     * @param lastIndex index of the entry before the group
     * @param lastTimeMillis time of the entry before the group
     * @throws RetryLaterException if the disk is too full. Some of the frames may be written, after the durable end;
     *     nothing was forced. The next append must be of the same group; it goes to the same place
     * @throws IOException if the segment must only be closed from then on
     */
    void append(ByteBuffer frames, long lastIndex, long lastTimeMillis) throws IOException {
        int groupBytes = frames.remaining();
        if (!partlyWritten && bytesWith(groupBytes) > durableBytes && preallocator.isEnabled()) {
            extend(groupBytes);
        }
        // no extension before a retry: its force would make part of this group durable,
        // and the MARK then due would move the place that the retry writes to
        partlyWritten = true;
        long at = durableEnd;
        if (dueMarkBytes() > 0) {
            writeFrames(markFrame(lastIndex, lastTimeMillis), at);
            at += Frame.HEADER_BYTES;
        }
        writeFrames(frames.duplicate(), at);
        long end = at + groupBytes;
        fileBytes = Math.max(fileBytes, end);
        if (preallocator.isEnabled()) {
            preallocate(end, groupBytes);
        }
        force(end, at > durableEnd);
        partlyWritten = false;
    }

    /** Writes a MARK that every entry so far is durable. Nothing is appended afterwards. Throws as {@link #append} does. */
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
                throw new RetryLaterException("no space for " + bytes + " bytes at " + at + " of " + path, failure);
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

    /** For a group that exceeds the preallocated part; its MARK still fits. */
    private void extend(int groupBytes) throws IOException {
        long needed = durableEnd + groupBytes + 2L * Frame.HEADER_BYTES;
        long to = Math.max(needed, Math.min(needed + preallocator.stepAt(needed), preallocator.maxFileBytes()));
        if (Preallocator.lengthen(file, to)) {
            fileBytes = to;
            file.force();
            durableBytes = to;
        }
    }

    /** Preallocates zeros for a step and length for two groups of this size; the next force makes them durable. */
    private void preallocate(long end, int groupBytes) {
        long step = preallocator.stepAt(end);
        zerosTo = Math.max(zerosTo, end);
        if (isNear(zerosTo, end, step) && zeroing && preallocator.ample().getAsBoolean()) {
            writeZeros(Math.min(zerosTo + step, preallocator.maxFileBytes()));
        }
        long distance = Math.max(step, 2L * groupBytes);
        long to = Math.min(end + distance + distance / 2, preallocator.maxFileBytes());
        if (isNear(fileBytes, end, distance) && to > fileBytes && Preallocator.lengthen(file, to)) {
            fileBytes = to;
        }
    }

    private static boolean isNear(long preallocatedTo, long end, long distance) {
        return preallocatedTo - end < distance / 2 + 2 * Frame.HEADER_BYTES;
    }

    private void writeZeros(long to) {
        try {
            for (long at = zerosTo; at < to; at += Preallocator.ZEROS.capacity()) {
                int bytes = (int) Math.min(Preallocator.ZEROS.capacity(), to - at);
                file.writeFully(Preallocator.ZEROS.duplicate().limit(bytes), at);
            }
            zerosTo = Math.max(zerosTo, to);
            fileBytes = Math.max(fileBytes, zerosTo);
        } catch (IOException noRoom) {
            zeroing = false; // costs only speed
        }
    }

    /** This segment as a sealed one; all of it is durable. */
    Segment sealed(long lastIndex) {
        return new Segment(header, path, durableEnd, lastIndex, fileBytes);
    }

    void close() throws IOException {
        file.close();
    }
}

package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The segment that is being appended to, with the descriptor that made it. On the log's thread. */
final class ActiveSegment implements AutoCloseable {
    private final DiskFile file;
    private final SegmentHeader header;
    private volatile long end;
    private volatile long last;
    private boolean marked = true;

    private ActiveSegment(DiskFile file, SegmentHeader header, long end, long last) {
        this.file = file;
        this.header = header;
        this.end = end;
        this.last = last;
    }

    /**
     * Makes a segment durable under its name, with whatever it must begin with. {@code LOG} does not know it yet.
     *
     * @param beginning frames up to index {@code last}, in a buffer of their own
     */
    static ActiveSegment create(Disk disk, Path directory, SegmentHeader header, ByteBuffer beginning, long last)
            throws IOException {
        Path fresh = directory.resolve(Segment.name(header.id()) + ".new");
        disk.delete(fresh);
        DiskFile file = disk.create(fresh);
        try {
            file.writeFully(header.encode(), 0);
            long end = (long) SegmentHeader.BYTES + beginning.remaining();
            file.writeFully(beginning, SegmentHeader.BYTES);
            file.force();
            disk.rename(fresh, Segment.path(directory, header.id()));
            disk.forceDirectory(directory);
            return new ActiveSegment(file, header, end, last);
        } catch (IOException | RuntimeException e) {
            try {
                file.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    SegmentHeader header() {
        return header;
    }

    long end() {
        return end;
    }

    boolean empty() {
        return end == SegmentHeader.BYTES;
    }

    /** Writes and forces frames; they count from now on. A failure is final for the log. */
    void append(ByteBuffer frames, long lastIndex) throws IOException {
        long newEnd = end + frames.remaining();
        file.writeFully(frames, end);
        file.force();
        end = newEnd;
        marked = lastIndex == last;
        last = lastIndex;
    }

    /** Says in the log itself that its last entry is durable; call it only when that is so. */
    void appendMark(long timeMillis) throws IOException {
        ByteBuffer frame = ByteBuffer.allocateDirect(Frame.HEADER);
        Frame.encode(frame, header.identity(), Frame.MARK, last, 1, timeMillis, last, ByteBuffer.allocate(0));
        append(frame.flip(), last);
    }

    /** Whether no frame says yet that the last entry is durable. */
    boolean wantsMark() {
        return !marked;
    }

    Segment sealed() {
        return new Segment(header, end, last);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

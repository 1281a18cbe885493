package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileWindow;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the frames of one segment through a window that moves along the file. Not thread-safe. */
final class SegmentReader {
    private final FileWindow window;
    private final long identity;
    private final long end;

    /** @param end nothing is read from there on */
    SegmentReader(DiskFile file, long identity, long end) {
        this.window = new FileWindow(file, end);
        this.identity = identity;
        this.end = end;
    }

    /**
     * The frame that begins at an offset.
     *
     * @return {@code null} if there is no whole and valid one
     */
    @Nullable
    Frame at(long offset) throws IOException {
        if (offset + Frame.HEADER > end) {
            return null;
        }
        int at = window.load(offset, Frame.HEADER);
        ByteBuffer bytes = window.bytes();
        if (bytes.getInt(at) != Frame.MAGIC) {
            return null;
        }
        int length = bytes.getInt(at + 4);
        if (length < 0 || length > Frame.MAX_PAYLOAD || offset + Frame.HEADER + length > end) {
            return null;
        }
        at = window.load(offset, Frame.HEADER + length);
        bytes = window.bytes();
        int payloadEnd = at + Frame.HEADER + length;
        if (bytes.getInt(at + 8) != Frame.crc(bytes, at, payloadEnd, identity)) {
            return null;
        }
        ByteBuffer payload = bytes.duplicate().limit(payloadEnd).position(at + Frame.HEADER);
        return new Frame(
                offset,
                bytes.getInt(at + 12),
                bytes.getLong(at + 16),
                bytes.getLong(at + 24),
                bytes.getLong(at + 32),
                bytes.getLong(at + 40),
                payload.slice().asReadOnlyBuffer());
    }

    /**
     * Looks for frames behind a bad one, at every place where one may begin.
     *
     * @return the highest forced mark that any of them carries, or -1
     */
    long highestMarkFrom(long offset) throws IOException {
        long highest = -1;
        long at = offset;
        while (at + Frame.HEADER <= end) {
            int in = window.load(at, Frame.HEADER);
            if (window.bytes().getInt(in) != Frame.MAGIC) {
                at += 8;
                continue;
            }
            Frame frame = at(at);
            if (frame == null) {
                at += 8;
            } else {
                highest = Math.max(highest, frame.forcedMark());
                at = frame.end();
            }
        }
        return highest;
    }

    /** Whether anything but zeros stands from an offset on. */
    boolean anythingFrom(long offset) throws IOException {
        for (long at = offset; at < end; at++) {
            int in = window.load(at, 1);
            if (window.bytes().get(in) != 0) {
                return true;
            }
        }
        return false;
    }
}

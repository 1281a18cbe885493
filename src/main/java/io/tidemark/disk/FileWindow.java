package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a file through a window that moves along it, for scans that touch each byte once. Not thread-safe. */
public final class FileWindow {
    private static final int BYTES = 1 << 20;

    private final DiskFile file;
    private final long end;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long start;

    /**
     * A window on a file.
     *
     * @param end nothing is read from there on; the file must be that long
     */
    public FileWindow(DiskFile file, long end) {
        this.file = file;
        this.end = end;
    }

    /** Nothing is read from this offset on. */
    public long end() {
        return end;
    }

    /**
     * Makes sure that so many bytes can be read at once.
     *
     * @param offset where in the file
     * @param bytes at most {@code end() - offset}
     * @return where they begin in {@link #bytes}
     */
    public int load(long offset, int bytes) throws IOException {
        if (offset >= start && offset + bytes <= start + window.limit()) {
            return (int) (offset - start);
        }
        int size = (int) Math.min(Math.max(BYTES, bytes), end - offset);
        if (window.capacity() < size) {
            window = ByteBuffer.allocate(size);
        }
        window.clear().limit(size);
        file.readFully(window, offset);
        window.flip();
        start = offset;
        return 0;
    }

    /** What is loaded; valid until the next {@link #load}. */
    public ByteBuffer bytes() {
        return window;
    }
}

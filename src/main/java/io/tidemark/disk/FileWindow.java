package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a file through a sliding window, for scans that read each byte once. Not thread-safe.
 *
 * @since 0.1
 */
public final class FileWindow {
    private static final int BYTES = 1 << 20;

    private final DiskFile file;
    private final long end;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long start;

    /**
     * A window on a file.
     *
     * @param file the file to read
     * @param end offset at which reading ends; the file must be at least that long
     */
    public FileWindow(DiskFile file, long end) {
        this.file = file;
        this.end = end;
    }

    /** {@return the offset at which reading ends} */
    public long end() {
        return end;
    }

    /**
     * Loads a range, unless it is already in the window.
     *
     * @param offset in the file
     * @param bytes at most {@code end() - offset}
     * @return where the range begins in {@link #bytes}
     * @throws IOException if the bytes can't be read
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

    /** {@return the loaded bytes; valid until the next {@link #load}} */
    public ByteBuffer bytes() {
        return window;
    }
}

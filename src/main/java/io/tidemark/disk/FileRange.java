package io.tidemark.disk;

import java.io.IOException;

/**
 * A mapped range of a file, to write parts of it back before the file is forced as a whole, so that the force has little to do.
 * It uses a separate descriptor, so the kernel reports an error that {@link #force} meets to the writing descriptor as well.
 *
 * <p>Writing back proves nothing: only {@link DiskFile#force} makes bytes durable. But a failure here is as final as a failed
 * force. The kernel drops the pages, and later ranges and forces may report success over the loss (measured: 27 ranges and
 * three forces did).
 *
 * <p>There is nothing to close. The mapping is freed when this object is garbage collected; until then an unlinked file
 * keeps its blocks. So keep few of them, and none longer than needed. Never use one on an event loop.
 *
 * @since 0.1
 */
public interface FileRange {
    /** Longest range that can be mapped, in bytes. */
    int MAX_BYTES = 1 << 30;

    /** {@return the offset of its first byte in the file} */
    long offset();

    /** {@return its length in bytes} */
    int length();

    /**
     * Writes the pages of these bytes back to the device and waits for it (msync). Blocks.
     *
     * @param offset in the file
     * @param bytes how many, at least 1
     * @throws IndexOutOfBoundsException if they are not within the range
     * @throws IOException if any byte of the file may be lost: treat it as a failed force of the file
     */
    void force(long offset, int bytes) throws IOException;
}

package io.tidemark.disk;

import java.io.IOException;

/**
 * A range of a file through which parts of it are written back before the file is forced as a whole, so that the force
 * finds little to do. It has a descriptor of its own: an error that {@link #force} meets is told to the file's writing
 * descriptor once more.
 *
 * <p>It proves nothing by itself: only {@link DiskFile#force} makes bytes durable. But what fails here is as final as a
 * failing force. The pages are dropped, and later ranges and forces may report success over the loss (measured: 27 ranges
 * and three forces did).
 *
 * <p>There is nothing to close. The mapping goes when the object is collected, and until then an unlinked file keeps its
 * blocks; so have few of them, and hold none longer than needed. No thread that uses one may be on an event loop.
 */
public interface FileRange {
    /** Longest range that can be mapped at once, in bytes. */
    int MAX_BYTES = 1 << 30;

    /** Where it begins in the file, in bytes. */
    long offset();

    /** Its length in bytes. */
    int length();

    /**
     * Writes the pages that these bytes are on back to the device and waits for it (msync). Blocks.
     *
     * @param offset in the file
     * @param bytes how many, at least 1
     * @throws IndexOutOfBoundsException if they are not within the range
     * @throws IOException if any byte of the file may be lost: the file's force has failed
     */
    void force(long offset, int bytes) throws IOException;
}

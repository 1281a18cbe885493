package io.tidemark.log.segment;

import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how far a segment's file is preallocated beyond its frames; see {@link ActiveSegment} for the reasons.
 *
 * @param stepBytes max zeros written at a time; 0 for no preallocation
 * @param maxFileBytes the file is not preallocated beyond this length, unless a frame needs more
 * @param ample whether disk space is ample enough for what only saves time: zeros, and spare files
 */
record Preallocator(int stepBytes, long maxFileBytes, BooleanSupplier ample) {
    static final Preallocator NONE = new Preallocator(0, 0, () -> false);
    static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    private static final Logger LOG = LoggerFactory.getLogger(Preallocator.class);
    private static final int MIN_STEP_BYTES = 64 << 10;

    boolean isEnabled() {
        return stepBytes > 0;
    }

    /** How many zeros to write next, given where the frames end. */
    long stepAt(long end) {
        return Math.min(stepBytes, Math.max(MIN_STEP_BYTES, Long.highestOneBit(end)));
    }

    /**
     * Extends a file before it gets its name, if enabled and the disk has space.
     *
     * @param from its length
     * @param groupBytes size of the first group
     */
    void begin(DiskFile file, long from, int groupBytes) {
        long needed = (long) SegmentHeader.BYTES + groupBytes + Frame.HEADER_BYTES;
        long step = stepAt(from);
        long to = Math.max(needed, Math.min(from + step + step / 2, maxFileBytes));
        if (isEnabled() && to > from) {
            lengthen(file, to);
        }
    }

    /** Extends a file to a length, with a hole where nothing was written; returns whether that succeeded. */
    static boolean lengthen(DiskFile file, long to) {
        try {
            file.writeFully(ZEROS.duplicate().limit(1), to - 1);
            return true;
        } catch (IOException noSpace) {
            LOG.debug("{}: can't be extended to {} bytes", file.path(), to, noSpace);
            return false;
        }
    }
}

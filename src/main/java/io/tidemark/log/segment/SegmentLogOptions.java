package io.tidemark.log.segment;

/**
 * How a {@link SegmentLog} lays out its files.
 *
 * @param segmentBytes size at which a segment file is sealed and the next one created; a larger frame gets a segment of its
 *     own. From {@link #MIN_SEGMENT_BYTES} to {@link #MAX_SEGMENT_BYTES}.
 * @param preallocateBytes max zeros written ahead of the frames at a time; 0 for no preallocation at all. Forcing blocks that
 *     have been written before is cheaper than forcing a file that grows, and only in a preallocated file does the next open
 *     detect a truncation
 * @param spares max released files kept to be recycled, for the same reason; 0 for none
 */
public record SegmentLogOptions(long segmentBytes, int preallocateBytes, int spares) {
    /** 64 MiB. */
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

    /** 1 MiB. */
    public static final int DEFAULT_PREALLOCATE_BYTES = 1 << 20;

    /** 2. */
    public static final int DEFAULT_SPARES = 2;

    /** 8 KiB: a header and a page of frames. */
    public static final long MIN_SEGMENT_BYTES = 8L << 10;

    /** 1 GiB. */
    public static final long MAX_SEGMENT_BYTES = 1L << 30;

    /** Checks the range. */
    public SegmentLogOptions {
        if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segmentBytes is " + segmentBytes + ", expected " + MIN_SEGMENT_BYTES
                    + " to " + MAX_SEGMENT_BYTES + " bytes");
        }
        if (preallocateBytes < 0 || preallocateBytes > MIN_SEGMENT_BYTES << 10 || spares < 0 || spares > 1_000) {
            throw new IllegalArgumentException("preallocateBytes is " + preallocateBytes + " and spares is " + spares
                    + ", expected 0 to " + (MIN_SEGMENT_BYTES << 10) + " and 0 to 1000");
        }
    }

    /** Segments of the given size, other options by default. */
    public SegmentLogOptions(long segmentBytes) {
        this(segmentBytes, DEFAULT_PREALLOCATE_BYTES, DEFAULT_SPARES);
    }

    /** Segments of {@link #DEFAULT_SEGMENT_BYTES}. */
    public SegmentLogOptions() {
        this(DEFAULT_SEGMENT_BYTES);
    }
}

package io.tidemark.log.segment;

/**
 * How a {@link SegmentLog} lays out its files.
 *
 * @param segmentBytes size at which a segment file is closed and the next one begun; a frame that is larger than this
 *     gets a segment of its own. From {@link #MIN_SEGMENT_BYTES} to {@link #MAX_SEGMENT_BYTES}.
 */
public record SegmentLogOptions(long segmentBytes) {
    /** 64 MiB. */
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

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
    }

    /** Segments of {@link #DEFAULT_SEGMENT_BYTES}. */
    public SegmentLogOptions() {
        this(DEFAULT_SEGMENT_BYTES);
    }
}

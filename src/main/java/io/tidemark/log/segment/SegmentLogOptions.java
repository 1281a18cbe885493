package io.tidemark.log.segment;

/**
 * How an embedded log is cut.
 *
 * @param segmentBytes size at which a new segment is begun, in bytes, 4 KiB to 1 GiB; a single larger entry gets a segment of
 *     its own
 */
public record SegmentLogOptions(long segmentBytes) {
    /** Default of {@code segmentBytes}: 64 MiB. */
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

    /** Checks the range. */
    public SegmentLogOptions {
        if (segmentBytes < 4_096 || segmentBytes > 1L << 30) {
            throw new IllegalArgumentException(
                    "log.segment_bytes is " + segmentBytes + ", expected 4096 to " + (1L << 30));
        }
    }

    /** All defaults. */
    public SegmentLogOptions() {
        this(DEFAULT_SEGMENT_BYTES);
    }
}

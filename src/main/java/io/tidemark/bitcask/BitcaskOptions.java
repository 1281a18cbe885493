package io.tidemark.bitcask;

/**
 * How large a shard's data files may grow.
 *
 * @param maxFileBytes size at which a data file is rotated, in bytes, 4 KiB to 1 TiB; a single larger log entry gets a file
 *     of its own
 */
public record BitcaskOptions(long maxFileBytes) {
    /** Default of {@code maxFileBytes}: 256 MiB, about the maximum that one generation forces. */
    public static final long DEFAULT_MAX_FILE_BYTES = 256L << 20;

    /** Checks the range. */
    public BitcaskOptions {
        if (maxFileBytes < 4_096 || maxFileBytes > 1L << 40) {
            throw new IllegalArgumentException(
                    "bitcask.max_file_bytes is " + maxFileBytes + ", expected 4096 to " + (1L << 40));
        }
    }

    /** All defaults. */
    public BitcaskOptions() {
        this(DEFAULT_MAX_FILE_BYTES);
    }
}

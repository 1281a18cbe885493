package io.tidemark.bitcask;

/**
 * How a shard's data files are cut.
 *
 * @param maxFileBytes size at which a new data file is begun, in bytes, 4 KiB to 1 TiB; the records of a single larger log
 *     entry get a file of their own
 */
public record BitcaskOptions(long maxFileBytes) {
    /** Default of {@code maxFileBytes}: 256 MiB, about what one generation forces at most. */
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

package io.tidemark.files;

/**
 * How {@link AppendOnlyFiles} are laid out, and what they must have. Not thread-safe; copied by whoever is given them.
 *
 * @since 0.1
 */
public final class AppendOnlyFilesOptions {
    /** Default of {@link #setMaxFileBytes}: 256 MiB. */
    public static final long DEFAULT_MAX_FILE_BYTES = 256L << 20;

    /** Default of {@link #setRequiredPosition}: nothing is required. */
    public static final long DEFAULT_REQUIRED_POSITION = 0;

    private static final long MIN_FILE_BYTES = 4L << 10;
    private static final long MAX_FILE_BYTES = 1L << 40;

    private long maxFileBytes = DEFAULT_MAX_FILE_BYTES;
    private long requiredPosition = DEFAULT_REQUIRED_POSITION;

    /** All defaults. */
    public AppendOnlyFilesOptions() {}

    /**
     * A copy.
     *
     * @param other the options to copy
     */
    public AppendOnlyFilesOptions(AppendOnlyFilesOptions other) {
        this.maxFileBytes = other.maxFileBytes;
        this.requiredPosition = other.requiredPosition;
    }

    /**
     * See {@link #setMaxFileBytes}.
     *
     * @return bytes
     */
    public long getMaxFileBytes() {
        return maxFileBytes;
    }

    /**
     * At which size a file is sealed and the next one begun, in bytes. A larger append gets a file of its own.
     *
     * @param bytes 4 KiB to 1 TiB
     * @return this
     * @throws IllegalArgumentException if it is not that
     */
    public AppendOnlyFilesOptions setMaxFileBytes(long bytes) {
        if (bytes < MIN_FILE_BYTES || bytes > MAX_FILE_BYTES) {
            throw new IllegalArgumentException(
                    "maxFileBytes is " + bytes + ", expected " + MIN_FILE_BYTES + " to " + MAX_FILE_BYTES);
        }
        maxFileBytes = bytes;
        return this;
    }

    /**
     * See {@link #setRequiredPosition}.
     *
     * @return a position
     */
    public long getRequiredPosition() {
        return requiredPosition;
    }

    /**
     * What must be durable: the last log index that the log has forgotten. Files that are behind it are an older copy that
     * somebody has put back; {@link AppendOnlyFiles#open} then refuses them before it changes anything.
     *
     * @param position 0 or more
     * @return this
     * @throws IllegalArgumentException if it is not that
     */
    public AppendOnlyFilesOptions setRequiredPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("requiredPosition is " + position + ", expected 0 or more");
        }
        requiredPosition = position;
        return this;
    }
}

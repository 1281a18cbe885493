package io.tidemark.disk;

/**
 * How much room a volume has.
 *
 * @param volume tells volumes of one machine apart; two directories with the same one share its room
 * @param totalBytes its size, {@link Long#MAX_VALUE} if it has no bound, 0 if that is unknown
 * @param freeBytes what this process may still write, 0 if that is unknown
 */
public record DiskSpace(String volume, long totalBytes, long freeBytes) {

    /** A volume without a bound. */
    public static DiskSpace unbounded() {
        return new DiskSpace("unbounded", Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** A volume whose file system doesn't say how much room it has. */
    public static DiskSpace unknown(String volume) {
        return new DiskSpace(volume, 0, 0);
    }

    /** Whether the file system has said how much room there is. */
    public boolean isKnown() {
        return totalBytes > 0;
    }
}

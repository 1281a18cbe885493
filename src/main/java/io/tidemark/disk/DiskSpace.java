package io.tidemark.disk;

/**
 * How much room a volume has.
 *
 * @param volume tells volumes of one machine apart; two directories with the same one share its room
 * @param totalBytes its size, {@link Long#MAX_VALUE} if it has no bound
 * @param freeBytes what this process may still write
 */
public record DiskSpace(String volume, long totalBytes, long freeBytes) {

    /** A volume without a bound. */
    public static DiskSpace unbounded() {
        return new DiskSpace("unbounded", Long.MAX_VALUE, Long.MAX_VALUE);
    }
}

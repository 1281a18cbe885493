package io.tidemark.disk;

/**
 * Size and free space of a volume.
 *
 * @param volume identifies the volume on this machine; directories with the same value share its space
 * @param totalBytes its size, {@link Long#MAX_VALUE} if unbounded, 0 if unknown
 * @param freeBytes bytes this process may still write, 0 if unknown
 * @since 0.1
 */
public record DiskSpace(String volume, long totalBytes, long freeBytes) {

    /** {@return an unbounded volume} */
    public static DiskSpace unbounded() {
        return new DiskSpace("unbounded", Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * {@return a volume whose file system does not report its space}
     *
     * @param volume the name of the volume
     */
    public static DiskSpace unknown(String volume) {
        return new DiskSpace(volume, 0, 0);
    }

    /** {@return whether the file system reports its space} */
    public boolean isKnown() {
        return totalBytes > 0;
    }
}

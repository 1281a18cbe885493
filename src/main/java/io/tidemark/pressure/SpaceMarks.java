package io.tidemark.pressure;

/**
 * The thresholds of free space on one volume. There are two, so that shedding does not start and stop with every file that
 * is created and deleted.
 *
 * <p>Sizes that are not configured follow from the volume's size: 1/16 of it, at most 512 MiB, to shed; 1/10, at most 1 GiB, to
 * resume; 1/64, at most 32 MiB, of ballast. So a disk of 1 GiB can be used down to its last 64 MiB.
 *
 * @param shedBytes with less than this much free, client writes are shed
 * @param resumeBytes with at least this much free, shedding ends
 * @param ballastBytes size of the reserve file
 * @param reserveBytes kept free for manifests, merges and the log's own files; no new write is admitted into it, not even a
 *     delete
 */
record SpaceMarks(long shedBytes, long resumeBytes, long ballastBytes, long reserveBytes) {
    private static final long MIB = 1L << 20;
    private static final long MAX_SHED = 512 * MIB;
    private static final long MAX_RESUME = 1_024 * MIB;
    private static final long MAX_BALLAST = 32 * MIB;

    /** The marks of a volume of this size. */
    static SpaceMarks of(PressureOptions options, long totalBytes) {
        long shed = options.getShedFreeBytes();
        long resume = options.getResumeFreeBytes();
        long ballast = options.getBallastBytes();
        if (shed == PressureOptions.BY_VOLUME) {
            shed = Math.min(MAX_SHED, totalBytes / 16);
            shed = resume == PressureOptions.BY_VOLUME ? shed : Math.min(shed, resume / 2);
        }
        if (resume == PressureOptions.BY_VOLUME) {
            resume = Math.max(Math.min(MAX_RESUME, totalBytes / 10), shed + shed / 2 + 1);
        }
        if (ballast == PressureOptions.BY_VOLUME) {
            ballast = Math.min(MAX_BALLAST, totalBytes / 64);
        }
        return new SpaceMarks(shed, resume, ballast, shed / 2);
    }

    /**
     * Whether the free space is too low.
     *
     * @param low whether it was too low before
     * @param freeBytes the free space, less what is reserved
     */
    boolean low(boolean low, long freeBytes) {
        return freeBytes < (low ? resumeBytes : shedBytes);
    }
}

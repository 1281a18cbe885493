package io.tidemark.pressure;

/**
 * What an amount of free space means on one volume. Two marks, so that shedding does not begin and end with every file
 * that comes and goes.
 *
 * <p>Sizes that were not given follow from the volume's: 1/16 of it, at most 512 MiB, to shed; 1/10, at most 1 GiB, to
 * resume; 1/64, at most 32 MiB, of ballast. So a disk of 1 GiB can be used down to its last 64 MiB.
 *
 * @param shedBytes with less than this free, client writes are shed
 * @param resumeBytes with at least this free, they are taken again
 * @param ballastBytes size of the reserve file
 * @param reserveBytes kept for what is not a client's write: manifests, merges, the log's own files; nothing new is
 *     admitted into it, deletes neither
 */
record SpaceMarks(long shedBytes, long resumeBytes, long ballastBytes, long reserveBytes) {
    private static final long MIB = 1L << 20;
    private static final long MOST_SHED = 512 * MIB;
    private static final long MOST_RESUME = 1_024 * MIB;
    private static final long MOST_BALLAST = 32 * MIB;

    /** The marks of a volume of that size. */
    static SpaceMarks of(PressureOptions options, long totalBytes) {
        long shed = options.getShedFreeBytes();
        long resume = options.getResumeFreeBytes();
        long ballast = options.getBallastBytes();
        if (shed == PressureOptions.BY_VOLUME) {
            shed = Math.min(MOST_SHED, totalBytes / 16);
            shed = resume == PressureOptions.BY_VOLUME ? shed : Math.min(shed, resume / 2);
        }
        if (resume == PressureOptions.BY_VOLUME) {
            resume = Math.max(Math.min(MOST_RESUME, totalBytes / 10), shed + shed / 2 + 1);
        }
        if (ballast == PressureOptions.BY_VOLUME) {
            ballast = Math.min(MOST_BALLAST, totalBytes / 64);
        }
        return new SpaceMarks(shed, resume, ballast, shed / 2);
    }

    /**
     * Whether there is too little room.
     *
     * @param low whether there was before
     * @param freeBytes what is free, less what has been promised
     */
    boolean low(boolean low, long freeBytes) {
        return freeBytes < (low ? resumeBytes : shedBytes);
    }
}

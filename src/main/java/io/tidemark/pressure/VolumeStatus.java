package io.tidemark.pressure;

import java.nio.file.Path;

/**
 * A watched volume at one moment.
 *
 * @param name what lies there: {@code data}, {@code log}
 * @param directory where it was looked at
 * @param totalBytes its size, {@link Long#MAX_VALUE} if it has no bound
 * @param freeBytes what was free when it was last looked at
 * @param promisedBytes what writes that have been admitted may still need
 * @param ballastBytes what the reserve file holds
 * @param shedBytes below this, writes are shed
 * @param resumeBytes from here on they are taken again
 * @param low whether there is too little room
 */
public record VolumeStatus(
        String name,
        Path directory,
        long totalBytes,
        long freeBytes,
        long promisedBytes,
        long ballastBytes,
        long shedBytes,
        long resumeBytes,
        boolean low) {}

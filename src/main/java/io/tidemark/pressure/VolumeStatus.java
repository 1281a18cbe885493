package io.tidemark.pressure;

import java.nio.file.Path;

/**
 * A watched volume at one moment.
 *
 * @param name what lies there: {@code data}, {@code log}
 * @param directory where it was looked at
 * @param totalBytes its size, {@link Long#MAX_VALUE} if it has no bound, -1 if unknown
 * @param freeBytes what was free when it was last looked at, -1 if unknown
 * @param reservedBytes what writes that have been admitted may still need
 * @param ballastBytes what the reserve file holds
 * @param shedBytes below this, writes are shed; 0 if what is free is unknown
 * @param resumeBytes from here on they are taken again; 0 if what is free is unknown
 * @param low whether there is too little room
 */
public record VolumeStatus(
        String name,
        Path directory,
        long totalBytes,
        long freeBytes,
        long reservedBytes,
        long ballastBytes,
        long shedBytes,
        long resumeBytes,
        boolean low) {}

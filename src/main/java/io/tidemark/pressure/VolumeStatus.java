package io.tidemark.pressure;

import java.nio.file.Path;

/**
 * A watched volume at one moment.
 *
 * @param name what it holds: {@code data}, {@code log}
 * @param directory the directory that was sampled
 * @param totalBytes its size, {@link Long#MAX_VALUE} if unbounded, -1 if unknown
 * @param freeBytes free space at the last sample, -1 if unknown
 * @param reservedBytes what admitted writes may still need
 * @param ballastBytes current size of the reserve file
 * @param shedBytes below this, writes are shed; 0 if the free space is unknown
 * @param resumeBytes at or above this, shedding ends; 0 if the free space is unknown
 * @param low whether the free space is too low
 * @since 0.1
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

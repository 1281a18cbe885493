package io.tidemark.disk;

import java.nio.file.Path;

/**
 * Notified by a {@link MeasuredDisk} before and after each operation that makes bytes durable, on the thread that runs it.
 * Implementations must return at once and not throw.
 *
 * @since 0.1
 */
public interface ForceMeter {

    /** What is made durable. */
    enum Kind {
        /** A file's bytes, by {@link DiskFile#force}. */
        FILE,
        /** Some of a file's bytes, by {@link FileRange#force}: written back, not durable until the file is forced. */
        RANGE,
        /** A directory's names, by {@link Disk#forceDirectory}. */
        DIRECTORY,
        /** A small file, by {@link Disk#replace}: its bytes, its name and its directory. */
        REPLACEMENT
    }

    /**
     * An operation begins. It may block for any length of time.
     *
     * @param kind what is made durable
     * @param path the file or directory
     */
    default void began(Kind kind, Path path) {}

    /**
     * An operation has ended.
     *
     * @param kind what is made durable
     * @param path the file or directory
     * @param nanos its duration in nanoseconds
     * @param ok false if it threw
     */
    default void ended(Kind kind, Path path, long nanos, boolean ok) {}
}

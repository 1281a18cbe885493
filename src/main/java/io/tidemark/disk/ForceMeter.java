package io.tidemark.disk;

import java.nio.file.Path;

/**
 * Hears of everything by which a {@link MeasuredDisk} makes bytes durable. Called on the thread that does it, before and
 * after: return at once, and throw nothing.
 */
public interface ForceMeter {

    /** What is made durable. */
    enum Kind {
        /** A file's bytes, by {@link DiskFile#force}. */
        FILE,
        /** Some of a file's bytes, by {@link FileRange#force}: written back, and durable once the file is forced. */
        RANGE,
        /** A directory's names, by {@link Disk#forceDirectory}. */
        DIRECTORY,
        /** A small file as a whole, by {@link Disk#replace}: its bytes, its name and its directory. */
        REPLACEMENT
    }

    /** It begins; what follows may block for as long as the disk likes. */
    default void began(Kind kind, Path path) {}

    /**
     * It has ended.
     *
     * @param nanos how long it took, in nanoseconds
     * @param ok false if it threw
     */
    default void ended(Kind kind, Path path, long nanos, boolean ok) {}
}

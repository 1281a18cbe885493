package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store's directory: what the states have in common that follow one another when a repair replaces one by the next.
 *
 * @param nextId every number below it has been used by a file, were it only for an attempt
 * @param failedNameForces how often the directory could not be forced, or may not have been: names made before the last time
 *     are not believed by a later force
 */
public record StoreDirectory(Disk disk, Path path, AtomicLong nextId, AtomicInteger failedNameForces) {

    /** A directory of which no force has failed in this process. */
    public StoreDirectory(Disk disk, Path path, long nextId) {
        this(disk, path, new AtomicLong(nextId), new AtomicInteger());
    }

    /** Whether a file's name may be lost although a later force of the directory says OK. */
    public boolean isInDoubt(StoreFile file) {
        return !file.nameDurable() && file.namedAfter() != failedNameForces.get();
    }
}

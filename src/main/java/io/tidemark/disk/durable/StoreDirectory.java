package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store's directory, which it shares with the store that replaces it after a repair.
 *
 * @param nextId every lower number has been used, if only by a failed attempt
 * @param failedDirectoryForces number of forces of the directory that failed, or may have: a name created before the last of
 *     them is not proven durable by a later force
 */
public record StoreDirectory(Disk disk, Path path, AtomicLong nextId, AtomicInteger failedDirectoryForces) {

    /** A directory that no force of has failed in this process. */
    public StoreDirectory(Disk disk, Path path, long nextId) {
        this(disk, path, new AtomicLong(nextId), new AtomicInteger());
    }

    /** Whether a file's directory entry may be lost although a later force of the directory succeeds. */
    public boolean isInDoubt(StoreFile file) {
        return !file.nameDurable() && file.failedForcesAtCreation() != failedDirectoryForces.get();
    }
}

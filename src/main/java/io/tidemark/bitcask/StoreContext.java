package io.tidemark.bitcask;

import io.tidemark.disk.Disk;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a store shares with the store that replaces it after a repair: both work in the same directory.
 *
 * @param directory created at the first write
 * @param owner the identity that every file must carry
 * @param nextId every lower number has been used, if only by a failed attempt
 * @param quarantine files that repairs have replaced
 * @param failedDirectoryForces number of forces of the directory that failed, or may have: a name created before the last of
 *     them is not proven durable by a later force
 */
record StoreContext(
        Disk disk,
        Path directory,
        StoreIdentity owner,
        BitcaskOptions options,
        AtomicLong nextId,
        Quarantine quarantine,
        AtomicInteger failedDirectoryForces) {

    /** Whether a file's directory entry may be lost although a later force of the directory succeeds. */
    boolean isInDoubt(DataFile file) {
        return !file.nameDurable() && file.failedForcesAtCreation() != failedDirectoryForces.get();
    }
}

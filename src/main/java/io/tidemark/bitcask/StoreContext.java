package io.tidemark.bitcask;

import io.tidemark.disk.Disk;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the stores have in common that follow one another in a directory, when a repair puts one in the place of another.
 *
 * @param directory made at the first write
 * @param owner what every file must carry
 * @param nextId every number below it has been used by a file, were it only for an attempt
 * @param quarantine files that repairs have given up
 * @param failedNameForces how often the directory could not be forced, or may not have been: names made before the last time
 *     are not believed by a later force
 */
record StoreContext(
        Disk disk,
        Path directory,
        StoreIdentity owner,
        BitcaskOptions options,
        AtomicLong nextId,
        Quarantine quarantine,
        AtomicInteger failedNameForces) {

    /** Whether a file's name may be lost although a later force of the directory says OK. */
    boolean isInDoubt(DataFile file) {
        return !file.nameDurable() && file.namedAfter() != failedNameForces.get();
    }
}

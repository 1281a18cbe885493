package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The data directory and shard that a file belongs to; every data file and every manifest carries it.
 *
 * @param directory the data directory's id
 * @param shard the shard's number
 */
record StoreIdentity(UUID directory, int shard) {

    void check(UUID foundDirectory, int foundShard, Path file) throws CorruptionException {
        if (!directory.equals(foundDirectory) || shard != foundShard) {
            throw new CorruptionException(
                    file + " belongs to shard " + foundShard + " of data directory " + foundDirectory
                            + ", expected shard " + shard + " of " + directory + "; was it copied from elsewhere?");
        }
    }
}

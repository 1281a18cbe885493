package io.tidemark.node;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFull;
import io.tidemark.pressure.DurableProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Checks at startup what the first write needs: that files can be created where each shard keeps its own. Otherwise a
 * client would be the first to find a read-only mount or a directory of another user. A full disk does not prevent a
 * start.
 */
final class WritabilityCheck {
    private final Disk disk;
    private final Set<Path> checked = new HashSet<>();

    WritabilityCheck(Disk disk) {
        this.disk = disk;
    }

    /**
     * Creates and deletes a file where each shard keeps its data and its log; forces nothing. Blocks.
     *
     * @throws DataDirectoryException if that fails
     */
    void run(DataDirectory directory) throws DataDirectoryException {
        for (int shard = 0; shard < directory.shards(); shard++) {
            run("shard " + shard, directory.shardData(shard));
            run("the log of shard " + shard, directory.shardLog(shard));
        }
    }

    /** @param directory need not exist; then its nearest existing parent is checked */
    private void run(String what, Path directory) throws DataDirectoryException {
        Path at = directory;
        try {
            while (!disk.exists(at) && at.getParent() != null) {
                at = at.getParent();
            }
            if (checked.add(at)) {
                createAndDelete(at.resolve(DurableProbe.FILE));
            }
        } catch (IOException failed) {
            throw new DataDirectoryException(
                    what + " can't write to " + at
                            + "; the node's user must be able to create files there, on a volume that isn't"
                            + " mounted read-only",
                    failed);
        }
    }

    private void createAndDelete(Path file) throws IOException {
        disk.delete(file);
        try {
            disk.create(file).close();
        } catch (IOException failed) {
            if (!DiskFull.isCauseOf(failed)) {
                throw failed;
            }
        }
        disk.delete(file);
    }
}

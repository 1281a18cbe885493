package io.tidemark.node;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFull;
import io.tidemark.pressure.DurableProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Tries at the start what is needed at the first write: that files can be made where each shard keeps its own. A read-only mount, or
 * a directory of another user's, would else be found when a client waits. A full disk is no reason not to start.
 */
final class WritabilityCheck {
    private final Disk disk;
    private final Set<Path> tried = new HashSet<>();

    WritabilityCheck(Disk disk) {
        this.disk = disk;
    }

    /**
     * Makes a file for each shard's data and log, and removes it; forces nothing. Blocks.
     *
     * @throws DataDirectoryException if that can't be
     */
    void run(DataDirectory directory) throws DataDirectoryException {
        for (int shard = 0; shard < directory.shards(); shard++) {
            run("shard " + shard, directory.shardData(shard));
            run("the log of shard " + shard, directory.shardLog(shard));
        }
    }

    /** @param directory need not exist: then where it will be made */
    private void run(String what, Path directory) throws DataDirectoryException {
        Path at = directory;
        try {
            while (!disk.exists(at) && at.getParent() != null) {
                at = at.getParent();
            }
            if (tried.add(at)) {
                make(at.resolve(DurableProbe.FILE));
            }
        } catch (IOException failed) {
            throw new DataDirectoryException(
                    what + " can't write to " + at
                            + "; the node's user must be able to make files there, on a volume that isn't"
                            + " mounted read-only",
                    failed);
        }
    }

    private void make(Path file) throws IOException {
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

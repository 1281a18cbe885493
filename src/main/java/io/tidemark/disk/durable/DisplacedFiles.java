package io.tidemark.disk.durable;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts back a file that a manifest lists, and somebody has removed, replaced or cut off under the running node.
 *
 * <p>An unlinked file is there as long as it is open. What was durable of it was forced and has not been written since, so
 * its bytes are good if their checksums hold; they are copied into a new file, which is forced and takes the name. If they
 * are gone from there, too, a whole file that somebody has put under the name by now serves as well, and is copied in the same
 * way: nobody knows whether it was ever forced. If there is none, the store stays as it is until there is.
 */
public final class DisplacedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DisplacedFiles.class);
    private static final int STEP_BYTES = 1 << 20;

    private DisplacedFiles() {}

    /** Checks that a file holds what was durable of another. */
    @FunctionalInterface
    public interface Check {
        /**
         * Reads the file up to its durable length; it has at least that.
         *
         * @throws CorruptionException if anything in it is not what it was
         */
        void check(DiskFile source) throws IOException;
    }

    /**
     * Puts a file back if it is not in its place; one system call if it is. Blocks.
     *
     * @param length how much of it is durable
     * @throws CorruptionException if these bytes are nowhere any more; it names the file
     */
    public static void putBack(Disk disk, Path directory, StoreFile file, long length, Check check) throws IOException {
        if (file.displacement(disk, length) == null && !file.displaced()) {
            return;
        }
        Path path = file.file().path();
        IOException gone;
        try {
            requireWhole(file.file(), length, check);
            write(disk, directory, file.file(), path, length);
            LOG.warn("{}: written again from the descriptor that was still open, {} bytes", path, length);
            return;
        } catch (CorruptionException | EOFException notThere) {
            gone = notThere;
        }
        if (!disk.exists(path)) {
            throw new CorruptionException(path + " is gone, and what is still open of it is not whole ("
                    + gone.getMessage() + "): put it back from a copy, and the shard goes on by itself");
        }
        try (DiskFile found = disk.openForRead(path)) {
            requireWhole(found, length, check);
            write(disk, directory, found, path, length);
            LOG.warn("{}: written again from the file that was put under its name, {} bytes", path, length);
        } catch (CorruptionException | EOFException damaged) {
            throw new CorruptionException(path + " is not what was durable of it, " + length + " bytes ("
                    + damaged.getMessage() + "): put it back from a copy, and the shard goes on by itself");
        }
    }

    private static void requireWhole(DiskFile source, long length, Check check) throws IOException {
        if (source.size() < length) {
            throw new CorruptionException(source.size() + " bytes, but " + length + " were durable");
        }
        check.check(source);
    }

    private static void write(Disk disk, Path directory, DiskFile source, Path path, long length) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        disk.delete(fresh);
        try (DiskFile target = disk.create(fresh)) {
            ByteBuffer step = ByteBuffer.allocateDirect((int) Math.min(STEP_BYTES, length));
            for (long at = 0; at < length; at += step.limit()) {
                step.clear().limit((int) Math.min(STEP_BYTES, length - at));
                source.readFully(step, at);
                target.writeFully(step.flip(), at);
            }
            target.force();
        }
        disk.rename(fresh, path);
        disk.forceDirectory(directory);
    }
}

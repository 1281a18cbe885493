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
 * Restores a file that a manifest lists and that was removed, replaced or truncated while the node was running.
 *
 * <p>An unlinked file exists as long as it is open. Its durable bytes were forced and have not been written since, so they
 * are good if their checksums match. They are copied into a new file, which is forced and renamed to the old name. If the
 * open file has lost them as well, a complete file that an operator has put under the name is used, and copied in the same
 * way, since it may never have been forced. If that is missing too, the store stays failed until there is one.
 */
public final class DisplacedFile {
    private static final Logger LOG = LoggerFactory.getLogger(DisplacedFile.class);
    private static final int STEP_BYTES = 1 << 20;

    private DisplacedFile() {}

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
     * Restores a file that is missing or changed; one system call if it is not. Blocks.
     *
     * @param length how many of its bytes are durable
     * @throws CorruptionException if these bytes are lost; the message names the file
     */
    public static void restore(Disk disk, Path directory, StoreFile file, long length, Check check) throws IOException {
        if (file.displacement(disk, length) == null && !file.displaced()) {
            return;
        }
        Path path = file.file().path();
        IOException incomplete;
        try {
            requireWhole(file.file(), length, check);
            write(disk, directory, file.file(), path, length);
            LOG.warn("{}: restored from the descriptor that was still open, {} bytes", path, length);
            return;
        } catch (CorruptionException | EOFException lost) {
            incomplete = lost;
        }
        if (!disk.exists(path)) {
            throw new CorruptionException(path + " is missing, and its open descriptor does not have all of it ("
                    + incomplete.getMessage() + "): restore it from a copy; the shard then recovers by itself");
        }
        try (DiskFile found = disk.openForRead(path)) {
            requireWhole(found, length, check);
            write(disk, directory, found, path, length);
            LOG.warn("{}: restored from the file that was put in its place, {} bytes", path, length);
        } catch (CorruptionException | EOFException damaged) {
            throw new CorruptionException(path + " does not have its durable " + length + " bytes ("
                    + damaged.getMessage() + "): restore it from a copy; the shard then recovers by itself");
        }
    }

    private static void requireWhole(DiskFile source, long length, Check check) throws IOException {
        if (source.size() < length) {
            throw new CorruptionException(source.size() + " bytes, but " + length + " were durable");
        }
        check.check(source);
    }

    private static void write(Disk disk, Path directory, DiskFile source, Path path, long length) throws IOException {
        Path copy = path.resolveSibling(path.getFileName() + ".new");
        disk.delete(copy);
        try (DiskFile target = disk.create(copy)) {
            ByteBuffer step = ByteBuffer.allocateDirect((int) Math.min(STEP_BYTES, length));
            for (long at = 0; at < length; at += step.limit()) {
                step.clear().limit((int) Math.min(STEP_BYTES, length - at));
                source.readFully(step, at);
                target.writeFully(step.flip(), at);
            }
            target.force();
        }
        disk.rename(copy, path);
        disk.forceDirectory(directory);
    }
}

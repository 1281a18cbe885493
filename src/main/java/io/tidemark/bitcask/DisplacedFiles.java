package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores files that a manifest lists and that were removed, replaced or truncated while the node was running. This is the
 * first step of a repair; entries above the durable lengths are then rewritten from the log.
 *
 * <p>An unlinked file exists as long as it is open. Its durable bytes were forced and have not been written since, so they
 * are good if their checksums match. They are copied into a new file, which is forced and renamed to the old name. If the
 * open file has lost them as well, a complete file that an operator has put under the name is used, and copied in the same
 * way, since it may never have been forced. If that is missing too, the shard stays failed until there is one.
 *
 * <p>If the manifest is missing, as when its whole directory was removed, an empty one is written first. A start during
 * this work then finds a directory without files, and asks the log whether that is possible.
 */
final class DisplacedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);
    private static final int STEP_BYTES = 1 << 20;

    private final StoreContext home;
    private final Manifest manifest;

    /** @param manifest the last one that is known to be durable */
    DisplacedFiles(StoreContext home, Manifest manifest) {
        this.home = home;
        this.manifest = manifest;
    }

    /**
     * Restores the files that are missing or changed; one system call per file if none is. Blocks.
     *
     * @param open the store's open files; those that the manifest does not list are ignored
     * @throws CorruptionException if the durable bytes of a file are lost; the message names the file
     */
    void restore(List<DataFile> open) throws IOException {
        Disk disk = home.disk();
        boolean missing = !disk.exists(home.directory().resolve(Manifest.NAME));
        boolean manifestLost = missing || isEmptied();
        if (missing) {
            LOG.warn("{}: the manifest is missing; writing it again", home.directory());
            disk.createDurably(home.directory());
            new Manifest(home.owner(), 0, 0, home.nextId().get(), List.of()).write(disk, home.directory());
        }
        for (Manifest.Entry entry : manifest.files()) {
            for (DataFile file : open) {
                if (file.id() == entry.id() && (file.displacement(disk, entry.length()) != null || file.displaced())) {
                    restore(file, entry);
                }
            }
        }
        if (manifestLost) {
            manifest.write(disk, home.directory());
        }
    }

    /** Whether an earlier attempt left the empty manifest because it could not restore a file. */
    private boolean isEmptied() {
        try {
            Manifest found = Manifest.read(home.disk(), home.directory(), home.owner());
            return found.index() < manifest.index() && found.index() == 0;
        } catch (IOException unknown) {
            return false;
        }
    }

    private void restore(DataFile file, Manifest.Entry entry) throws IOException {
        Path path = home.directory().resolve(DataFile.name(entry.id()));
        IOException incomplete;
        try {
            check(file.file(), path, entry);
            write(file.file(), path, entry.length());
            LOG.warn("{}: restored from the descriptor that was still open, {} bytes", path, entry.length());
            return;
        } catch (CorruptionException | java.io.EOFException lost) {
            incomplete = lost;
        }
        if (!home.disk().exists(path)) {
            throw new CorruptionException(path + " is missing, and its open descriptor does not have all of it ("
                    + incomplete.getMessage() + "): restore it from a copy; the shard then recovers by itself");
        }
        try (DiskFile found = home.disk().openForRead(path)) {
            check(found, path, entry);
            write(found, path, entry.length());
            LOG.warn("{}: restored from the file that was put in its place, {} bytes", path, entry.length());
        } catch (CorruptionException | java.io.EOFException damaged) {
            throw new CorruptionException(path + " does not have its durable " + entry.length() + " bytes ("
                    + damaged.getMessage() + "): restore it from a copy; the shard then recovers by itself");
        }
    }

    private void check(DiskFile source, Path path, Manifest.Entry entry) throws IOException {
        if (source.size() < entry.length()) {
            throw new CorruptionException(source.size() + " bytes, but " + entry.length() + " were durable");
        }
        DataFile.check(source, path, entry.id(), home.owner());
        RecordScan scan = new RecordScan(source, entry.length(), manifest.index());
        while (scan.next()) {
            // next() checks each record
        }
    }

    private void write(DiskFile source, Path path, long length) throws IOException {
        Disk disk = home.disk();
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
        disk.forceDirectory(home.directory());
    }
}

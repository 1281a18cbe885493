package io.tidemark.bitcask;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.durable.DisplacedFile;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores files that a manifest lists and that were removed, replaced or truncated while the node was running. This is the
 * first step of a repair; entries above the durable lengths are then rewritten from the log. For each file see
 * {@link DisplacedFile}.
 *
 * <p>If the manifest is missing, as when its whole directory was removed, an empty one is written first. A start during
 * this work then finds a directory without files, and asks the log whether that is possible.
 */
final class DisplacedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DisplacedFiles.class);

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
     * @throws io.tidemark.disk.CorruptionException if the durable bytes of a file are lost; the message names the file
     */
    void restore(List<StoreFile> open) throws IOException {
        Disk disk = home.disk();
        boolean missing = !disk.exists(home.directory().resolve(Manifest.NAME));
        boolean manifestLost = missing || isEmptied();
        if (missing) {
            LOG.warn("{}: the manifest is missing; writing it again", home.directory());
            disk.createDurably(home.directory());
            home.empty().write(disk, home.directory());
        }
        for (Manifest.Entry entry : manifest.files()) {
            for (StoreFile file : open) {
                if (file.id() == entry.id()) {
                    DisplacedFile.restore(
                            disk,
                            home.directory(),
                            file,
                            entry.length(),
                            source -> check(source, file.file().path(), entry));
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

    private void check(DiskFile source, Path path, Manifest.Entry entry) throws IOException {
        DataFile.check(source, path, entry.id(), home.owner());
        RecordScan scan = new RecordScan(source, entry.length(), manifest.index());
        while (scan.next()) {
            // next() checks each record
        }
    }
}

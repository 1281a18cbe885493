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
 * Puts back what a manifest lists, and somebody has removed, replaced or cut off under the running node. The first step of a
 * repair: what is above the durable lengths comes from the log later.
 *
 * <p>An unlinked file is there as long as it is open. What was durable of it was forced and has not been written since, so
 * its bytes are good if their checksums hold; they are copied into a new file, which is forced and takes the name. If they
 * are gone from there, too, a whole file that somebody has put under the name by now serves as well, and is copied in the same
 * way: nobody knows whether it was ever forced. If there is none, the shard stays as it is until there is.
 *
 * <p>If the manifest is gone with its directory, an empty one is written first: a start in the midst of this finds what it
 * would find of a directory without files, and goes by the log whether that can be true.
 */
final class DisplacedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);
    private static final int STEP_BYTES = 1 << 20;

    private final StoreContext home;
    private final Manifest manifest;

    /** @param manifest what is known to be durable */
    DisplacedFiles(StoreContext home, Manifest manifest) {
        this.home = home;
        this.manifest = manifest;
    }

    /**
     * Puts back what is not in its place; a system call a file if all are. Blocks.
     *
     * @param open those that the manifest lists, and any others
     * @throws CorruptionException if the durable bytes of one are nowhere any more; it names the file
     */
    void putBack(List<DataFile> open) throws IOException {
        Disk disk = home.disk();
        boolean missing = !disk.exists(home.directory().resolve(Manifest.NAME));
        boolean manifestGone = missing || isEmptied();
        if (missing) {
            LOG.warn("{}: the manifest is not there any more; it is written again", home.directory());
            disk.createDurably(home.directory());
            new Manifest(home.owner(), 0, 0, home.nextId().get(), List.of()).write(disk, home.directory());
        }
        for (Manifest.Entry entry : manifest.files()) {
            for (DataFile file : open) {
                if (file.id() == entry.id() && (file.displacement(disk, entry.length()) != null || file.displaced())) {
                    putBack(file, entry);
                }
            }
        }
        if (manifestGone) {
            manifest.write(disk, home.directory());
        }
    }

    /** Whether an earlier try has left the empty manifest: it found a file that was nowhere. */
    private boolean isEmptied() {
        try {
            Manifest found = Manifest.read(home.disk(), home.directory(), home.owner());
            return found.index() < manifest.index() && found.index() == 0;
        } catch (IOException unknown) {
            return false;
        }
    }

    private void putBack(DataFile file, Manifest.Entry entry) throws IOException {
        Path path = home.directory().resolve(DataFile.name(entry.id()));
        IOException gone;
        try {
            check(file.file(), path, entry);
            write(file.file(), path, entry.length());
            LOG.warn("{}: written again from the descriptor that was still open, {} bytes", path, entry.length());
            return;
        } catch (CorruptionException | java.io.EOFException notThere) {
            gone = notThere;
        }
        if (!home.disk().exists(path)) {
            throw new CorruptionException(path + " is gone, and what is still open of it is not whole ("
                    + gone.getMessage() + "): put it back from a copy, and the shard goes on by itself");
        }
        try (DiskFile found = home.disk().openForRead(path)) {
            check(found, path, entry);
            write(found, path, entry.length());
            LOG.warn("{}: written again from the file that was put under its name, {} bytes", path, entry.length());
        } catch (CorruptionException | java.io.EOFException damaged) {
            throw new CorruptionException(path + " is not what was durable of it, " + entry.length() + " bytes ("
                    + damaged.getMessage() + "): put it back from a copy, and the shard goes on by itself");
        }
    }

    private void check(DiskFile source, Path path, Manifest.Entry entry) throws IOException {
        if (source.size() < entry.length()) {
            throw new CorruptionException(source.size() + " bytes, but " + entry.length() + " were durable");
        }
        DataFile.check(source, path, entry.id(), home.owner());
        RecordScan scan = new RecordScan(source, entry.length(), manifest.index());
        while (scan.next()) {
            // each is checked
        }
    }

    private void write(DiskFile source, Path path, long length) throws IOException {
        Disk disk = home.disk();
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
        disk.forceDirectory(home.directory());
    }
}

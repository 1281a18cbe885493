package io.tidemark.it.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file system that reports more space than the store below it has: ext4 on a sparse image in a small tmpfs. Once {@link
 * #fill} has taken the rest of the store, writes still succeed, the first force of new blocks says {@code No space left on
 * device}, the next one says OK, and the data is gone: zeros, once the cache is dropped.
 *
 * <p>Blocks allocated before keep working, the journal among them.
 */
public final class ThinStore implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final Path directory;
    private final Path filler;
    private final LoopDisk disk;

    private ThinStore(Path directory, LoopDisk disk) {
        this.directory = directory;
        this.filler = directory.resolve("filler");
        this.disk = disk;
    }

    /** 64 MiB over 40. */
    public static ThinStore make() throws IOException {
        return make(64, 40);
    }

    /**
     * Makes one; skips the test where that can't be done.
     *
     * @param diskMib what the file system believes to have
     * @param storeMib what there is; the journal and tables take about 9 of it
     */
    public static ThinStore make(long diskMib, long storeMib) throws IOException {
        LoopDisk.require(LoopDisk.Kind.EXT4);
        Path directory = OpenDisks.newDirectory();
        try {
            Program.run("mount", "-t", "tmpfs", "-o", "size=" + storeMib + "m", "tidemark-it", directory);
            LoopDisk disk = LoopDisk.of(LoopDisk.Kind.EXT4)
                    .mib(diskMib)
                    .mkfs("-E", "lazy_journal_init=0,lazy_itable_init=0,nodiscard")
                    .imageIn(directory)
                    .pageRequests()
                    .make();
            ThinStore store = new ThinStore(directory, disk);
            OpenDisks.add(store);
            return store;
        } catch (IOException | RuntimeException failed) {
            removeAfter(directory, failed);
            throw failed;
        }
    }

    private static void removeAfter(Path directory, Exception failed) {
        try {
            Program.run("umount", "--lazy", directory);
            Files.deleteIfExists(directory);
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    /** The file system. */
    public LoopDisk disk() {
        return disk;
    }

    /** Where it is mounted. */
    public Path root() {
        return disk.root();
    }

    /** Uses up the space that the store still has. May be called again when space has become free. */
    public void fill() throws IOException {
        fill(Long.MAX_VALUE);
    }

    /** Uses up space until this many bytes are left. */
    public void fillUpTo(long leftBytes) throws IOException {
        fill(Files.getFileStore(directory).getUsableSpace() - leftBytes);
    }

    private void fill(long bytes) throws IOException {
        try (FileChannel out = FileChannel.open(
                filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            long left = bytes;
            while (left > 0) {
                ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(left, CHUNK));
                left -= out.write(chunk); // a short count before the error
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    /** Frees the space that was used up. */
    public void release() throws IOException {
        Files.deleteIfExists(filler);
    }

    @Override
    public void close() throws IOException {
        release();
        try {
            disk.close();
        } finally {
            OpenDisks.remove(this);
            Program.run("umount", "--lazy", directory);
            Files.deleteIfExists(directory);
        }
    }

    @Override
    public String toString() {
        return "thin store at " + directory;
    }
}

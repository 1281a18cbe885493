package io.tidemark.bitcask;

import io.tidemark.bitcask.BitcaskSnapshot.Cut;
import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of a store is on disk, and making it more. After a failure of any step nothing is forced again: the kernel may
 * have dropped the pages it could not write, and would report success over the loss.
 */
final class DurableState {
    private final Disk disk;
    private final Path directory;
    private final StoreIdentity owner;
    private final Object gate = new Object();
    private volatile boolean prepared;
    private @Nullable String broken;
    private volatile long index;
    private volatile long term;
    private long manifestIndex;

    DurableState(Disk disk, Path directory, StoreIdentity owner, @Nullable Manifest manifest) {
        this.disk = disk;
        this.directory = directory;
        this.owner = owner;
        this.prepared = manifest != null;
        this.index = manifest == null ? 0 : manifest.index();
        this.term = manifest == null ? 0 : manifest.term();
        this.manifestIndex = index;
    }

    long index() {
        return index;
    }

    long term() {
        return term;
    }

    /**
     * Before the first data file: the directory, and a manifest that lists nothing. From then on a missing manifest is always
     * corruption.
     */
    void prepare(long nextId) throws IOException {
        if (prepared) {
            return; // without the gate, which a hanging generation may hold
        }
        synchronized (gate) {
            if (!prepared) {
                createDirectory();
                new Manifest(owner, 0, 0, nextId, List.of()).write(disk, directory);
                prepared = true;
            }
        }
    }

    /** Makes the directory and its name durable, also if an earlier attempt, or process, made it and got no further. */
    private void createDirectory() throws IOException {
        disk.createDirectories(directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            disk.forceDirectory(parent);
        }
    }

    /** See {@link Bitcask#force}. Data, then the directory, then the manifest, which says that all that is durable. */
    void force(BitcaskSnapshot captured, int pacingBytes) throws IOException {
        synchronized (gate) {
            if (broken != null) {
                throw new IOException("not forced again after an earlier failure: " + broken);
            }
            if (captured.index() <= manifestIndex) {
                return;
            }
        }
        try {
            new PacedWriteBack(disk, pacingBytes).run(captured.files());
            forceData(captured);
            synchronized (gate) {
                writeManifest(captured);
                manifestIndex = captured.index();
            }
        } catch (IOException | RuntimeException e) {
            synchronized (gate) {
                broken = e.getMessage();
            }
            throw e;
        }
    }

    private void forceData(BitcaskSnapshot captured) throws IOException {
        boolean names = false;
        for (Cut cut : captured.files()) {
            if (cut.unsynced()) {
                force(cut);
                names |= !cut.file().nameDurable();
            }
        }
        if (names) {
            disk.forceDirectory(directory);
        }
    }

    private static void force(Cut cut) throws IOException {
        try {
            cut.file().file().force();
        } catch (IOException e) {
            throw new IOException("forcing " + cut.file().file().path() + ": " + e.getMessage(), e);
        }
    }

    private void writeManifest(BitcaskSnapshot captured) throws IOException {
        if (!prepared) {
            createDirectory();
        }
        List<Manifest.Entry> files = captured.files().stream()
                .map(cut -> new Manifest.Entry(cut.file().id(), cut.length()))
                .toList();
        new Manifest(owner, captured.index(), captured.term(), captured.nextId(), files).write(disk, directory);
        prepared = true;
    }

    /** See {@link Bitcask#completed}. */
    void completed(BitcaskSnapshot captured) {
        if (captured.index() < index) {
            return;
        }
        for (Cut cut : captured.files()) {
            cut.file().durable(cut.length());
        }
        term = captured.term();
        index = captured.index();
    }
}

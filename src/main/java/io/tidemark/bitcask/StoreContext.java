package io.tidemark.bitcask;

import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.DurableState;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.StoreDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a store shares with the store that replaces it after a repair: both work in the same directory.
 *
 * @param home the directory, created at the first write
 * @param owner the identity that every file must carry
 * @param quarantine files that repairs have replaced
 */
record StoreContext(StoreDirectory home, StoreIdentity owner, BitcaskOptions options, Quarantine quarantine)
        implements DurableState.ManifestFormat<BitcaskSnapshot, Manifest> {

    Disk disk() {
        return home.disk();
    }

    Path directory() {
        return home.path();
    }

    @Override
    public Manifest of(BitcaskSnapshot snapshot) {
        List<Manifest.Entry> files = snapshot.files().stream()
                .map(each -> new Manifest.Entry(each.file().id(), each.length()))
                .toList();
        return new Manifest(owner, snapshot.index(), snapshot.term(), snapshot.nextId(), files);
    }

    @Override
    public Manifest empty() {
        return new Manifest(owner, 0, 0, home.nextId().get(), List.of());
    }

    @Override
    public Manifest read(Disk disk, Path directory) throws IOException {
        return Manifest.read(disk, directory, owner);
    }
}

package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens exactly the files that the manifest lists, at the lengths it lists. Unlisted files hold data that was never durable
 * as a whole and that the log still has, provided that the manifest is the latest one. Only the log can confirm that, so
 * these files stay until it has.
 *
 * @param manifest {@code null} if nothing was ever written to the store
 * @param files in the manifest's order
 * @param nextId above every file number in use
 * @param unlisted names of data files that the manifest does not list, of quarantined files, and of unfinished
 *     replacements
 */
record BitcaskRecovery(@Nullable Manifest manifest, List<StoreFile> files, long nextId, List<String> unlisted) {

    static BitcaskRecovery read(Disk disk, Path directory, StoreIdentity owner) throws IOException {
        List<String> names = disk.list(directory);
        Path manifestPath = directory.resolve(Manifest.NAME);
        if (!disk.exists(manifestPath)) {
            for (String name : names) {
                if (DataFile.usedIdOf(name) >= 0) {
                    throw new CorruptionException("the manifest " + manifestPath + " is missing, but there is " + name
                            + "; restore it from a copy");
                }
            }
            return new BitcaskRecovery(null, List.of(), 1, unlisted(names, Set.of()));
        }
        Manifest manifest = Manifest.read(disk, directory, owner);
        long nextId = manifest.nextId();
        for (String name : names) {
            nextId = Math.max(nextId, DataFile.usedIdOf(name) + 1);
        }
        return new BitcaskRecovery(
                manifest, open(manifest.files(), disk, directory, owner), nextId, unlisted(names, manifest.fileIds()));
    }

    /** Opens files up to their durable lengths: all of them, or none. */
    static List<StoreFile> open(List<Manifest.Entry> entries, Disk disk, Path directory, StoreIdentity owner)
            throws IOException {
        List<StoreFile> files = new ArrayList<>();
        try {
            for (Manifest.Entry entry : entries) {
                files.add(DataFile.open(disk, directory, entry.id(), entry.length(), owner));
            }
            return files;
        } catch (IOException | RuntimeException e) {
            for (StoreFile file : files) {
                file.close();
            }
            throw e;
        }
    }

    static List<String> unlisted(List<String> names, Set<Long> listed) {
        return names.stream()
                .filter(name -> {
                    long id = DataFile.usedIdOf(name);
                    boolean quarantined = name.endsWith(Quarantine.SUFFIX);
                    return name.endsWith(".new") || (id >= 0 && (quarantined || !listed.contains(id)));
                })
                .toList();
    }
}

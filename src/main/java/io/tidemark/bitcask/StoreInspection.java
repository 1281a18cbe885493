package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads and checks a shard's data files and manifest by the rules of recovery. Changes nothing. Blocks. */
public final class StoreInspection {
    private final Disk disk;
    private final Path directory;
    private final StoreIdentity owner;
    private final List<String> problems = new ArrayList<>();
    private long records;
    private long durableBytes;
    private long nonDurableBytes;

    private StoreInspection(Disk disk, Path directory, StoreIdentity owner) {
        this.disk = disk;
        this.directory = directory;
        this.owner = owner;
    }

    /**
     * The result of an inspection.
     *
     * @param durableIndex the manifest's durable index; 0 if the store was never checkpointed, -1 if the manifest is damaged
     * @param hasManifest whether there is a manifest; it is first written after the log's first entry
     * @param files number of data files that the manifest lists
     * @param records valid records below the files' durable lengths
     * @param durableBytes sum of the durable lengths
     * @param nonDurableBytes bytes above the durable lengths; the next start ignores them and replays the log
     * @param unlisted files that the next start removes once the log has been read; none if it refuses to start
     * @param problems what is damaged: file, offset, and what to do
     */
    public record Report(
            long durableIndex,
            boolean hasManifest,
            int files,
            long records,
            long durableBytes,
            long nonDurableBytes,
            List<String> unlisted,
            List<String> problems) {}

    /**
     * Inspects one shard's store.
     *
     * @param directory of the data files; missing if nothing was ever written
     * @param dataDirectory the id that every file must carry
     * @param shard the number that every file must carry
     * @throws IOException if a file can't be read
     */
    public static Report of(Disk disk, Path directory, UUID dataDirectory, int shard) throws IOException {
        return new StoreInspection(disk, directory, new StoreIdentity(dataDirectory, shard)).run();
    }

    private Report run() throws IOException {
        List<String> names = disk.list(directory);
        Path path = directory.resolve(Manifest.NAME);
        if (!disk.exists(path)) {
            names.stream()
                    .filter(name -> DataFile.usedIdOf(name) >= 0)
                    .findFirst()
                    .ifPresent(name -> problems.add(
                            "the manifest " + path + " is missing, but there is " + name + "; restore it from a copy"));
            return report(0, false, 0, problems.isEmpty() ? BitcaskRecovery.unlisted(names, Set.of()) : List.of());
        }
        Manifest manifest;
        try {
            manifest = Manifest.read(disk, directory, owner);
        } catch (CorruptionException damaged) {
            problems.add(damaged.getMessage());
            return report(-1, true, 0, List.of());
        }
        for (Manifest.Entry entry : manifest.files()) {
            try (StoreFile file = DataFile.open(disk, directory, entry.id(), entry.length(), owner)) {
                read(file, manifest.index());
            } catch (CorruptionException damaged) {
                problems.add(damaged.getMessage());
            }
        }
        return report(
                manifest.index(), true, manifest.files().size(), BitcaskRecovery.unlisted(names, manifest.fileIds()));
    }

    private void read(StoreFile file, long durableIndex) throws IOException {
        durableBytes += file.durableLength();
        nonDurableBytes += file.file().size() - file.durableLength();
        RecordScan scan = new RecordScan(file, durableIndex);
        while (scan.next()) {
            records++;
        }
    }

    private Report report(long durableIndex, boolean hasManifest, int files, List<String> unlisted) {
        return new Report(
                durableIndex,
                hasManifest,
                files,
                records,
                durableBytes,
                nonDurableBytes,
                List.copyOf(unlisted),
                List.copyOf(problems));
    }
}

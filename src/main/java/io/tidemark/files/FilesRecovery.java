package io.tidemark.files;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens exactly the files that the position file lists, at the lengths it lists, and then removes the others. */
final class FilesRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(FilesRecovery.class);

    private FilesRecovery() {}

    /**
     * Opens a directory's files. Blocks.
     *
     * @param requiredPosition what must be durable
     * @return the home of the files, and the files
     * @throws CorruptionException if anything that was durable is damaged or missing; nothing has been changed then
     */
    static FileSet recover(Disk disk, Path directory, long maxFileBytes, long requiredPosition) throws IOException {
        List<String> names = disk.list(directory);
        PositionFile found = position(disk, directory, names);
        long durable = found == null ? 0 : found.position();
        if (durable < requiredPosition) {
            throw new CorruptionException(directory.resolve(PositionFile.NAME) + " has position " + durable
                    + ", but the log has forgotten what is not above " + requiredPosition
                    + ": this is an older copy; put the newer one back");
        }
        long nextId = found == null ? 1 : found.nextId();
        for (String name : names) {
            nextId = Math.max(nextId, usedIdOf(name) + 1);
        }
        StoreDirectory home = new StoreDirectory(disk, directory, nextId);
        FileSet set = FileSet.open(home, maxFileBytes, found);
        try {
            set.makePositionDurable();
            remove(disk, directory, unlisted(names, found == null ? Set.of() : found.fileIds()));
            return set;
        } catch (IOException | RuntimeException | Error e) {
            set.close();
            throw e;
        }
    }

    private static @Nullable PositionFile position(Disk disk, Path directory, List<String> names) throws IOException {
        Path path = directory.resolve(PositionFile.NAME);
        if (disk.exists(path)) {
            return PositionFile.read(disk, directory);
        }
        for (String name : names) {
            if (usedIdOf(name) >= 0) {
                throw new CorruptionException("the position file " + path + " is missing, but there is " + name
                        + "; restore the whole directory from a copy");
            }
        }
        return null;
    }

    /** The number in a data file's name, also in one that has been set aside; -1 if the name is neither. */
    private static long usedIdOf(String name) {
        return Piece.idOf(
                name.endsWith(Quarantine.SUFFIX)
                        ? name.substring(0, name.length() - Quarantine.SUFFIX.length())
                        : name);
    }

    private static List<String> unlisted(List<String> names, Set<Long> listed) {
        return names.stream()
                .filter(name -> {
                    if (name.endsWith(".new")) {
                        String whole = name.substring(0, name.length() - ".new".length());
                        return whole.equals(PositionFile.NAME) || Piece.idOf(whole) >= 0;
                    }
                    long id = usedIdOf(name);
                    return id >= 0 && (name.endsWith(Quarantine.SUFFIX) || !listed.contains(id));
                })
                .toList();
    }

    private static void remove(Disk disk, Path directory, List<String> unlisted) throws IOException {
        if (!unlisted.isEmpty()) {
            LOG.info("{}: removing what {} does not list: {}", directory, PositionFile.NAME, unlisted);
        }
        for (String name : unlisted) {
            disk.delete(directory.resolve(name));
        }
    }

    /** Opens what a position file lists, all or nothing. */
    static List<Piece> open(StoreDirectory home, PositionFile found) throws IOException {
        List<Piece> pieces = new ArrayList<>();
        Map<String, Long> ends = new HashMap<>();
        try {
            for (PositionFile.Entry entry : found.files()) {
                Path path = home.path().resolve(Piece.fileName(entry.name(), entry.id()));
                long start = ends.getOrDefault(entry.name(), 0L);
                pieces.add(new Piece(
                        entry.name(),
                        start,
                        new FileSnapshot(open(home.disk(), path, entry), entry.length()),
                        entry.crc()));
                ends.put(entry.name(), start + entry.length());
            }
            return pieces;
        } catch (IOException | RuntimeException | Error e) {
            for (Piece piece : pieces) {
                piece.snapshot().file().close();
            }
            throw e;
        }
    }

    private static StoreFile open(Disk disk, Path path, PositionFile.Entry entry) throws IOException {
        if (!disk.exists(path)) {
            throw new CorruptionException("data file " + path + " is missing; restore it from a copy");
        }
        StoreFile file = StoreFile.open(disk, path, entry.id(), entry.length());
        try {
            long size = file.file().size();
            if (size < entry.length()) {
                throw new CorruptionException("data file " + path + " has " + size + " bytes, but " + entry.length()
                        + " were durable; restore it from a copy");
            }
            Piece.check(file.file(), entry.length(), entry.crc());
            return file;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }
}

package io.tidemark.files;

import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.DisplacedFile;
import io.tidemark.disk.durable.DurableState;
import io.tidemark.disk.durable.RepairNeed;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.disk.durable.StoreFile;
import io.tidemark.files.FilesSnapshot.Named;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The files of a directory from one opening to the next: those that were durable then, and those made since. A repair puts a
 * second set in the place of the first. {@link #append} belongs to one thread at a time, as does {@link #force} with {@link
 * #rewritePosition} and {@link #reopenProven}; the rest to anybody.
 */
final class FileSet implements AutoCloseable {

    /** How positions are written down. */
    private static final class Format implements DurableState.ManifestFormat<FilesSnapshot, PositionFile> {
        @Override
        public PositionFile of(FilesSnapshot snapshot) {
            List<PositionFile.Entry> files = snapshot.pieces().stream()
                    .map(piece -> new PositionFile.Entry(
                            piece.name(),
                            piece.snapshot().file().id(),
                            piece.snapshot().length(),
                            piece.crc()))
                    .toList();
            return new PositionFile(snapshot.position(), snapshot.nextId(), files);
        }

        @Override
        public PositionFile empty() {
            return new PositionFile(0, 1, List.of());
        }

        @Override
        public PositionFile read(Disk disk, Path directory) throws IOException {
            return PositionFile.read(disk, directory);
        }
    }

    private final StoreDirectory home;
    private final long maxFileBytes;
    private final DurableState<FilesSnapshot, PositionFile> durable;
    private final List<StoreFile> opened;
    private final List<StoreFile> made = new CopyOnWriteArrayList<>();
    private final Map<String, Growing> growing = new LinkedHashMap<>();
    private final FilesSnapshot first;

    private FileSet(
            StoreDirectory home,
            long maxFileBytes,
            DurableState<FilesSnapshot, PositionFile> durable,
            List<Piece> pieces,
            long position) {
        this.home = home;
        this.maxFileBytes = maxFileBytes;
        this.durable = durable;
        this.opened = pieces.stream().map(piece -> piece.snapshot().file()).toList();
        Map<String, List<Piece>> byName = new LinkedHashMap<>();
        pieces.forEach(piece ->
                byName.computeIfAbsent(piece.name(), name -> new ArrayList<>()).add(piece));
        byName.forEach((name, its) -> growing.put(name, growing(name, its)));
        this.first = snapshot(position);
    }

    /**
     * Opens what the position file lists. Blocks: it reads every byte that is durable. Changes nothing.
     *
     * @param found {@code null} for a new directory
     * @throws io.tidemark.disk.CorruptionException if anything of it is missing, short or damaged
     */
    static FileSet open(StoreDirectory home, long maxFileBytes, @Nullable PositionFile found) throws IOException {
        return of(home, maxFileBytes, new DurableState<>(home, new Format(), found), found);
    }

    private static FileSet of(
            StoreDirectory home,
            long maxFileBytes,
            DurableState<FilesSnapshot, PositionFile> durable,
            @Nullable PositionFile found)
            throws IOException {
        List<Piece> pieces = found == null ? List.of() : FilesRecovery.open(home, found);
        return new FileSet(home, maxFileBytes, durable, pieces, found == null ? 0 : found.position());
    }

    private Growing growing(String name, List<Piece> its) {
        return new Growing(home, name, maxFileBytes, its, made::add);
    }

    private FilesSnapshot snapshot(long position) {
        List<Named> named = growing.values().stream().map(Growing::state).toList();
        return new FilesSnapshot(this, position, home.nextId().get(), named);
    }

    /** The files before the first append. */
    FilesSnapshot first() {
        return first;
    }

    /** An append that is in the page cache, and the files behind it. */
    record Outcome(FilesSnapshot snapshot, Appended appended, long bytes) {}

    /**
     * Appends to the page cache; nothing of it counts until it has all been written.
     *
     * @throws IOException if it could not be; it may be repeated
     */
    Outcome append(long position, List<Part> parts) throws IOException {
        Map<String, List<ByteBuffer>> byName = new LinkedHashMap<>();
        for (Part part : parts) {
            byName.computeIfAbsent(part.file(), name -> new ArrayList<>()).add(part.bytes());
        }
        Map<String, Long> next = new LinkedHashMap<>();
        for (Map.Entry<String, List<ByteBuffer>> each : byName.entrySet()) {
            Growing file = growing.computeIfAbsent(each.getKey(), name -> growing(name, List.of()));
            next.put(each.getKey(), file.write(each.getValue()));
        }
        byName.forEach((name, bytes) -> growingOf(name).count(bytes));
        List<Long> offsets = new ArrayList<>(parts.size());
        long bytes = 0;
        for (Part part : parts) {
            int length = part.bytes().remaining();
            offsets.add(next.merge(part.file(), (long) length, Long::sum) - length);
            bytes += length;
        }
        return new Outcome(snapshot(position), new Appended(position, List.copyOf(offsets)), bytes);
    }

    private Growing growingOf(String name) {
        Growing file = growing.get(name);
        if (file == null) {
            throw new IllegalStateException("no file is named " + name);
        }
        return file;
    }

    /** See {@link DurableState#prepare} and {@link DurableState#confirm}. */
    void makePositionDurable() throws IOException {
        durable.prepare();
        durable.confirm();
    }

    /** See {@link DurableState#force}. */
    void force(FilesSnapshot snapshot, int pacingBytes) throws IOException {
        durable.force(snapshot, pacingBytes);
    }

    /** Whether there is one position file only that a power cut can leave. */
    boolean certain() {
        return durable.manifestCertain();
    }

    /** What a generation captured is durable. Memory only. */
    void completed(FilesSnapshot snapshot) {
        durable.completed(snapshot);
    }

    /** The durable position. */
    long durablePosition() {
        return durable.index();
    }

    /** What is needed before anything can be forced again. Memory only. */
    RepairNeed repairNeed() {
        RepairNeed need = durable.need();
        if (need != RepairNeed.NEW_MANIFEST || made.stream().noneMatch(home::isInDoubt)) {
            return need;
        }
        durable.dataLost(
                "the force of the directory that failed behind the position file covered the names of new data files");
        return RepairNeed.NEW_FILES;
    }

    /** See {@link DurableState#rewriteManifest}. */
    void rewritePosition() throws IOException {
        durable.rewriteManifest();
    }

    /** A second set over what is proven durable of this one; nothing of what only the page cache has. Blocks. */
    FileSet reopenProven() throws IOException {
        PositionFile proven = durable.durableManifest();
        if (proven != null) {
            putBack(proven);
        }
        return of(home, maxFileBytes, durable.successor(), proven);
    }

    /** Files that somebody has taken away meanwhile, from the descriptors that are still open. */
    private void putBack(PositionFile proven) throws IOException {
        for (PositionFile.Entry entry : proven.files()) {
            for (StoreFile file : all()) {
                if (file.id() == entry.id()) {
                    DisplacedFile.restore(
                            home.disk(),
                            home.path(),
                            file,
                            entry.length(),
                            source -> Piece.check(source, entry.length(), entry.crc()));
                }
            }
        }
    }

    /** Numbers of the files that are proven durable. */
    Set<Long> provenIds() {
        PositionFile proven = durable.durableManifest();
        return proven == null ? Set.of() : proven.fileIds();
    }

    /** Numbers of the files that a position file lists which a power cut may leave. */
    Set<Long> listedIds() {
        return durable.listed();
    }

    /** Every file of this set. */
    List<StoreFile> all() {
        List<StoreFile> all = new ArrayList<>(opened);
        all.addAll(made);
        return all;
    }

    /** Those that this set has made. */
    List<StoreFile> made() {
        return List.copyOf(made);
    }

    @Override
    public void close() throws IOException {
        for (StoreFile file : all()) {
            file.close();
        }
    }
}

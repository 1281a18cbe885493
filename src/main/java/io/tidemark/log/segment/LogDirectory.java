package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.NoDescriptorsException;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names in a log's directory, and how a file gets one.
 *
 * <pre>
 * LOG                  control file, the release record
 * 0000000001.log       segments, ids ascending without a gap
 * *.new                not finished; removed at open
 * *.spare              released, to be used again; removed at open
 * </pre>
 *
 * <p>A segment is written as {@code .new}, forced, renamed, and the directory forced: a file that bears a segment's
 * name was durable as a whole, up to what its header says.
 */
final class LogDirectory {
    static final String CONTROL = "LOG";

    private static final Pattern SEGMENT = Pattern.compile("[0-9]{10}\\.log");
    private static final Pattern UNFINISHED = Pattern.compile("(LOG|[0-9]{10}\\.log)\\.new|[0-9]{10}\\.log\\.spare");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Disk disk;
    private final Path path;
    private final UUID dataDirectoryId;
    private final int shard;

    LogDirectory(Disk disk, Path path, UUID dataDirectoryId, int shard) {
        this.disk = disk;
        this.path = path;
        this.dataDirectoryId = dataDirectoryId;
        this.shard = shard;
    }

    /** What fills a new segment behind its header before it gets its name. */
    @FunctionalInterface
    interface Filling {
        /** Nothing. */
        Filling NONE = (file, at) -> at;

        /**
         * Writes frames.
         *
         * @return where they end
         */
        long write(DiskFile file, long at) throws IOException;
    }

    Path path() {
        return path;
    }

    int shard() {
        return shard;
    }

    Path control() {
        return path.resolve(CONTROL);
    }

    Path segment(long id) {
        return path.resolve(String.format(Locale.ROOT, "%010d.log", id));
    }

    List<String> names() throws IOException {
        return disk.list(path);
    }

    static List<Long> segmentIds(List<String> names) {
        return names.stream()
                .filter(name -> SEGMENT.matcher(name).matches())
                .map(name -> Long.valueOf(name.substring(0, 10)))
                .sorted()
                .toList();
    }

    /** A released segment's file, no longer under its name. */
    record Spare(Path path, long bytes) {}

    /** Removes what was being made when the process died, and spares. */
    void deleteUnfinished(List<String> names) throws IOException {
        for (String name : names) {
            if (UNFINISHED.matcher(name).matches()) {
                disk.delete(path.resolve(name));
            }
        }
    }

    /** Takes its name from a segment whose release is durable on record. */
    Spare setAside(Segment segment) throws IOException {
        Path spare = segment.path().resolveSibling(segment.path().getFileName() + ".spare");
        disk.rename(segment.path(), spare);
        return new Spare(spare, segment.fileBytes());
    }

    void delete(Spare spare) throws IOException {
        disk.delete(spare.path());
    }

    void delete(long id) throws IOException {
        disk.delete(segment(id));
    }

    DiskFile open(long id) throws IOException {
        return disk.openForRead(segment(id));
    }

    /**
     * Makes the directory, and the control file of a log that has no segment yet.
     *
     * @throws RetryLaterException if there is no room for them
     */
    ControlFile create() throws IOException {
        try {
            disk.createDurably(path);
        } catch (IOException failure) {
            throw notYet(failure, path);
        }
        ControlFile fresh = new ControlFile(dataDirectoryId, shard, 0, 1, 0);
        writeControl(fresh);
        return fresh;
    }

    /** The control file, or null if there is none. */
    @Nullable
    ControlFile readControl() throws IOException {
        Path file = control();
        if (!disk.exists(file)) {
            return null;
        }
        ControlFile control = ControlFile.decode(disk.readAll(file, ControlFile.BYTES), file);
        checkOwner(file, control.dataDirectoryId(), control.shard());
        return control;
    }

    /** @throws RetryLaterException if there is no room for it: one of the two is there, and it must be written anew */
    void writeControl(ControlFile control) throws IOException {
        try {
            disk.replace(control(), control.encode());
        } catch (IOException failure) {
            throw notYet(failure, control());
        }
    }

    private static IOException notYet(IOException failure, Path what) {
        if (RetryLaterException.isCauseOf(failure)) {
            return failure instanceof RetryLaterException
                    ? failure
                    : new RetryLaterException("not yet: " + what, failure);
        }
        if (NoDescriptorsException.isCauseOf(failure)) {
            return new RetryLaterException("no file descriptor for " + what, failure);
        }
        return DiskFull.mayBeCauseOf(failure) ? new RetryLaterException("no room for " + what, failure) : failure;
    }

    /** Reads a segment's header and checks that the file is the one its name says. */
    SegmentHeader readHeader(DiskFile file, long id) throws IOException {
        Path name = segment(id);
        if (file.size() < SegmentHeader.BYTES) {
            throw new CorruptionException(name + ": " + file.size() + " bytes, expected a segment header of "
                    + SegmentHeader.BYTES + " that was durable: restore the log from a copy");
        }
        ByteBuffer page = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.readFully(page, 0);
        SegmentHeader header = SegmentHeader.decode(page, name);
        checkOwner(name, header.dataDirectoryId(), header.shard());
        if (header.id() != id) {
            throw new CorruptionException(name + ": the header says segment " + header.id() + ", the name " + id);
        }
        return header;
    }

    /**
     * The header of the segment that follows another.
     *
     * @param previous null for the first of all
     * @param forcedMark the last entry's index once the new segment has its name
     */
    SegmentHeader successor(@Nullable Segment previous, long forcedMark, long releasedIndex, long createdMillis) {
        long lastIndex = previous == null ? 0 : previous.lastIndex();
        return new SegmentHeader(
                dataDirectoryId,
                shard,
                previous == null ? 1 : previous.id() + 1,
                RANDOM.nextLong(),
                lastIndex + 1,
                previous == null ? 0 : previous.id(),
                previous == null ? 0 : previous.header().identity(),
                previous == null ? 0 : previous.end(),
                lastIndex,
                forcedMark,
                releasedIndex,
                createdMillis,
                SegmentHeader.BYTES,
                false);
    }

    /** The header of a segment that takes the place, and the name, of one in which no entry counts. */
    SegmentHeader replacement(SegmentHeader old, long forcedMark, long releasedIndex, long createdMillis) {
        return new SegmentHeader(
                dataDirectoryId,
                shard,
                old.id(),
                RANDOM.nextLong(),
                old.firstIndex(),
                old.previousId(),
                old.previousIdentity(),
                old.previousEnd(),
                old.previousLastIndex(),
                forcedMark,
                releasedIndex,
                createdMillis,
                SegmentHeader.BYTES,
                false);
    }

    /**
     * Makes a segment that is durable under its name when this returns. The control file is the caller's next step.
     *
     * @param groupBytes of the group that comes next, if that is known
     * @throws RetryLaterException if there is no room for it: there is none then of that name, unless there was before
     */
    ActiveSegment make(SegmentHeader header, ActiveSegment.Ahead ahead, int groupBytes, Filling filling)
            throws IOException {
        Path name = segment(header.id());
        Path unfinished = name.resolveSibling(name.getFileName() + ".new");
        disk.delete(unfinished);
        return make(header, ahead, groupBytes, unfinished, disk::create, filling);
    }

    /**
     * The same from a spare, whose blocks have been written before. Its old frames stay behind the new header: they carry
     * another identity and so count for nothing. If it fails, the spare is gone.
     */
    ActiveSegment make(SegmentHeader header, ActiveSegment.Ahead ahead, int groupBytes, Spare spare)
            throws IOException {
        return make(header.inReusedFile(), ahead, groupBytes, spare.path(), disk::openForWrite, (file, start) -> {
            if (spare.bytes() > SegmentHeader.BYTES) {
                // A force that failed in an earlier process may have left a length that only memory knows.
                file.writeFully(ByteBuffer.allocate(1), spare.bytes() - 1);
            }
            return start;
        });
    }

    @FunctionalInterface
    private interface Opening {
        DiskFile open(Path path) throws IOException;
    }

    private ActiveSegment make(
            SegmentHeader fresh,
            ActiveSegment.Ahead ahead,
            int groupBytes,
            Path unnamed,
            Opening opening,
            Filling filling)
            throws IOException {
        Path name = segment(fresh.id());
        SegmentHeader header;
        DiskFile file = null;
        long end;
        try {
            file = opening.open(unnamed);
            end = filling.write(file, SegmentHeader.BYTES);
            header = fresh.withFileBytes(Math.max(SegmentHeader.BYTES, file.size()));
            file.writeFully(header.encode(), 0); // it has its room before the file goes ahead
            ahead.begin(file, header.fileBytes(), groupBytes);
            if (file.size() > header.fileBytes()) {
                header = fresh.withFileBytes(file.size());
                file.writeFully(header.encode(), 0);
            }
            file.force();
            disk.rename(unnamed, name);
        } catch (IOException | RuntimeException | Error failure) {
            drop(file, unnamed, failure);
            if (failure instanceof IOException noRoom) {
                throw notYet(noRoom, name);
            }
            throw failure;
        }
        try {
            disk.forceDirectory(path);
            return new ActiveSegment(header, name, file, end, ahead, disk.stamp(name));
        } catch (IOException | RuntimeException | Error failure) {
            drop(file, null, failure); // it may have its name for good
            throw failure;
        }
    }

    private void drop(@Nullable DiskFile file, @Nullable Path unnamed, Throwable because) {
        try {
            if (file != null) {
                file.close();
            }
            if (unnamed != null) {
                disk.delete(unnamed);
            }
        } catch (IOException alsoFailed) {
            because.addSuppressed(alsoFailed);
        }
    }

    private void checkOwner(Path file, UUID foundDirectory, int foundShard) throws CorruptionException {
        if (!foundDirectory.equals(dataDirectoryId) || foundShard != shard) {
            throw new CorruptionException(file + ": belongs to data directory " + foundDirectory + ", shard "
                    + foundShard + ", expected " + dataDirectoryId + ", shard " + shard
                    + "; point the node at its own log");
        }
    }
}

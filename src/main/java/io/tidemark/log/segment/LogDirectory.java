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
 * The file names in a log's directory, and how files get them.
 *
 * <pre>
 * LOG                  control file, the release record
 * 0000000001.log       segments, ids ascending without a gap
 * *.new                unfinished; removed at open
 * *.spare              released, kept for recycling; removed at open
 * </pre>
 *
 * <p>A segment is written as {@code .new}, forced, renamed, and the directory forced: a file with a segment's
 * name was durable as a whole, up to the length in its header.
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

    /** Writes the initial contents of a new segment after its header, before it gets its name. */
    @FunctionalInterface
    interface Content {
        /** No frames. */
        Content NONE = (file, at) -> at;

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

    /** A released segment's file, renamed for recycling. */
    record Spare(Path path, long bytes) {}

    /** Removes files that were unfinished when the process died, and spare files. */
    void deleteUnfinished(List<String> names) throws IOException {
        for (String name : names) {
            if (UNFINISHED.matcher(name).matches()) {
                disk.delete(path.resolve(name));
            }
        }
    }

    /** Renames a segment whose release record is durable into a spare file. */
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
     * Creates the directory, and the control file of a log without segments.
     *
     * @throws RetryLaterException if the disk is too full
     */
    ControlFile create() throws IOException {
        try {
            disk.createDurably(path);
        } catch (IOException failure) {
            throw retryable(failure, path);
        }
        ControlFile fresh = new ControlFile(dataDirectoryId, shard, 0, 1, 0);
        writeControl(fresh);
        return fresh;
    }

    /** The control file, or null if it does not exist. */
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

    /**
     * @throws RetryLaterException if the disk is too full: the old or the new file is in place, and it must be written
     * again
     */
    void writeControl(ControlFile control) throws IOException {
        try {
            disk.replace(control(), control.encode());
        } catch (IOException failure) {
            throw retryable(failure, control());
        }
    }

    /** The failure as a {@link RetryLaterException}, if a retry is safe. */
    private static IOException retryable(IOException failure, Path what) {
        if (RetryLaterException.isCauseOf(failure)) {
            return failure instanceof RetryLaterException
                    ? failure
                    : new RetryLaterException("can't be written yet: " + what, failure);
        }
        if (NoDescriptorsException.isCauseOf(failure)) {
            return new RetryLaterException("no file descriptor for " + what, failure);
        }
        return DiskFull.mayBeCauseOf(failure) ? new RetryLaterException("no space for " + what, failure) : failure;
    }

    /** Reads a segment's header and checks that it belongs to the file's name. */
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
     * @param previous null for the first segment
     * @param forcedMark the last entry's index when the new segment gets its name
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

    /** The header of a segment that replaces, under the same name, one without valid entries. */
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
     * Creates a segment that is durable under its name on return. The caller must update the control file next.
     *
     * @param groupBytes size of the next group, 0 if unknown
     * @throws RetryLaterException if the disk is too full: no segment of that name was created then
     */
    ActiveSegment create(SegmentHeader header, Preallocator preallocator, int groupBytes, Content content)
            throws IOException {
        Path name = segment(header.id());
        Path unfinished = name.resolveSibling(name.getFileName() + ".new");
        disk.delete(unfinished);
        return create(header, preallocator, groupBytes, unfinished, disk::create, content);
    }

    /**
     * Creates a segment from a spare file, whose blocks have been written before. Its old frames stay after the new header:
     * they have another identity and so are ignored. On failure the spare file is deleted.
     */
    ActiveSegment create(SegmentHeader header, Preallocator preallocator, int groupBytes, Spare spare)
            throws IOException {
        return create(
                header.inReusedFile(), preallocator, groupBytes, spare.path(), disk::openForWrite, (file, start) -> {
                    if (spare.bytes() > SegmentHeader.BYTES) {
                        // a failed force of an earlier process may have left a length that is in the page cache only
                        file.writeFully(ByteBuffer.allocate(1), spare.bytes() - 1);
                    }
                    return start;
                });
    }

    @FunctionalInterface
    private interface Opening {
        DiskFile open(Path path) throws IOException;
    }

    private ActiveSegment create(
            SegmentHeader fresh,
            Preallocator preallocator,
            int groupBytes,
            Path unnamed,
            Opening opening,
            Content content)
            throws IOException {
        Path name = segment(fresh.id());
        SegmentHeader header;
        DiskFile file = null;
        long end;
        try {
            file = opening.open(unnamed);
            end = content.write(file, SegmentHeader.BYTES);
            header = fresh.withFileBytes(Math.max(SegmentHeader.BYTES, file.size()));
            file.writeFully(header.encode(), 0); // gets its block before the file is preallocated
            preallocator.begin(file, header.fileBytes(), groupBytes);
            if (file.size() > header.fileBytes()) {
                header = fresh.withFileBytes(file.size());
                file.writeFully(header.encode(), 0);
            }
            file.force();
            disk.rename(unnamed, name);
        } catch (IOException | RuntimeException | Error failure) {
            discard(file, unnamed, failure);
            if (failure instanceof IOException noRoom) {
                throw retryable(noRoom, name);
            }
            throw failure;
        }
        try {
            disk.forceDirectory(path);
            return new ActiveSegment(header, name, file, end, preallocator, disk.stamp(name));
        } catch (IOException | RuntimeException | Error failure) {
            discard(file, null, failure); // the rename may be durable
            throw failure;
        }
    }

    private void discard(@Nullable DiskFile file, @Nullable Path unnamed, Throwable failure) {
        try {
            if (file != null) {
                file.close();
            }
            if (unnamed != null) {
                disk.delete(unnamed);
            }
        } catch (IOException alsoFailed) {
            failure.addSuppressed(alsoFailed);
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

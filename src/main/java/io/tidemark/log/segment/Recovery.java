package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines what a log holds, refuses it if something durable is missing, and makes everything else durable.
 *
 * <ol>
 *   <li>The control file, the names and the chain of segment headers must agree. One segment more than the control file
 *       lists is left from a crash during its creation, if it continues the chain; anything else means an outdated control
 *       file.
 *   <li>The control file is written again before anything relies on it. A process that died between its rename and the sync
 *       of the directory, or whose sync failed, leaves a name that can be read but may be lost in a power cut. Forcing the
 *       directory now proves nothing: some file systems report such a failure only once.
 *   <li>The last segment is searched for its end ({@link TailScan}). If nothing was appended to it since its creation, its
 *       name may not be durable either: it is created again as a whole before it is listed or its forced mark is trusted.
 *       The names of the earlier segments were durable before it was created.
 *   <li>Entries above the highest forced mark may be pages that a failed fdatasync left clean: they can be read but are
 *       lost in a power cut. They are rewritten to a new segment and forced, before anything is applied. If the last
 *       segment keeps no valid entry, the new segment replaces it under its name, so that crash loops don't multiply files.
 * </ol>
 *
 * A crash at any step leaves a state that the next recovery accepts: an unfinished {@code .new} is removed; a segment that is
 * named but not yet listed in the control file continues the chain; the segment before it still holds the rewritten entries.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final LogDirectory directory;
    private final Preallocator preallocator;
    private final LongSupplier epochMillis;

    Recovery(LogDirectory directory, Preallocator preallocator, LongSupplier epochMillis) {
        this.directory = directory;
        this.preallocator = preallocator;
        this.epochMillis = epochMillis;
    }

    /**
     * Recovers the log.
     *
     * @param durableIndex the durable index of the data files
     */
    Recovered run(long durableIndex) throws IOException {
        List<String> names = directory.names();
        List<Long> ids = LogDirectory.segmentIds(names);
        ControlFile control = directory.readControl();
        if (control == null) {
            requireNothing(ids, durableIndex);
            directory.deleteUnfinished(names);
            return Recovered.empty(null);
        }
        checkReleased(control, durableIndex);
        List<SegmentHeader> headers = headers(control, ids);
        directory.deleteUnfinished(names);
        directory.writeControl(control);
        deleteReleased(control, ids);
        if (headers.isEmpty()) {
            checkEnd(0, durableIndex);
            return Recovered.empty(control);
        }
        checkStart(headers.get(0), control, durableIndex);
        return recoverTail(control, headers, durableIndex);
    }

    void requireNothing(List<Long> ids, long durableIndex) throws CorruptionException {
        if (!ids.isEmpty()) {
            throw new CorruptionException(directory.control() + " is missing, but " + ids.size()
                    + " segments exist, from " + directory.segment(ids.get(0)) + ": restore it from a copy");
        }
        checkEnd(0, durableIndex);
    }

    void checkReleased(ControlFile control, long durableIndex) throws CorruptionException {
        if (control.releasedIndex() > durableIndex) {
            throw new CorruptionException(directory.control() + ": the log was released up to index "
                    + control.releasedIndex() + ", but the data files are durable up to " + durableIndex
                    + " only: their manifest CHECKPOINT is older than the release record; restore both from one copy");
        }
    }

    void checkStart(SegmentHeader first, ControlFile control, long durableIndex) throws CorruptionException {
        if (first.firstIndex() > Math.min(durableIndex, control.releasedIndex()) + 1) {
            throw new CorruptionException(directory.segment(first.id()) + ": the log begins at index "
                    + first.firstIndex() + ", but was released up to " + control.releasedIndex()
                    + " only, and the data files are durable up to " + durableIndex);
        }
    }

    void checkEnd(long lastIndex, long durableIndex) throws CorruptionException {
        if (lastIndex < durableIndex) {
            throw new CorruptionException(directory.path() + ": the log ends at " + lastIndex
                    + " below the durable index " + durableIndex
                    + ": it is older than the data files, or its end is damaged");
        }
    }

    /** Headers of all listed segments, and of one that may not be listed yet, validated as a chain. */
    List<SegmentHeader> headers(ControlFile control, List<Long> ids) throws IOException {
        Set<Long> present = Set.copyOf(ids);
        for (long id = control.firstId(); id <= control.lastId(); id++) {
            if (!present.contains(id)) {
                throw new CorruptionException(directory.segment(id) + " is missing; " + directory.control()
                        + " lists segments " + control.firstId() + " to " + control.lastId()
                        + ": restore it from a copy");
            }
        }
        List<Long> unlisted = ids.stream().filter(id -> id > control.lastId()).toList();
        if (unlisted.size() > 1 || (unlisted.size() == 1 && unlisted.get(0) != control.lastId() + 1)) {
            throw outdated(control, unlisted.get(unlisted.size() - 1), null);
        }
        List<SegmentHeader> headers = new ArrayList<>();
        long previousBytes = 0;
        for (long id = control.firstId(); id <= control.lastId() + unlisted.size(); id++) {
            try (DiskFile file = directory.open(id)) {
                SegmentHeader header = directory.readHeader(file, id);
                SegmentHeader previous = headers.isEmpty() ? null : headers.get(headers.size() - 1);
                String fault = fault(header, previous, previousBytes, control);
                if (fault != null) {
                    throw id > control.lastId()
                            ? outdated(control, id, fault)
                            : new CorruptionException(directory.segment(id) + ": " + fault);
                }
                headers.add(header);
                previousBytes = file.size();
            }
        }
        return headers;
    }

    private CorruptionException outdated(ControlFile control, long id, @Nullable String fault) {
        return new CorruptionException(directory.control() + " is older than the segments: it lists "
                + control.firstId() + " to " + control.lastId() + ", found " + directory.segment(id)
                + (fault == null ? "" : ", whose " + fault) + ": restore the newer one");
    }

    /** What is wrong with a header's place in the chain, null if nothing. */
    private @Nullable String fault(
            SegmentHeader header, @Nullable SegmentHeader previous, long previousBytes, ControlFile control) {
        if (header.firstIndex() != header.previousLastIndex() + 1 || header.forcedMark() < header.previousLastIndex()) {
            return "header contradicts itself: first index " + header.firstIndex() + ", previous last index "
                    + header.previousLastIndex() + ", forced mark " + header.forcedMark();
        }
        if (header.previousId() != header.id() - 1) {
            return "header follows segment " + header.previousId() + ", expected " + (header.id() - 1);
        }
        if (header.releasedIndex() > control.releasedIndex()) {
            return "header records a release up to " + header.releasedIndex() + ", the control file only up to "
                    + control.releasedIndex();
        }
        if (previous == null) {
            return null;
        }
        if (header.previousIdentity() != previous.identity()) {
            return "header follows another segment " + previous.id() + " than the one found";
        }
        if (header.previousLastIndex() < previous.firstIndex() - 1) {
            return "first index " + header.firstIndex() + " is below that of the previous segment, "
                    + previous.firstIndex();
        }
        if (header.previousEnd() < SegmentHeader.BYTES || header.previousEnd() > previousBytes) {
            return "header says that " + directory.segment(previous.id()) + " ends at " + header.previousEnd()
                    + ", but it has " + previousBytes + " bytes";
        }
        return null;
    }

    private void deleteReleased(ControlFile control, List<Long> ids) throws IOException {
        List<Long> released = ids.stream().filter(id -> id < control.firstId()).toList();
        if (released.isEmpty()) {
            return;
        }
        for (long id : released) {
            directory.delete(id);
        }
    }

    private Recovered recoverTail(ControlFile control, List<SegmentHeader> headers, long durableIndex)
            throws IOException {
        int last = headers.size() - 1;
        SegmentHeader header = headers.get(last);
        List<Segment> sealed = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            SegmentHeader next = headers.get(i + 1);
            sealed.add(new Segment(
                    headers.get(i),
                    directory.segment(headers.get(i).id()),
                    next.previousEnd(),
                    next.previousLastIndex(),
                    fileBytes(headers.get(i).id())));
        }
        TailScan scan;
        try (DiskFile file = directory.open(header.id())) {
            scan = TailScan.of(file, directory.segment(header.id()), header);
        }
        checkEnd(scan.lastIndex(), durableIndex);
        if (scan.tornBytes() > 0) {
            LOG.warn(
                    "{}: ignored a torn tail of {} bytes at offset {}, after entry {}; it was never acknowledged",
                    directory.segment(header.id()),
                    scan.tornBytes(),
                    scan.end(),
                    scan.lastIndex());
        }
        long rewritten = scan.lastIndex() - provenIndex(header, scan);
        ActiveSegment active = null;
        if (rewritten == 0 && scan.appendedTo()) {
            sealed.add(new Segment(
                    header, directory.segment(header.id()), scan.end(), scan.lastIndex(), scan.fileBytes()));
        } else {
            active = rewriteTail(control, sealed, header, scan);
        }
        ControlFile current =
                active == null ? control : control.withLast(active.header().id());
        return new Recovered(
                current,
                List.copyOf(sealed),
                active,
                scan.lastIndex(),
                scan.lastTimeMillis(),
                scan.tornBytes(),
                rewritten);
    }

    /** The last index of a last segment that is proven durable as found. */
    static long provenIndex(SegmentHeader header, TailScan scan) {
        return scan.appendedTo() ? scan.mark() : header.previousLastIndex();
    }

    /** Rewrites the unproven entries to a new segment; adds the old segment to the sealed ones if it keeps valid entries. */
    private ActiveSegment rewriteTail(ControlFile control, List<Segment> sealed, SegmentHeader old, TailScan scan)
            throws IOException {
        long nowMillis = Math.max(scan.lastTimeMillis(), epochMillis.getAsLong());
        long proven = provenIndex(old, scan);
        try (DiskFile file = directory.open(old.id())) {
            FrameReader reader = new FrameReader(file, old, scan.end());
            while (reader.nextIndex() <= proven && reader.next()) {
                // skips to the end of the last proven entry
            }
            SegmentHeader header;
            if (proven >= old.firstIndex()) {
                Segment kept =
                        new Segment(old, directory.segment(old.id()), reader.nextOffset(), proven, scan.fileBytes());
                sealed.add(kept);
                header = directory.successor(kept, scan.lastIndex(), control.releasedIndex(), nowMillis);
            } else {
                header = directory.replacement(old, scan.lastIndex(), control.releasedIndex(), nowMillis);
            }
            ActiveSegment active = directory.create(header, preallocator, 0, (target, start) -> {
                long at = start;
                while (reader.next()) {
                    if (reader.isEntry()) {
                        var frame = reader.resealed(header.identity());
                        int bytes = frame.remaining();
                        target.writeFully(frame, at);
                        at += bytes;
                    }
                }
                if (reader.nextIndex() != scan.lastIndex() + 1) {
                    throw new IOException(directory.segment(old.id()) + ": entry " + reader.nextIndex()
                            + " was valid before and is not now; it was never durable: open the log again");
                }
                return at;
            });
            try {
                if (header.id() != control.lastId()) {
                    directory.writeControl(control.withLast(header.id()));
                }
                active.mark(scan.lastIndex(), nowMillis); // shows the next start that the name is durable
            } catch (IOException | RuntimeException failure) {
                active.close();
                throw failure;
            }
            return active;
        }
    }

    private long fileBytes(long id) throws IOException {
        try (DiskFile file = directory.open(id)) {
            return file.size();
        }
    }
}

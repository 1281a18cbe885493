package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log's directory and tells what may be believed. It removes leftovers of an unfinished step and nothing else.
 *
 * <ul>
 *   <li>Every segment from the first to the last that {@code LOG} names must be there; one more may be, made in the moment of
 *       a crash, and none of its frames can have been acknowledged unless it had been whole before.
 *   <li>Each header names the end and last index of the segment before it: up to there every frame was forced, so a bad one
 *       is corruption.
 *   <li>In the last segment, a bad frame with a valid one behind it whose forced mark covers it is corruption; otherwise it is
 *       where a write was torn.
 *   <li>Entries above the highest forced mark read well, but may be pages that a failed fdatasync left clean: see {@link
 *       #mark}.
 * </ul>
 */
final class SegmentRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    private final Disk disk;
    private final Path directory;
    private final LogIdentity owner;
    private final List<Segment> segments = new ArrayList<>();
    private @Nullable LogControl control;
    private long mark;
    private long markEnd = SegmentHeader.BYTES;
    private long tornBytes;
    private long lastTimeMillis;

    SegmentRecovery(Disk disk, Path directory, LogIdentity owner) {
        this.disk = disk;
        this.directory = directory;
        this.owner = owner;
    }

    /** The segments that count, in order; empty if there is no log yet. */
    List<Segment> segments() {
        return segments;
    }

    /** The release record; 0 if there is no log yet. */
    long released() {
        return control == null ? 0 : control.released();
    }

    /** Whether there is a segment that {@code LOG} does not name yet. */
    boolean controlBehind() {
        return control != null
                && !segments.isEmpty()
                && segments.get(segments.size() - 1).id() > control.last();
    }

    /** Entries up to this index are known to be on disk. */
    long mark() {
        return mark;
    }

    /** Offset in the last segment behind the last frame that the mark covers. */
    long markEnd() {
        return markEnd;
    }

    long tornBytes() {
        return tornBytes;
    }

    long lastTimeMillis() {
        return lastTimeMillis;
    }

    long lastIndex() {
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).last();
    }

    void read(long durableIndex) throws IOException {
        NavigableSet<Long> ids = new TreeSet<>();
        for (String name : disk.list(directory)) {
            if (name.endsWith(".new")) {
                disk.delete(directory.resolve(name));
            } else if (Segment.idOf(name) >= 0) {
                ids.add(Segment.idOf(name));
            }
        }
        if (!disk.exists(directory.resolve(LogControl.NAME))) {
            withoutControl(ids);
        } else {
            LogControl read = LogControl.read(disk, directory, owner);
            control = read;
            checkPresent(ids, read);
            chain(ids, read);
        }
        if (released() > durableIndex) {
            throw new CorruptionException("the log " + directory + " has released entries up to " + released()
                    + ", but the data files' manifest CHECKPOINT ends at " + durableIndex
                    + ": the manifest is older than the release record; restore both from one copy");
        }
        if (lastIndex() < durableIndex) {
            throw new CorruptionException("the log " + directory + " ends at index " + lastIndex()
                    + ", below the durable index " + durableIndex + " of the data files; restore both from one copy");
        }
    }

    /** The very first segment is made before the very first {@code LOG}, and is not used before that. */
    private void withoutControl(NavigableSet<Long> ids) throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        Path only = Segment.path(directory, ids.first());
        if (ids.size() == 1 && ids.first() == 1 && size(only) == SegmentHeader.BYTES) {
            disk.delete(only);
            return;
        }
        throw new CorruptionException("the log's control file " + directory.resolve(LogControl.NAME)
                + " is missing, but there are segments; restore it from a copy");
    }

    private long size(Path file) throws IOException {
        try (DiskFile in = disk.openForRead(file)) {
            return in.size();
        }
    }

    private void checkPresent(NavigableSet<Long> ids, LogControl expected) throws IOException {
        for (long id = expected.first(); id <= expected.last(); id++) {
            if (!ids.contains(id)) {
                throw new CorruptionException(
                        "log segment " + Segment.path(directory, id) + " is missing; restore it from a copy");
            }
        }
        for (long id : List.copyOf(ids.headSet(expected.first()))) {
            disk.delete(Segment.path(directory, id));
            ids.remove(id);
        }
        if (ids.last() > expected.last() + 1) {
            throw new CorruptionException("log segment " + Segment.path(directory, ids.last()) + " is newer than "
                    + directory.resolve(LogControl.NAME) + ", which ends at segment " + expected.last()
                    + "; was an old copy of that file put back?");
        }
    }

    private void chain(NavigableSet<Long> ids, LogControl expected) throws IOException {
        List<SegmentHeader> headers = new ArrayList<>();
        for (long id : ids) {
            headers.add(header(id));
        }
        if (headers.get(0).previousLast() != expected.released()) {
            throw new CorruptionException(
                    "log segment " + Segment.path(directory, expected.first()) + " begins after index "
                            + headers.get(0).previousLast() + ", but the release record says " + expected.released());
        }
        for (int i = 0; i < headers.size(); i++) {
            SegmentHeader next = i + 1 < headers.size() ? headers.get(i + 1) : null;
            if (next != null && next.previousId() != headers.get(i).id()) {
                throw new CorruptionException("log segment " + Segment.path(directory, next.id()) + " follows segment "
                        + next.previousId() + ", not " + headers.get(i).id());
            }
            segments.add(next == null ? readLast(headers.get(i)) : readForced(headers.get(i), next));
        }
    }

    private SegmentHeader header(long id) throws IOException {
        Path file = Segment.path(directory, id);
        try (DiskFile in = disk.openForRead(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
            bytes.limit((int) Math.min(in.size(), SegmentHeader.BYTES));
            in.readFully(bytes, 0);
            return SegmentHeader.decode(bytes.flip(), file, id, owner);
        }
    }

    /** A segment that another follows: all of it up to the end that the next header names was forced. */
    private Segment readForced(SegmentHeader header, SegmentHeader next) throws IOException {
        Path file = Segment.path(directory, header.id());
        try (DiskFile in = disk.openForRead(file)) {
            if (in.size() < next.previousEnd()) {
                throw new CorruptionException("log segment " + file + " has " + in.size() + " bytes, expected "
                        + next.previousEnd() + "; restore it from a copy");
            }
            SegmentReader reader = new SegmentReader(in, header.identity(), next.previousEnd());
            long index = header.previousLast();
            long at = SegmentHeader.BYTES;
            while (at < next.previousEnd()) {
                Frame frame = reader.at(at);
                if (frame == null || !follows(frame, index)) {
                    throw damaged(file, at, index + 1);
                }
                index = frame.index();
                lastTimeMillis = Math.max(lastTimeMillis, frame.timeMillis());
                at = frame.end();
            }
            if (index != next.previousLast()) {
                throw new CorruptionException("log segment " + file + " ends at index " + index
                        + ", but the next one goes on from " + next.previousLast());
            }
            return new Segment(header, at, index);
        }
    }

    private Segment readLast(SegmentHeader header) throws IOException {
        Path file = Segment.path(directory, header.id());
        mark = header.previousLast();
        try (DiskFile in = disk.openForRead(file)) {
            SegmentReader reader = new SegmentReader(in, header.identity(), in.size());
            long index = header.previousLast();
            long at = SegmentHeader.BYTES;
            List<long[]> ends = new ArrayList<>();
            for (Frame frame = reader.at(at); frame != null && follows(frame, index); frame = reader.at(at)) {
                index = frame.index();
                lastTimeMillis = Math.max(lastTimeMillis, frame.timeMillis());
                mark = Math.max(mark, Math.min(frame.forcedMark(), index));
                at = frame.end();
                ends.add(new long[] {index, at});
                settle(ends);
            }
            if (reader.highestMarkFrom(at) > index) {
                throw damaged(file, at, index + 1);
            }
            if (reader.anythingFrom(at)) {
                tornBytes = in.size() - at;
                LOG.info(
                        "{}: {} bytes behind index {} were torn by a crash and never acknowledged",
                        file,
                        tornBytes,
                        index);
            }
            return new Segment(header, at, index);
        }
    }

    /** Forgets the ends of frames that the mark covers, but for the furthest. */
    private void settle(List<long[]> ends) {
        int covered = 0;
        for (long[] end : ends) {
            if (end[0] > mark) {
                break;
            }
            markEnd = end[1];
            covered++;
        }
        ends.subList(0, covered).clear();
    }

    private static boolean follows(Frame frame, long index) {
        return frame.type() == Frame.MARK ? frame.index() == index : frame.index() == index + 1;
    }

    private static CorruptionException damaged(Path file, long offset, long index) {
        return new CorruptionException("log segment " + file + " is damaged at offset " + offset + ", where index "
                + index + " should be, which was durable; restore the file from a copy");
    }
}

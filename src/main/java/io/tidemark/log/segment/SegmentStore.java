package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileStamp;
import io.tidemark.log.LogEntry;
import io.tidemark.log.RetryLaterException;
import io.tidemark.log.segment.LogDirectory.Spare;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an open log: writes groups, creates segments, releases and reads them. Only the log's thread writes; {@link
 * #read} and the counters are for any thread.
 */
final class SegmentStore {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);

    private final Disk disk;
    private final LogDirectory directory;
    private final SegmentLogOptions options;
    private final Preallocator preallocator;
    private @Nullable ControlFile control;
    private final ArrayDeque<Spare> spares = new ArrayDeque<>();
    private volatile long spareBytes;
    private long lastTimeMillis;
    private long markedIndex;
    /**
     * The next segment, durable under its name, but not yet listed because the disk is full. Its header records where the
     * previous one ends: nothing may be appended there from then on, or recovery would ignore it.
     */
    private @Nullable ActiveSegment unlisted;

    private volatile List<Segment> sealed;
    private volatile @Nullable ActiveSegment active;
    private volatile long lastIndex;
    private volatile long releasedIndex;
    /** Odd while the log's thread renames or removes files. */
    private final AtomicInteger renames = new AtomicInteger();

    SegmentStore(
            Disk disk,
            LogDirectory directory,
            SegmentLogOptions options,
            Recovered recovered,
            Preallocator preallocator) {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.preallocator = preallocator;
        ControlFile found = recovered.control();
        control = found;
        lastTimeMillis = recovered.lastTimeMillis();
        lastIndex = recovered.lastIndex();
        markedIndex = lastIndex;
        sealed = recovered.sealed();
        active = recovered.active();
        releasedIndex = found == null ? 0 : found.releasedIndex();
    }

    long lastIndex() {
        return lastIndex;
    }

    long releasedIndex() {
        return releasedIndex;
    }

    /** Every segment's extent, the active one last. */
    List<Segment> segments() {
        ActiveSegment current = active;
        List<Segment> before = sealed;
        if (current == null
                || (!before.isEmpty()
                        && before.get(before.size() - 1).id()
                                >= current.header().id())) {
            return before;
        }
        List<Segment> all = new java.util.ArrayList<>(before);
        all.add(current.sealed(lastIndex));
        return all;
    }

    long retainedBytes() {
        long bytes = spareBytes;
        for (Segment segment : segments()) {
            bytes += segment.fileBytes();
        }
        return bytes;
    }

    /**
     * Returns a segment with room for a group of that many frame bytes; creates one if necessary.
     *
     * @throws RetryLaterException if the disk is too full for a new segment: nothing of the group was written, and a smaller
     *     group may still fit the current one
     */
    ActiveSegment prepare(int groupBytes, long nowMillis) throws IOException {
        ActiveSegment current = active;
        ActiveSegment fresh = unlisted;
        if (fresh == null
                && current != null
                && (current.isEmpty() || current.bytesWith(groupBytes) <= options.segmentBytes())) {
            return current;
        }
        renames.incrementAndGet();
        try {
            return createNext(groupBytes, nowMillis);
        } finally {
            renames.incrementAndGet();
        }
    }

    private ActiveSegment createNext(int groupBytes, long nowMillis) throws IOException {
        ActiveSegment current = active;
        ActiveSegment fresh = unlisted;
        ControlFile listed = control;
        if (listed == null) {
            listed = directory.create();
            control = listed;
        }
        List<Segment> before = sealed;
        Segment previous = null;
        if (current != null) {
            previous = current.sealed(lastIndex);
            before = append(before, previous);
        } else if (!before.isEmpty()) {
            previous = before.get(before.size() - 1);
        }
        boolean follows = previous == null || previous.holdsEntries();
        if (fresh == null) {
            long createdMillis = Math.max(lastTimeMillis, nowMillis);
            fresh = create(
                    groupBytes,
                    follows
                            ? directory.successor(previous, lastIndex, listed.releasedIndex(), createdMillis)
                            : directory.replacement(
                                    Objects.requireNonNull(previous).header(),
                                    lastIndex,
                                    listed.releasedIndex(),
                                    createdMillis));
            unlisted = fresh;
        }
        if (fresh.header().id() != listed.lastId()) {
            listed = listed.withLast(fresh.header().id());
            directory.writeControl(listed);
        }
        unlisted = null;
        control = listed;
        sealed = follows ? before : List.copyOf(before.subList(0, before.size() - 1));
        active = fresh;
        markedIndex = lastIndex;
        if (current != null) {
            current.close();
        }
        return fresh;
    }

    private void countSpares() {
        spareBytes = spares.stream().mapToLong(Spare::bytes).sum();
    }

    private ActiveSegment create(int groupBytes, SegmentHeader header) throws IOException {
        Spare spare = spares.poll();
        if (spare == null) {
            return directory.create(header, preallocator, groupBytes, LogDirectory.Content.NONE);
        }
        countSpares();
        return directory.create(header, preallocator, groupBytes, spare);
    }

    /**
     * Writes and forces a group; on return its entries are durable.
     *
     * @throws RetryLaterException if the disk is too full; the next write must be of the same group, to the same segment
     */
    void write(ActiveSegment segment, Group group, long nowMillis) throws IOException {
        long before = lastIndex;
        segment.append(
                group.seal(segment.header().identity(), before + 1, Math.max(lastTimeMillis, nowMillis), before),
                before,
                lastTimeMillis);
        lastTimeMillis = group.timeMillis();
        markedIndex = before;
        lastIndex = before + group.entries();
    }

    /** Writes a MARK, unless one is up to date, so that the next recovery knows that every entry is durable. */
    void mark() throws IOException {
        ActiveSegment current = active;
        if (current == null || unlisted != null || markedIndex == lastIndex) {
            return;
        }
        current.mark(lastIndex, lastTimeMillis);
        markedIndex = lastIndex;
    }

    /**
     * Releases whole segments up to an index, never the last one: first the release record, then the files. If the record
     * can't be replaced, nothing is released: whichever of the two records is on disk, the files that it lists exist.
     */
    void release(long durableIndex) {
        List<Segment> all = sealed;
        int droppable = active == null ? all.size() - 1 : all.size();
        int dropped = 0;
        while (dropped < droppable && all.get(dropped).lastIndex() <= durableIndex) {
            dropped++;
        }
        ControlFile listed = control;
        ActiveSegment current = active;
        if (dropped <= 0 || listed == null) {
            return;
        }
        long firstId = dropped < all.size() || current == null
                ? all.get(dropped).id()
                : current.header().id();
        renames.incrementAndGet();
        try {
            release(listed.withReleased(Math.min(durableIndex, lastIndex), firstId), all, dropped);
        } finally {
            renames.incrementAndGet();
        }
    }

    private void release(ControlFile next, List<Segment> all, int dropped) {
        try {
            directory.writeControl(next);
        } catch (IOException failure) {
            LOG.warn(
                    "{}: could not release up to {}; the next release tries again",
                    directory.control(),
                    next.releasedIndex(),
                    failure);
            return;
        }
        control = next;
        releasedIndex = next.releasedIndex();
        sealed = List.copyOf(all.subList(dropped, all.size()));
        for (Segment segment : all.subList(0, dropped)) {
            try {
                discard(segment);
            } catch (IOException failure) {
                LOG.warn("{}: released, but not removed; the next open removes it", segment.path(), failure);
            }
        }
    }

    private void discard(Segment segment) throws IOException {
        long bytes = segment.fileBytes();
        long usual = options.segmentBytes();
        if (spares.size() < options.spares()
                && preallocator.ample().getAsBoolean()
                && bytes >= usual / 2
                && bytes <= 2 * usual) {
            spares.add(directory.setAside(segment));
            countSpares();
        } else {
            directory.delete(segment.id());
        }
    }

    /** Whether spare files are kept for recycling. Any thread. */
    boolean hasSpares() {
        return spareBytes > 0;
    }

    /** Removes the spare files; returns whether there were any. */
    boolean dropSpares() {
        boolean some = false;
        for (Spare spare = spares.poll(); spare != null; spare = spares.poll()) {
            some = true;
            try {
                directory.delete(spare);
            } catch (IOException failure) {
                LOG.warn("{}: not removed; the next open removes it", spare.path(), failure);
            }
        }
        countSpares();
        return some;
    }

    /**
     * How the log's files were removed, replaced or truncated by others; {@code null} if they are where the next start
     * looks for them, or if the log is renaming files just now. One system call per file. Any thread.
     */
    @Nullable
    String displacement() throws IOException {
        int before = renames.get();
        String found = before % 2 == 0 ? findDisplaced() : null;
        return renames.get() == before ? found : null;
    }

    private @Nullable String findDisplaced() throws IOException {
        List<Segment> all = segments();
        ActiveSegment current = active;
        if (!all.isEmpty() && !disk.exists(directory.control())) {
            return directory.control() + " is not there any more";
        }
        for (Segment segment : all) {
            FileStamp now = disk.stamp(segment.path());
            if (now == null) {
                return segment.path() + " is not there any more";
            }
            if (current != null && segment.id() == current.header().id() && !current.isSameFile(now)) {
                return segment.path() + " is another file now";
            }
            if (now.bytes() < segment.end()) {
                return segment.path() + " has " + now.bytes() + " bytes, but " + segment.end() + " were durable";
            }
        }
        return null;
    }

    /** See {@link io.tidemark.log.CommitLog#read}. */
    void read(long from, long to, Consumer<LogEntry> sink) throws IOException {
        long last = lastIndex;
        long released = releasedIndex;
        if (from <= released || to > last || from > to + 1) {
            throw new IllegalArgumentException(
                    "read of entries " + from + " to " + to + ", expected above " + released + " and up to " + last);
        }
        for (Segment segment : segments()) {
            if (segment.lastIndex() < from || segment.header().firstIndex() > to) {
                continue;
            }
            try (DiskFile file = disk.openForRead(segment.path())) {
                FrameReader reader = new FrameReader(file, segment.header(), segment.end());
                while (reader.nextIndex() <= to && reader.next()) {
                    if (reader.isEntry() && reader.index() >= from) {
                        sink.accept(reader.entry());
                    }
                }
                if (reader.nextIndex() <= Math.min(to, segment.lastIndex())) {
                    checkNotReleased(from, to);
                    Replay.checkComplete(segment, reader);
                }
            } catch (NoSuchFileException gone) {
                throw new IOException(segment.path() + ": entries " + from + " to " + to + " were released", gone);
            }
        }
    }

    /** A released file may already be recycled as another segment. */
    private void checkNotReleased(long from, long to) throws IOException {
        if (from <= releasedIndex) {
            throw new IOException(
                    directory.path() + ": entries " + from + " to " + to + " were released while they were read");
        }
    }

    /** Closes the descriptors; forces nothing. */
    void close() throws IOException {
        ActiveSegment current = active;
        ActiveSegment fresh = unlisted;
        if (current != null) {
            current.close();
        }
        if (fresh != null) {
            fresh.close();
        }
    }

    private static List<Segment> append(List<Segment> list, Segment segment) {
        List<Segment> longer = new java.util.ArrayList<>(list);
        longer.add(segment);
        return List.copyOf(longer);
    }
}

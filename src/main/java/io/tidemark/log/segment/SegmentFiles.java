package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.log.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of one log: which there are, making the next one, appending to it, letting old ones go. On the log's thread,
 * but for {@link #between} and the figures.
 */
final class SegmentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Takes entries; may fail. */
    interface EntrySink {
        void accept(LogEntry entry) throws IOException;
    }

    private final Disk disk;
    private final Path directory;
    private final LogIdentity owner;
    private final SegmentLogOptions options;
    private final LongSupplier epochMillis;
    private final List<Segment> sealed = new ArrayList<>();
    private volatile @Nullable ActiveSegment active;
    private volatile long releasedIndex;
    private volatile long retainedBytes;

    SegmentFiles(Disk disk, Path directory, LogIdentity owner, SegmentLogOptions options, LongSupplier epochMillis) {
        this.disk = disk;
        this.directory = directory;
        this.owner = owner;
        this.options = options;
        this.epochMillis = epochMillis;
    }

    long releasedIndex() {
        return releasedIndex;
    }

    long retainedBytes() {
        return retainedBytes;
    }

    /**
     * Reads what is there and makes sure that it is durable.
     *
     * @return how many entries had to be written anew for that
     */
    long open(SegmentRecovery found) throws IOException {
        sealed.addAll(found.segments());
        releasedIndex = found.released();
        if (sealed.isEmpty()) {
            return 0;
        }
        long last = sealed.get(sealed.size() - 1).id();
        if (found.controlBehind()) {
            control(releasedIndex, sealed.get(0).id(), last);
        }
        long unproven = found.lastIndex() - found.mark();
        if (unproven > 0) {
            rewriteTail(found);
        }
        count();
        return unproven;
    }

    /**
     * Entries above the mark may be pages that a failed fdatasync left clean in the cache, and a later power cut would take
     * them. So they are written anew, to a new segment, and forced, before anybody sees them.
     */
    private void rewriteTail(SegmentRecovery found) throws IOException {
        int at = sealed.size() - 1;
        Segment old = sealed.get(at);
        long identity = ThreadLocalRandom.current().nextLong();
        ByteBuffer tail;
        try (DiskFile in = disk.openForRead(Segment.path(directory, old.id()))) {
            int payload = (int) Math.max(0, old.end() - found.markEnd());
            tail = ByteBuffer.allocate(Math.addExact(payload, Frame.HEADER));
            SegmentReader reader = new SegmentReader(in, old.header().identity(), old.end());
            long offset = found.markEnd();
            while (offset < old.end()) {
                Frame frame = reader.at(offset);
                if (frame == null) {
                    throw new IOException(
                            "frame at " + offset + " of segment " + old.id() + " changed while it was read");
                }
                if (frame.type() == Frame.ENTRY) {
                    Frame.encode(
                            tail,
                            identity,
                            Frame.ENTRY,
                            frame.index(),
                            frame.term(),
                            frame.timeMillis(),
                            found.mark(),
                            frame.payload());
                }
                offset = frame.end();
            }
        }
        Segment cut = new Segment(old.header(), found.markEnd(), found.mark());
        SegmentHeader header = nextHeader(cut, identity);
        try (ActiveSegment fresh = ActiveSegment.create(disk, directory, header, tail.flip(), found.lastIndex())) {
            fresh.appendMark(found.lastTimeMillis());
            sealed.set(at, cut);
            sealed.add(fresh.sealed());
        }
        control(releasedIndex, sealed.get(0).id(), header.id());
        LOG.info(
                "{}: {} entries above the last proof of durability were written anew",
                directory,
                found.lastIndex() - found.mark());
    }

    private SegmentHeader nextHeader(@Nullable Segment previous, long identity) {
        return new SegmentHeader(
                owner,
                previous == null ? 1 : previous.id() + 1,
                identity,
                previous == null ? 0 : previous.id(),
                previous == null ? 0 : previous.end(),
                previous == null ? 0 : previous.last(),
                releasedIndex,
                epochMillis.getAsLong());
    }

    private void control(long released, long first, long last) throws IOException {
        new LogControl(owner, released, first, last).write(disk, directory);
    }

    /** The active segment, or a new one if there is none or it would grow too large. */
    ActiveSegment segmentFor(long bytes, long lastIndex) throws IOException {
        ActiveSegment current = active;
        if (current != null && (current.empty() || current.end() + bytes <= options.segmentBytes())) {
            return current;
        }
        Segment previous = null;
        if (current != null) {
            previous = current.sealed();
        } else if (!sealed.isEmpty()) {
            previous = sealed.get(sealed.size() - 1);
        } else {
            disk.createDirectories(directory);
        }
        SegmentHeader header = nextHeader(previous, ThreadLocalRandom.current().nextLong());
        ActiveSegment fresh = ActiveSegment.create(disk, directory, header, NOTHING.duplicate(), lastIndex);
        long first = sealed.isEmpty() ? (previous == null ? header.id() : previous.id()) : firstSealed();
        control(releasedIndex, first, header.id());
        synchronized (sealed) {
            if (current != null) {
                sealed.add(current.sealed());
            }
            active = fresh;
        }
        if (current != null) {
            current.close();
        }
        count();
        return fresh;
    }

    private long firstSealed() {
        return sealed.get(0).id();
    }

    /** Writes and forces frames up to an index. A failure is final for the log. */
    void append(ActiveSegment segment, ByteBuffer frames, long last) throws IOException {
        segment.append(frames, last);
        count();
    }

    /** Lets go of segments that lie wholly at or below an index: the release record first, then the files. */
    void release(long durableIndex) {
        int count = 0;
        while (count < sealed.size() && sealed.get(count).endsBy(durableIndex)) {
            count++;
        }
        ActiveSegment current = active;
        if (current == null && count == sealed.size()) {
            count--;
        }
        if (count <= 0) {
            return;
        }
        List<Segment> gone = List.copyOf(sealed.subList(0, count));
        long released = gone.get(count - 1).last();
        long first = gone.get(count - 1).id() + 1;
        long last = current == null
                ? sealed.get(sealed.size() - 1).id()
                : current.header().id();
        try {
            control(released, first, last);
        } catch (IOException e) {
            LOG.warn("{}: the release record could not be written; the segments stay", directory, e);
            return;
        }
        releasedIndex = released;
        synchronized (sealed) {
            sealed.subList(0, count).clear();
        }
        count();
        for (Segment segment : gone) {
            try {
                disk.delete(Segment.path(directory, segment.id()));
            } catch (IOException e) {
                LOG.warn(
                        "{}: released segment {} could not be deleted; the next start does",
                        directory,
                        segment.id(),
                        e);
            }
        }
    }

    private void count() {
        long bytes = 0;
        for (Segment segment : sealed) {
            bytes += segment.end();
        }
        ActiveSegment current = active;
        retainedBytes = bytes + (current == null ? 0 : current.end());
    }

    /** All segments that hold any of the entries between two indexes. Any thread. */
    List<Segment> between(long from, long to) {
        List<Segment> all;
        synchronized (sealed) {
            all = new ArrayList<>(sealed);
            ActiveSegment current = active;
            if (current != null) {
                all.add(current.sealed());
            }
        }
        all.removeIf(segment -> segment.last() < from || segment.header().previousLast() >= to);
        return all;
    }

    /** Hands out the entries of a segment, in order. Any thread. */
    void scan(Segment segment, EntrySink sink) throws IOException {
        Path path = Segment.path(directory, segment.id());
        try (DiskFile in = disk.openForRead(path)) {
            SegmentReader reader = new SegmentReader(in, segment.header().identity(), segment.end());
            long at = SegmentHeader.BYTES;
            while (at < segment.end()) {
                Frame frame = reader.at(at);
                if (frame == null) {
                    throw new CorruptionException(
                            "log segment " + path + " is damaged at offset " + at + "; restore the file from a copy");
                }
                at = frame.end();
                if (frame.type() == Frame.ENTRY) {
                    sink.accept(new LogEntry(frame.index(), frame.term(), frame.timeMillis(), frame.payload()));
                }
            }
        }
    }

    /**
     * Closes the files.
     *
     * @param mark whether to say in the log itself that its last entry is durable, so that the next start needs to write
     *     nothing anew
     */
    void close(boolean mark, long lastTimeMillis) throws IOException {
        ActiveSegment current = active;
        if (current == null) {
            return;
        }
        if (mark && current.wantsMark()) {
            current.appendMark(lastTimeMillis);
        }
        current.close();
    }
}

package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.log.LogApplier;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every segment up to its end, each frame of which was durable, and hands the entries to an applier. If that one
 * can't take an entry yet, the replay stops before it, and goes on there when it is run again.
 */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final long REPORT_MS = 5_000;

    private final Disk disk;
    private final int shard;
    private final LongSupplier epochMillis;
    private final List<Segment> segments;
    private final long fromIndex;
    private long entries;
    private long bytes;
    private long startedMs;
    private long reportedMs;

    private int next;
    private @Nullable DiskFile file;
    private @Nullable FrameReader reader;
    private boolean held;

    /** Will apply entries from {@code fromIndex} on. */
    Replay(Disk disk, int shard, LongSupplier epochMillis, List<Segment> segments, long fromIndex) {
        this.disk = disk;
        this.shard = shard;
        this.epochMillis = epochMillis;
        this.segments = segments;
        this.fromIndex = fromIndex;
    }

    /**
     * Applies what has not been applied.
     *
     * @throws io.tidemark.log.RetryLaterException if the applier threw it; run it again
     */
    void run(LogApplier applier) throws IOException {
        if (startedMs == 0) {
            startedMs = epochMillis.getAsLong();
            reportedMs = startedMs;
        }
        boolean kept = false;
        try {
            while (next < segments.size()) {
                replay(segments.get(next), applier);
                close();
                next++;
            }
        } catch (RetryLaterException wait) {
            kept = true;
            throw wait;
        } finally {
            if (!kept) {
                close();
            }
        }
    }

    private void replay(Segment segment, LogApplier applier) throws IOException {
        FrameReader frames = reader;
        if (frames == null) {
            DiskFile opened = disk.openForRead(segment.path());
            file = opened;
            frames = new FrameReader(opened, segment.header(), segment.end());
            reader = frames;
        }
        while (held || frames.next()) {
            if (frames.isEntry() && frames.index() >= fromIndex) {
                held = true;
                applier.apply(frames.entry(), null);
                held = false;
                entries++;
                bytes += frames.payloadBytes();
                report(frames.index());
            }
        }
        checkWhole(segment, frames);
    }

    /** Lets go of the file; there is no going on after that. */
    void close() {
        DiskFile opened = file;
        file = null;
        reader = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException failure) {
                LOG.debug("shard {}: closing a segment that was read", shard, failure);
            }
        }
    }

    /** Entries applied. */
    long entries() {
        return entries;
    }

    /** Their payload bytes. */
    long bytes() {
        return bytes;
    }

    /** All frames up to a segment's end were durable: a reader must have got there, and to its last index. */
    static void checkWhole(Segment segment, FrameReader reader) throws CorruptionException {
        if (reader.nextOffset() != segment.end() || reader.nextIndex() != segment.lastIndex() + 1) {
            throw new CorruptionException(segment.path() + ": bad frame at offset " + reader.nextOffset()
                    + " where entry " + reader.nextIndex() + " is expected; it was durable up to offset "
                    + segment.end() + " and entry " + segment.lastIndex() + ": restore the log from a copy");
        }
    }

    private void report(long index) {
        if ((entries & 1023) != 0) {
            return;
        }
        long nowMs = epochMillis.getAsLong();
        if (nowMs - reportedMs >= REPORT_MS) {
            reportedMs = nowMs;
            long mibPerSecond = (bytes >> 20) * 1000 / Math.max(1, nowMs - startedMs);
            LOG.info(
                    "shard {}: replayed {} entries, {} MiB, up to index {}, {} MiB/s",
                    shard,
                    entries,
                    bytes >> 20,
                    index,
                    mibPerSecond);
        }
    }
}

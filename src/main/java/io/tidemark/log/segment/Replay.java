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
 * Validates every segment up to its end, whose frames were all durable, and passes the entries to an applier. If the applier
 * can't take an entry yet, the replay stops there; running it again continues with the same entry.
 */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final long PROGRESS_INTERVAL_MS = 5_000;

    private final Disk disk;
    private final int shard;
    private final LongSupplier epochMillis;
    private final List<Segment> segments;
    private final long fromIndex;
    private long entries;
    private long bytes;
    private long startedMs;
    private long progressLoggedMs;

    private int next;
    private @Nullable DiskFile file;
    private @Nullable FrameReader reader;
    private boolean pendingEntry;

    /** A replay that applies entries from {@code fromIndex} on. */
    Replay(Disk disk, int shard, LongSupplier epochMillis, List<Segment> segments, long fromIndex) {
        this.disk = disk;
        this.shard = shard;
        this.epochMillis = epochMillis;
        this.segments = segments;
        this.fromIndex = fromIndex;
    }

    /**
     * Applies the remaining entries.
     *
     * @throws io.tidemark.log.RetryLaterException if the applier threw it; run again to continue
     */
    void run(LogApplier applier) throws IOException {
        if (startedMs == 0) {
            startedMs = epochMillis.getAsLong();
            progressLoggedMs = startedMs;
        }
        boolean keepOpen = false;
        try {
            while (next < segments.size()) {
                replay(segments.get(next), applier);
                close();
                next++;
            }
        } catch (RetryLaterException wait) {
            keepOpen = true;
            throw wait;
        } finally {
            if (!keepOpen) {
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
        while (pendingEntry || frames.next()) {
            if (frames.isEntry() && frames.index() >= fromIndex) {
                pendingEntry = true;
                applier.apply(frames.entry(), null);
                pendingEntry = false;
                entries++;
                bytes += frames.payloadBytes();
                logProgress(frames.index());
            }
        }
        checkComplete(segment, frames);
    }

    /** Closes the current file; the replay can't continue after that. */
    void close() {
        DiskFile opened = file;
        file = null;
        reader = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException failure) {
                LOG.debug("shard {}: closing a segment after reading failed", shard, failure);
            }
        }
    }

    /** Number of entries applied. */
    long entries() {
        return entries;
    }

    /** Their payload bytes. */
    long bytes() {
        return bytes;
    }

    /** Checks that a reader reached a segment's end and last index: all frames up to there were durable. */
    static void checkComplete(Segment segment, FrameReader reader) throws CorruptionException {
        if (reader.nextOffset() != segment.end() || reader.nextIndex() != segment.lastIndex() + 1) {
            throw new CorruptionException(segment.path() + ": bad frame at offset " + reader.nextOffset()
                    + " where entry " + reader.nextIndex() + " is expected; it was durable up to offset "
                    + segment.end() + " and entry " + segment.lastIndex() + ": restore the log from a copy");
        }
    }

    private void logProgress(long index) {
        if ((entries & 1023) != 0) {
            return;
        }
        long nowMs = epochMillis.getAsLong();
        if (nowMs - progressLoggedMs >= PROGRESS_INTERVAL_MS) {
            progressLoggedMs = nowMs;
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

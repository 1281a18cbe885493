package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.log.LogApplier;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks every segment up to its end, each frame of which was durable, and hands the entries to an applier. */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final long REPORT_MS = 5_000;

    private final Disk disk;
    private final int shard;
    private final LongSupplier epochMillis;
    private long entries;
    private long bytes;
    private long startedMs;
    private long reportedMs;

    Replay(Disk disk, int shard, LongSupplier epochMillis) {
        this.disk = disk;
        this.shard = shard;
        this.epochMillis = epochMillis;
    }

    /** Applies entries from {@code fromIndex} on. */
    void run(List<Segment> segments, long fromIndex, LogApplier applier) throws IOException {
        startedMs = epochMillis.getAsLong();
        reportedMs = startedMs;
        for (Segment segment : segments) {
            try (DiskFile file = disk.openForRead(segment.path())) {
                FrameReader reader = new FrameReader(file, segment.header(), segment.end());
                while (reader.next()) {
                    if (reader.isEntry() && reader.index() >= fromIndex) {
                        applier.apply(reader.entry(), null);
                        entries++;
                        bytes += reader.payloadBytes();
                        report(reader.index());
                    }
                }
                checkWhole(segment, reader);
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

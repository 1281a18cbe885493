package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills a keydir from data files, oldest first, up to their durable lengths; checks every record. */
final class KeydirLoader {
    private static final Logger LOG = LoggerFactory.getLogger(KeydirLoader.class);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Keydir keydir;
    private final long durableIndex;
    private final long totalBytes;
    private final LongSupplier nanoTime;
    private long loadedBytes;
    private long nextReportNanos;

    /** @param durableIndex the manifest's durable index; a record of a later entry is corruption */
    KeydirLoader(Keydir keydir, long durableIndex, long totalBytes) {
        this(keydir, durableIndex, totalBytes, System::nanoTime);
    }

    KeydirLoader(Keydir keydir, long durableIndex, long totalBytes, LongSupplier nanoTime) {
        this.keydir = keydir;
        this.durableIndex = durableIndex;
        this.totalBytes = totalBytes;
        this.nanoTime = nanoTime;
        this.nextReportNanos = nanoTime.getAsLong() + PROGRESS_NANOS;
    }

    /**
     * Loads one file.
     *
     * @param slot the slot by which the keydir refers to it
     * @throws CorruptionException if anything below the durable length is not a whole and valid record
     */
    void load(StoreFile file, int slot) throws IOException {
        RecordScan scan = new RecordScan(file, durableIndex);
        while (scan.next()) {
            if (scan.valueLength() < 0) {
                keydir.remove(scan.key());
            } else {
                keydir.put(scan.key(), slot, scan.at(), scan.valueLength());
            }
            logProgress(file);
        }
        loadedBytes += file.durableLength();
    }

    private void logProgress(StoreFile file) {
        long now = nanoTime.getAsLong();
        if (now - nextReportNanos > 0) {
            nextReportNanos = now + PROGRESS_NANOS;
            LOG.info(
                    "{}: loading keys, {} of {} MiB in earlier files done, {} keys",
                    file.file().path(),
                    loadedBytes >> 20,
                    totalBytes >> 20,
                    keydir.size());
        }
    }
}

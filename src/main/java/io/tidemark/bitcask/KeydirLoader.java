package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FileWindow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills a keydir from data files, oldest first, up to their durable lengths; checks every record on the way. */
final class KeydirLoader {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Keydir keydir;
    private final long totalBytes;
    private long loadedBytes;
    private long nextReportNanos = System.nanoTime() + PROGRESS_NANOS;

    KeydirLoader(Keydir keydir, long totalBytes) {
        this.keydir = keydir;
        this.totalBytes = totalBytes;
    }

    /**
     * Loads one file.
     *
     * @param slot the number by which the keydir will name it
     * @throws CorruptionException if anything below the durable length is not a whole and valid record
     */
    void load(DataFile file, int slot) throws IOException {
        FileWindow window = new FileWindow(file.file(), file.durableLength());
        long at = DataFile.HEADER;
        while (at < window.end()) {
            at += record(window, at, file.file().path(), slot);
            report(file);
        }
        loadedBytes += file.durableLength();
    }

    private long record(FileWindow window, long at, Path path, int slot) throws IOException {
        long left = window.end() - at;
        if (left < DataRecord.HEADER) {
            throw damaged(path, at);
        }
        int start = window.load(at, DataRecord.HEADER);
        int keyLength = window.bytes().getInt(start + 20);
        int valueLength = window.bytes().getInt(start + 24);
        long size = DataRecord.sizeOf(keyLength, valueLength);
        if (keyLength < 0
                || keyLength > DataRecord.MAX_KEY
                || valueLength < -1
                || size > left
                || size > Integer.MAX_VALUE) {
            throw damaged(path, at);
        }
        start = window.load(at, (int) size);
        ByteBuffer bytes = window.bytes();
        if (bytes.getInt(start) != DataRecord.crc(bytes, start, start + (int) size)) {
            throw damaged(path, at);
        }
        byte[] key = new byte[keyLength];
        bytes.get(start + DataRecord.HEADER, key);
        if (valueLength < 0) {
            keydir.remove(key);
        } else {
            keydir.put(key, slot, at, valueLength);
        }
        return size;
    }

    private void report(DataFile file) {
        long now = System.nanoTime();
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

    private static CorruptionException damaged(Path path, long offset) {
        return new CorruptionException("data file " + path + " is damaged at offset " + offset
                + ", below its durable length; restore the file from a copy");
    }
}

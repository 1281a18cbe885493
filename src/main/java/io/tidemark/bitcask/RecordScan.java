package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileWindow;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads and checks the records of a data file up to its durable length. Not thread-safe. */
final class RecordScan {
    private final FileWindow window;
    private final Path path;
    private final long durableIndex;
    private long at;
    private long nextAt = DataFile.HEADER;
    private int start;
    private int keyLength;
    private int valueLength;

    /** @param durableIndex the manifest's durable index: no record below the durable length comes from a later entry */
    RecordScan(StoreFile file, long durableIndex) {
        this(file.file(), file.durableLength(), durableIndex);
    }

    /** As the other constructor, up to a given length. */
    RecordScan(DiskFile file, long length, long durableIndex) {
        this.durableIndex = durableIndex;
        window = new FileWindow(file, length);
        path = file.path();
    }

    /**
     * Steps to the next record.
     *
     * @return false at the durable length
     * @throws CorruptionException if the bytes below it are not a whole and valid record, or the record is above the durable
     *     index
     */
    boolean next() throws IOException {
        at = nextAt;
        if (at >= window.end()) {
            return false;
        }
        long left = window.end() - at;
        if (left < DataRecord.HEADER) {
            throw damaged();
        }
        start = window.load(at, DataRecord.HEADER);
        keyLength = window.bytes().getInt(start + 20);
        valueLength = window.bytes().getInt(start + 24);
        long size = DataRecord.sizeOf(keyLength, valueLength);
        if (keyLength < 0
                || keyLength > DataRecord.MAX_KEY
                || valueLength < -1
                || size > left
                || size > Integer.MAX_VALUE) {
            throw damaged();
        }
        start = window.load(at, (int) size);
        ByteBuffer bytes = window.bytes();
        if (bytes.getInt(start) != DataRecord.crc(bytes, start, start + (int) size)) {
            throw damaged();
        }
        if (index() > durableIndex) {
            throw new CorruptionException("data file " + path + " has, at offset " + at
                    + " below its durable length, a record of log entry " + index()
                    + ", above the manifest's durable index " + durableIndex
                    + ": the manifest is not the one that was written last; restore both from one copy");
        }
        nextAt = at + size;
        return true;
    }

    /** Offset of the current record. */
    long at() {
        return at;
    }

    /** The log entry that the current record comes from. */
    long index() {
        return window.bytes().getLong(start + 4);
    }

    byte[] key() {
        byte[] key = new byte[keyLength];
        window.bytes().get(start + DataRecord.HEADER, key);
        return key;
    }

    /** Length of the value in bytes; negative for a tombstone. */
    int valueLength() {
        return valueLength;
    }

    private CorruptionException damaged() {
        return new CorruptionException("data file " + path + " is damaged at offset " + at
                + ", below its durable length; restore the file from a copy");
    }
}

package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A mapped range of a {@link FaultyDisk}, with a descriptor of its own: it hears of failures since it was mapped, each once,
 * and so do the others of what fails here.
 */
final class FaultyRange implements FileRange {
    private final FaultyDisk disk;
    private final Path path;
    private final MemoryFile file;
    private final long offset;
    private final int length;
    private final WriteBackErrors errors;

    /** Made with the disk's lock held. */
    FaultyRange(FaultyDisk disk, Path path, MemoryFile file, long offset, int length) {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.errors = new WriteBackErrors(disk, path, file);
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public void force(long from, int bytes) throws IOException {
        Objects.checkFromIndexSize(from - offset, bytes, length);
        MemoryFile.WriteBack found;
        synchronized (disk.lock()) {
            disk.requirePower(path);
            found = file.beginForce((int) from, bytes);
        }
        disk.faults().runHooks(Operation.FORCE_RANGE, path);
        synchronized (disk.lock()) {
            OperationRecord.Outcome outcome = OperationRecord.Outcome.FAILED;
            try {
                disk.requirePower(path);
                errors.finish(Operation.FORCE_RANGE, found);
                outcome = OperationRecord.Outcome.OK;
            } finally {
                disk.record(Operation.FORCE_RANGE, path, null, from, bytes, outcome);
            }
        }
    }

    @Override
    public String toString() {
        return "FaultyRange[" + path + " " + offset + "+" + length + "]";
    }
}

package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What one descriptor has heard of the failures of its file's write-back: each since it was opened, once, whoever met it.
 * Used under the lock of its disk.
 */
final class WriteBackErrors {
    private final FaultyDisk disk;
    private final Path path;
    private final MemoryFile file;
    private int heard;

    /** Of a descriptor that is being opened. */
    WriteBackErrors(FaultyDisk disk, Path path, MemoryFile file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.heard = file.failures();
    }

    /** The end of a force of what was found: it succeeds, or an order strikes, or it hears of another's failure. */
    void finish(Operation operation, MemoryFile.WriteBack found) throws IOException {
        FaultOrder order = disk.faults().strike(operation, path, null);
        if (order != null) {
            file.failForce(found);
            heard = file.failures();
            throw new IOException(order.message());
        }
        file.completeForce(found);
        if (heard < file.failures()) {
            heard = file.failures();
            throw new IOException(Faults.IO_ERROR);
        }
    }
}

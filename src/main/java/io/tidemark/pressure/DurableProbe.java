package io.tidemark.pressure;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Asks a disk whether it takes a write, forces it, and gives it back, by a small file of its own: never a data file, whose
 * failed pages a further force would only hide.
 *
 * @param disk where
 * @param directory exists; one probe at a time
 */
public record DurableProbe(Disk disk, Path directory) {
    /** The file's name; it is there only while a probe runs, or after a crash in one. */
    public static final String FILE = "PROBE";

    private static final int BYTES = 4096;

    /** Probes a directory of this machine. */
    public DurableProbe(Path directory) {
        this(Disk.real(), directory);
    }

    /**
     * Writes, forces file and name, reads through a new descriptor, removes. Blocks, for as long as the disk takes.
     *
     * @throws IOException if any of it fails, or other bytes come back
     */
    public void run() throws IOException {
        Path file = directory.resolve(FILE);
        byte[] written = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(written);
        disk.delete(file);
        try {
            try (DiskFile out = disk.create(file)) {
                out.writeFully(ByteBuffer.wrap(written), 0);
                out.force();
            }
            disk.forceDirectory(directory);
            if (!Arrays.equals(disk.readAll(file, BYTES), written)) {
                throw new IOException(file + ": other bytes than were written came back");
            }
        } finally {
            disk.delete(file);
        }
    }
}

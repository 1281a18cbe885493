package io.tidemark.pressure;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tests whether a disk accepts a write, forces it and returns the same bytes. It uses a small file of its own, never a data
 * file: a second force of a data file would only hide its failed pages.
 *
 * @param disk the disk to test
 * @param directory where the file is made; must exist. One probe at a time
 * @since 0.1
 */
public record DurableProbe(Disk disk, Path directory) {
    /** The file's name. The file exists only while a probe runs, or after a crash during one. */
    public static final String FILE = "PROBE";

    private static final int BYTES = 4096;

    /**
     * Probes a directory of this machine.
     *
     * @param directory where the file is made; must exist
     */
    public DurableProbe(Path directory) {
        this(Disk.real(), directory);
    }

    /**
     * Writes the file, forces it and its directory, reads it through a new descriptor, deletes it. Blocks for as long as the disk
     * takes.
     *
     * @throws IOException if any of it fails, or if other bytes are read back
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
                throw new IOException(file + ": the bytes read back are not those written");
            }
        } finally {
            disk.delete(file);
        }
    }
}

package io.tidemark.pressure;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The reserve file {@code BALLAST}: it occupies space for what must not fail, and is deleted when that space is needed. It
 * is written in full, with incompressible bytes, so that its blocks are allocated. All methods except {@link #bytes} block.
 */
final class Ballast {
    static final String FILE = "BALLAST";

    private static final int STEP = 1 << 20;

    private final Disk disk;
    private final Path file;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile long bytes;

    Ballast(Disk disk, Path directory) {
        this.disk = disk;
        this.file = directory.resolve(FILE);
    }

    /** Its current size, also while it grows. Any thread. */
    long bytes() {
        return bytes;
    }

    /** Finds the file that an earlier process left. */
    void find() throws IOException {
        changing.lock();
        try {
            if (disk.exists(file)) {
                try (DiskFile found = disk.openForRead(file)) {
                    bytes = found.size();
                }
            }
        } finally {
            changing.unlock();
        }
    }

    /** Makes it this large. After a failure there is no reserve file. */
    void make(long size) throws IOException {
        changing.lock();
        try {
            if (bytes == size) {
                return;
            }
            remove();
            if (size > 0) {
                try {
                    write(size);
                } catch (IOException | RuntimeException failed) {
                    try {
                        remove();
                    } catch (IOException alsoFailed) {
                        failed.addSuppressed(alsoFailed);
                    }
                    throw failed;
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private void write(long size) throws IOException {
        try (DiskFile out = disk.create(file)) {
            byte[] noise = new byte[(int) Math.min(STEP, size)];
            ThreadLocalRandom.current().nextBytes(noise);
            for (long at = 0; at < size; at = bytes) {
                int step = (int) Math.min(noise.length, size - at);
                out.writeFully(ByteBuffer.wrap(noise, 0, step), at);
                bytes = at + step;
            }
            out.force();
        }
    }

    /** Deletes it; false if it is empty or is being made. */
    boolean giveUp() throws IOException {
        if (!changing.tryLock()) {
            return false;
        }
        try {
            boolean exists = bytes > 0;
            if (exists) {
                remove();
            }
            return exists;
        } finally {
            changing.unlock();
        }
    }

    private void remove() throws IOException {
        disk.delete(file);
        bytes = 0;
    }
}

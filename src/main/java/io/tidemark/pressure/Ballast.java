package io.tidemark.pressure;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file {@code BALLAST} that holds room for what must not fail, and is removed when that room is needed. It is written
 * in full, with bytes that don't compress, so that its blocks are really there. All methods but {@link #bytes} block.
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

    /** What it holds now, also while it grows. Any thread. */
    long bytes() {
        return bytes;
    }

    /** Finds what an earlier process has left. */
    void find() throws IOException {
        changing.lock();
        try {
            if (disk.exists(file)) {
                try (DiskFile there = disk.openForRead(file)) {
                    bytes = there.size();
                }
            }
        } finally {
            changing.unlock();
        }
    }

    /** Makes it this large. If that fails, there is none. */
    void make(long wanted) throws IOException {
        changing.lock();
        try {
            if (bytes == wanted) {
                return;
            }
            remove();
            if (wanted > 0) {
                try {
                    write(wanted);
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

    private void write(long wanted) throws IOException {
        try (DiskFile out = disk.create(file)) {
            byte[] noise = new byte[(int) Math.min(STEP, wanted)];
            ThreadLocalRandom.current().nextBytes(noise);
            for (long at = 0; at < wanted; at = bytes) {
                int step = (int) Math.min(noise.length, wanted - at);
                out.writeFully(ByteBuffer.wrap(noise, 0, step), at);
                bytes = at + step;
            }
            out.force();
        }
    }

    /** Gives its room away; false if there is none to give, or it is just being made. */
    boolean giveUp() throws IOException {
        if (!changing.tryLock()) {
            return false;
        }
        try {
            boolean some = bytes > 0;
            if (some) {
                remove();
            }
            return some;
        } finally {
            changing.unlock();
        }
    }

    private void remove() throws IOException {
        disk.delete(file);
        bytes = 0;
    }
}

package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileRange;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes much unsynced data back step by step before it is forced. A force of many bytes holds up the log's fdatasync, on
 * the same device and behind the same journal, until all of them are written; between two steps the log gets its turn,
 * and after each one as long as the step took.
 *
 * <p>It makes nothing durable: the force that follows does. But a step that fails is a force that failed.
 */
public final class PacedWriteBack {
    private static final Logger LOG = LoggerFactory.getLogger(PacedWriteBack.class);

    /** A file with fewer steps to write back is forced at once. */
    static final int MIN_STEPS = 4;

    /** A mapping lives until it is collected, so there is one for many steps. */
    static final int WINDOW_BYTES = 256 << 20;

    /** How often what was appended meanwhile is written back too, which the force would else do in one go. */
    static final int MAX_ROUNDS = 4;

    /** After a step the device, and the processor that it takes, are left to others as long as the step took. */
    static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Such a step found nothing to write, or a device that has nothing else to do. */
    static final long SHORT_STEP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Disk disk;
    private final int stepBytes;
    private final int windowBytes;
    private final LongSupplier nanoTime;
    private final LongConsumer sleep;

    /**
     * One generation's.
     *
     * @param stepBytes 0 for none: everything is left to the force
     */
    public PacedWriteBack(Disk disk, int stepBytes) {
        this(disk, stepBytes, WINDOW_BYTES, System::nanoTime, LockSupport::parkNanos);
    }

    /** @param sleep of so many nanoseconds */
    PacedWriteBack(Disk disk, int stepBytes, int windowBytes, LongSupplier nanoTime, LongConsumer sleep) {
        this.disk = disk;
        this.stepBytes = stepBytes;
        this.windowBytes = windowBytes;
        this.nanoTime = nanoTime;
        this.sleep = sleep;
    }

    /**
     * Writes the files' unsynced bytes back; in the files that are still appended to, also those that come in meanwhile.
     *
     * @throws IOException if any byte may be lost
     */
    public void run(List<Extent> extents) throws IOException {
        if (stepBytes == 0) {
            return;
        }
        for (Extent extent : extents) {
            if (isLong(extent.unsyncedBytes())) {
                writeBack(extent.file().file(), extent.file().durableLength(), extent.length());
            }
        }
    }

    private boolean isLong(long bytes) {
        return bytes >= (long) MIN_STEPS * stepBytes;
    }

    private void writeBack(DiskFile file, long durable, long captured) throws IOException {
        long from = durable;
        long to = captured;
        for (int round = 0; round < MAX_ROUNDS && (round == 0 || isLong(to - from)); round++) {
            for (long at = from; at < to; at += windowBytes) {
                FileRange window;
                try {
                    window = disk.mapRange(file.path(), at, (int) Math.min(windowBytes, to - at));
                } catch (IOException e) {
                    LOG.warn("{} is forced without pacing: it can't be mapped", file.path(), e);
                    return;
                }
                step(window);
            }
            from = to;
            to = file.size();
        }
    }

    private void pause(long stepNanos) {
        if (stepNanos >= SHORT_STEP_NANOS) {
            sleep.accept(Math.min(stepNanos, MAX_PAUSE_NANOS));
        }
    }

    /** In steps that end at multiples of their size, so that no page is written twice. */
    private void step(FileRange window) throws IOException {
        long end = window.offset() + window.length();
        for (long at = window.offset(); at < end; ) {
            long next = Math.min(end, (at / stepBytes + 1) * stepBytes);
            long begunNanos = nanoTime.getAsLong();
            window.force(at, (int) (next - at));
            pause(nanoTime.getAsLong() - begunNanos);
            at = next;
        }
    }
}

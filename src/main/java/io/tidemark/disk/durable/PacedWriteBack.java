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
 * Paced write-back: writes large unsynced ranges back in steps before the force. A force of many bytes delays the log's
 * fdatasync, on the same device and in the same journal, until all of them are written. Between two steps the log gets its
 * turn: the write-back pauses for as long as the step took.
 *
 * <p>It makes nothing durable; the force that follows does. But a failed step counts as a failed force.
 */
public final class PacedWriteBack {
    private static final Logger LOG = LoggerFactory.getLogger(PacedWriteBack.class);

    /** A file with fewer steps to write back is forced directly. */
    public static final int MIN_STEPS = 4;

    /** A mapping lives until it is garbage-collected, so many steps share one. */
    static final int WINDOW_BYTES = 256 << 20;

    /** Bytes appended meanwhile are written back too, in so many rounds at most; the force would write them in one go. */
    public static final int MAX_ROUNDS = 4;

    /**
     * After a step the device and the processor are left to others for as long as the step took, but no longer than this.
     */
    static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A shorter step found nothing to write, or an idle device. */
    static final long SHORT_STEP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Disk disk;
    private final int stepBytes;
    private final int windowBytes;
    private final LongSupplier nanoTime;
    private final LongConsumer sleep;

    /**
     * Paces one generation.
     *
     * @param stepBytes bytes per step; 0 leaves everything to the force
     */
    public PacedWriteBack(Disk disk, int stepBytes) {
        this(disk, stepBytes, WINDOW_BYTES, System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * Paces one generation by another clock.
     *
     * @param sleep sleeps for the given number of nanoseconds
     */
    public PacedWriteBack(Disk disk, int stepBytes, int windowBytes, LongSupplier nanoTime, LongConsumer sleep) {
        this.disk = disk;
        this.stepBytes = stepBytes;
        this.windowBytes = windowBytes;
        this.nanoTime = nanoTime;
        this.sleep = sleep;
    }

    /**
     * Writes the files' unsynced bytes back; in files that are still appended to, also the bytes appended meanwhile.
     *
     * @throws IOException if any byte may be lost
     */
    public void run(List<FileSnapshot> files) throws IOException {
        if (stepBytes == 0) {
            return;
        }
        for (FileSnapshot each : files) {
            if (needsPacing(each.unsyncedBytes())) {
                writeBack(each.file().file(), each.file().durableLength(), each.length());
            }
        }
    }

    private boolean needsPacing(long bytes) {
        return bytes >= (long) MIN_STEPS * stepBytes;
    }

    private void writeBack(DiskFile file, long durableLength, long snapshotLength) throws IOException {
        long from = durableLength;
        long to = snapshotLength;
        for (int round = 0; round < MAX_ROUNDS && (round == 0 || needsPacing(to - from)); round++) {
            for (long at = from; at < to; at += windowBytes) {
                FileRange window;
                try {
                    window = disk.mapRange(file.path(), at, (int) Math.min(windowBytes, to - at));
                } catch (IOException e) {
                    LOG.warn("{} is forced without pacing: it can't be mapped", file.path(), e);
                    return;
                }
                forceInSteps(window);
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

    /** Steps end at multiples of the step size, so that no page is written twice. */
    private void forceInSteps(FileRange window) throws IOException {
        long end = window.offset() + window.length();
        for (long at = window.offset(); at < end; ) {
            long next = Math.min(end, (at / stepBytes + 1) * stepBytes);
            long startNanos = nanoTime.getAsLong();
            window.force(at, (int) (next - at));
            pause(nanoTime.getAsLong() - startNanos);
            at = next;
        }
    }
}

package io.tidemark.pressure;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskSpace;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file system that is written to: its free space, the space reserved by admitted writes, its reserve file, and durable
 * probes.
 *
 * <p>The free space is sampled now and then ({@link #sample}). Between samples it is accounted for: {@link #admit} reserves the
 * most that a write will need; {@link #releaseReservation} says that those bytes are in their files, or will never be written. A
 * sample includes everything released before it, so what is still being written stays reserved.
 *
 * <p>Threads: {@link #open}, {@link #makeRoom} and {@link #ensureFree} block. All other methods return at once and do their work
 * on the executor, where a hanging disk blocks at most one thread for each kind of work.
 *
 * @since 0.1
 */
public final class Volume {
    private static final Logger LOG = LoggerFactory.getLogger(Volume.class);
    private static final long UNKNOWN = -1;

    /** Notified when the free space becomes too low, and when there is enough again. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Called on a thread of the executor, never twice in a row with the same {@code low}; must return at once.
         *
         * @param low true if there is too little space
         * @param detail the space seen, and what would be enough
         */
        void changed(boolean low, String detail);
    }

    /** One sample of the free space; it includes the first {@code released} bytes that were released. */
    private record Sample(DiskSpace space, SpaceMarks marks, long released) {}

    private final Disk disk;
    private final String name;
    private final Path directory;
    private final Executor executor;
    private final Listener listener;
    private final Ballast ballast;
    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong released = new AtomicLong();
    private final AtomicBoolean sampling = new AtomicBoolean();
    private final AtomicBoolean makingBallast = new AtomicBoolean();
    private volatile PressureOptions options;
    private volatile @Nullable Sample sample;
    private volatile boolean low;
    private volatile boolean unknown;
    private volatile boolean ballastFailed;
    private final Object probeGate = new Object();
    private @Nullable Promise<Void> probing;
    private @Nullable Promise<Void> probeAfter;

    /**
     * A volume that has not been sampled.
     *
     * @param disk the disk
     * @param name for logs and status: {@code data}, {@code log}
     * @param directory where the reserve file and probe files are made; must exist from {@link #open} on
     * @param options the marks and the size of the reserve file; copied
     * @param executor runs tasks that block on this volume, some of them in parallel
     * @param listener notified when there is too little space, and when there is enough again
     */
    public Volume(
            Disk disk, String name, Path directory, PressureOptions options, Executor executor, Listener listener) {
        this.disk = disk;
        this.name = name;
        this.directory = directory;
        this.options = new PressureOptions(options);
        this.executor = executor;
        this.listener = listener;
        this.ballast = new Ballast(disk, directory);
    }

    /**
     * Takes the first sample, so that admission is exact from the start. If the free space is unknown, that is logged, and
     * every write is admitted until it is known. Blocks.
     *
     * @throws IOException if the directory can't be read
     */
    public void open() throws IOException {
        ballast.find();
        takeSample();
    }

    /**
     * Changes the marks. They apply from the next sample on, which is taken at once.
     *
     * @param fresh the new options; copied
     */
    public void reconfigure(PressureOptions fresh) {
        options = new PressureOptions(fresh);
        sample();
    }

    /**
     * Reserves space for a write. If there is too little, returns false and samples again.
     *
     * @param bytes the most that the write will need
     * @return whether the space is reserved
     */
    public boolean admit(long bytes) {
        Sample last = sample;
        long total = admitted.addAndGet(bytes);
        if (last == null || remaining(last, total) >= last.marks().reserveBytes()) {
            return true;
        }
        admitted.addAndGet(-bytes);
        sample();
        return false;
    }

    /**
     * {@return whether there is space for optional files, which only save time: at or above the mark where shedding ends}
     * Any thread.
     */
    public boolean ample() {
        Sample last = sample;
        return last == null || remaining(last, admitted.get()) >= last.marks().resumeBytes();
    }

    /**
     * Releases a reservation: what was admitted has been written, or never will be.
     *
     * @param bytes as many as were admitted
     */
    public void releaseReservation(long bytes) {
        released.addAndGet(bytes);
    }

    /** What may still be reserved. The size of the reserve file counts as used even while there is no file. */
    private long remaining(Sample last, long total) {
        long missing = Math.max(0, last.marks().ballastBytes() - ballast.bytes());
        return last.space().freeBytes() - missing - (total - last.released());
    }

    /** Samples the free space, unless a sample is being taken. */
    public void sample() {
        if (sampling.compareAndSet(false, true)) {
            boolean begun = run(() -> {
                try {
                    takeSample();
                } finally {
                    sampling.set(false);
                }
            });
            if (!begun) {
                sampling.set(false);
            }
        }
    }

    private boolean run(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    /** One thread at a time: the one that opens, then the one that has set {@link #sampling}. */
    private void takeSample() {
        long before = released.get();
        try {
            DiskSpace space = disk.space(directory);
            if (space.isKnown()) {
                sampled(space, before);
            } else {
                unknown(null);
            }
        } catch (IOException failed) {
            unknown(failed);
        }
    }

    private void sampled(DiskSpace space, long before) {
        SpaceMarks marks = SpaceMarks.of(options, space.totalBytes());
        Sample now = new Sample(space, marks, before);
        sample = now;
        if (unknown) {
            unknown = false;
            LOG.info("{} volume {}: the free space is known again", name, directory);
        }
        long remaining = remaining(now, admitted.get());
        boolean was = low;
        boolean is = marks.low(was, remaining);
        if (is != was) {
            low = is;
            listener.changed(is, detail(now, is));
        }
        long held = ballast.bytes();
        if (held > marks.ballastBytes() || (held < marks.ballastBytes() && !is && remaining >= marks.resumeBytes())) {
            makeBallast(marks.ballastBytes());
        }
    }

    private void makeBallast(long bytes) {
        if (makingBallast.compareAndSet(false, true)) {
            boolean begun = run(() -> {
                try {
                    ballast.make(bytes);
                    ballastFailed = false;
                    sample();
                } catch (IOException failed) {
                    ballastFailed(failed);
                } finally {
                    makingBallast.set(false);
                }
            });
            if (!begun) {
                makingBallast.set(false);
            }
        }
    }

    private void ballastFailed(IOException why) {
        if (!ballastFailed) {
            ballastFailed = true;
            LOG.warn("{} volume {}: the reserve file could not be made; it is tried again", name, directory, why);
        }
    }

    private void unknown(@Nullable IOException why) {
        if (!unknown) {
            unknown = true;
            LOG.warn(
                    "{} volume {}: the free space is unknown{}; {}",
                    name,
                    directory,
                    why == null ? ", its file system does not report it" : "",
                    sample == null
                            ? "writes are not shed for it, and no reserve file is made; monitor it by other means"
                            : "the last sample counts until it is known again",
                    why);
        }
    }

    private String detail(Sample now, boolean isLow) {
        return String.format(
                Locale.ROOT,
                "%s volume %s: %d MiB free; writes are %s",
                name,
                directory,
                now.space().freeBytes() >> 20,
                isLow
                        ? "shed below " + mib(now.marks().shedBytes()) + " and accepted again from "
                                + mib(now.marks().resumeBytes())
                        : "accepted again from " + mib(now.marks().resumeBytes()));
    }

    private static String mib(long bytes) {
        return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : bytes + " bytes";
    }

    /**
     * Gives up the reserve file, because something that must not fail has found no space. Blocks.
     *
     * @return whether there is more space now; if so, try again at once
     */
    public boolean makeRoom() {
        try {
            boolean gained = ballast.giveUp();
            if (gained) {
                LOG.warn("{} volume {}: full; the reserve file was given up", name, directory);
            }
            sample();
            return gained;
        } catch (IOException failed) {
            LOG.warn("{} volume {}: the reserve file could not be given up", name, directory, failed);
            return false;
        }
    }

    /**
     * Gives up the reserve file if less than this much is free. Blocks.
     *
     * @param bytes how many bytes must be free
     */
    public void ensureFree(long bytes) {
        try {
            DiskSpace space = ballast.bytes() > 0 ? disk.space(directory) : DiskSpace.unbounded();
            if (space.isKnown() && space.freeBytes() < bytes) {
                makeRoom();
            }
        } catch (IOException failed) {
            unknown(failed);
        }
    }

    /**
     * Runs a {@link DurableProbe} that begins after this call. Calls during a probe share the next one.
     *
     * @return completes if the probe succeeded; fails with its error
     */
    public Future<Void> probe() {
        Promise<Void> mine;
        synchronized (probeGate) {
            if (probing != null) {
                if (probeAfter == null) {
                    probeAfter = Promise.promise();
                }
                return probeAfter.future();
            }
            mine = Promise.promise();
            probing = mine;
        }
        begin(mine);
        return mine.future();
    }

    private void begin(Promise<Void> probe) {
        boolean begun = run(() -> {
            Throwable failure = null;
            try {
                new DurableProbe(disk, directory).run();
            } catch (IOException | RuntimeException failed) {
                failure = failed;
            }
            ended(probe, failure);
        });
        if (!begun) {
            ended(probe, new RejectedExecutionException("stopped"));
        }
    }

    private void ended(Promise<Void> probe, @Nullable Throwable failure) {
        Promise<Void> next;
        synchronized (probeGate) {
            next = probeAfter;
            probeAfter = null;
            probing = next;
        }
        if (failure == null) {
            probe.complete();
        } else {
            probe.fail(failure);
        }
        if (next != null) {
            begin(next);
        }
    }

    /** {@return the volume as of the last sample} Any thread. */
    public VolumeStatus status() {
        Sample last = sample;
        long reserved = Math.max(0, admitted.get() - released.get());
        if (last == null) {
            return new VolumeStatus(name, directory, UNKNOWN, UNKNOWN, reserved, ballast.bytes(), 0, 0, false);
        }
        DiskSpace space = last.space();
        SpaceMarks marks = last.marks();
        return new VolumeStatus(
                name,
                directory,
                space.totalBytes(),
                space.freeBytes(),
                reserved,
                ballast.bytes(),
                marks.shedBytes(),
                marks.resumeBytes(),
                low);
    }
}

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
 * One file system that is written to: how much room is left, what may still be written there, its reserve file, and
 * whether it keeps what it is given.
 *
 * <p>Room is asked for now and then ({@link #sample}), and between two looks it is counted: {@link #admit} takes what a
 * write will need at most, {@link #releaseReservation} says that those bytes are in their files or will never be. A look knows of
 * everything settled before it, so what is still under way stays promised.
 *
 * <p>Threads: {@link #open} and {@link #makeRoom} block; everything else returns at once, and does its work on the
 * executor, where a hanging disk holds up at most one thread for each kind of work.
 */
public final class Volume {
    private static final Logger LOG = LoggerFactory.getLogger(Volume.class);
    private static final long UNKNOWN = -1;

    /** Hears when room becomes too little, and when there is enough again. */
    @FunctionalInterface
    public interface Listener {
        /** Called on a thread of the executor, never twice with the same {@code low} in a row; returns at once. */
        void changed(boolean low, String detail);
    }

    /** What a look found; everything settled up to {@code settled} is in it. */
    private record Look(DiskSpace space, SpaceMarks marks, long settled) {}

    private final Disk disk;
    private final String name;
    private final Path directory;
    private final Executor executor;
    private final Listener listener;
    private final Ballast ballast;
    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicBoolean makingBallast = new AtomicBoolean();
    private volatile PressureOptions options;
    private volatile @Nullable Look look;
    private volatile boolean low;
    private volatile boolean unknown;
    private volatile boolean ballastFailed;
    private final Object probeGate = new Object();
    private @Nullable Promise<Void> probing;
    private @Nullable Promise<Void> probeAfter;

    /**
     * A volume that has not been looked at.
     *
     * @param name for people: {@code data}, {@code log}
     * @param directory where the reserve file and probes go; must exist from {@link #open} on
     * @param executor runs tasks that block on this volume, some of them side by side
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
     * Looks for the first time, so that what is admitted is known from the start. If the free space is unknown, that is logged,
     * and everything is admitted until it is known. Blocks.
     *
     * @throws IOException if the directory can't be read
     */
    public void open() throws IOException {
        ballast.find();
        lookIfPossible();
    }

    /** Other marks from the next look on, which comes at once. */
    public void reconfigure(PressureOptions fresh) {
        options = new PressureOptions(fresh);
        sample();
    }

    /** Takes room for a write, or refuses it; then a look follows. */
    public boolean admit(long bytes) {
        Look last = look;
        long promised = admitted.addAndGet(bytes);
        if (last == null || left(last, promised) >= last.marks().reserveBytes()) {
            return true;
        }
        admitted.addAndGet(-bytes);
        sample();
        return false;
    }

    /** Whether there is room for what only saves time: above the mark from which writes are taken again. Any thread. */
    public boolean ample() {
        Look last = look;
        return last == null || left(last, admitted.get()) >= last.marks().resumeBytes();
    }

    /** What was admitted has been written, or will not be. */
    public void releaseReservation(long bytes) {
        settled.addAndGet(bytes);
    }

    /** What may still be promised; the reserve file's room counts as taken also while it is not there. */
    private long left(Look last, long promised) {
        long missing = Math.max(0, last.marks().ballastBytes() - ballast.bytes());
        return last.space().freeBytes() - missing - (promised - last.settled());
    }

    /** Looks how much room there is, unless that is being done. */
    public void sample() {
        if (looking.compareAndSet(false, true)) {
            boolean begun = run(() -> {
                try {
                    lookIfPossible();
                } finally {
                    looking.set(false);
                }
            });
            if (!begun) {
                looking.set(false);
            }
        }
    }

    private boolean run(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** One thread at a time: at the opening, then whoever has set {@link #looking}. */
    private void lookIfPossible() {
        long before = settled.get();
        try {
            DiskSpace space = disk.space(directory);
            if (space.isKnown()) {
                look(space, before);
            } else {
                unknown(null);
            }
        } catch (IOException failed) {
            unknown(failed);
        }
    }

    private void look(DiskSpace space, long before) {
        SpaceMarks marks = SpaceMarks.of(options, space.totalBytes());
        Look now = new Look(space, marks, before);
        look = now;
        if (unknown) {
            unknown = false;
            LOG.info("{} volume {}: how much space is free is known again", name, directory);
        }
        long left = left(now, admitted.get());
        boolean was = low;
        boolean is = marks.low(was, left);
        if (is != was) {
            low = is;
            listener.changed(is, detail(now, is));
        }
        long held = ballast.bytes();
        if (held > marks.ballastBytes() || (held < marks.ballastBytes() && !is && left >= marks.resumeBytes())) {
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
            LOG.warn("{} volume {}: the reserve file could not be made, to be tried again", name, directory, why);
        }
    }

    private void unknown(@Nullable IOException why) {
        if (!unknown) {
            unknown = true;
            LOG.warn(
                    "{} volume {}: how much space is free is unknown{}; {}",
                    name,
                    directory,
                    why == null ? ", its file system doesn't say" : "",
                    look == null
                            ? "writes are not shed by it, and no reserve file is made; watch it by other means"
                            : "what was seen last counts until it is known again",
                    why);
        }
    }

    private String detail(Look now, boolean isLow) {
        return String.format(
                Locale.ROOT,
                "%s volume %s: %d MiB free; writes are %s",
                name,
                directory,
                now.space().freeBytes() >> 20,
                isLow
                        ? "shed below " + mib(now.marks().shedBytes()) + " and taken again from "
                                + mib(now.marks().resumeBytes())
                        : "taken again from " + mib(now.marks().resumeBytes()));
    }

    private static String mib(long bytes) {
        return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : bytes + " bytes";
    }

    /**
     * Gives up the reserve file, because something that must not fail has found no room. Blocks.
     *
     * @return whether there is more room now: try again at once
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

    /** Gives up the reserve file if there is not that much room. Blocks. */
    public void ensure(long bytes) {
        try {
            DiskSpace space = ballast.bytes() > 0 ? disk.space(directory) : DiskSpace.unbounded();
            if (space.isKnown() && space.freeBytes() < bytes) {
                makeRoom();
            }
        } catch (IOException failed) {
            unknown(failed);
        }
    }

    /** A {@link DurableProbe} that begins after this call; those who ask while one runs share the next. */
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

    /** As it was last seen. Any thread. */
    public VolumeStatus status() {
        Look last = look;
        long promised = Math.max(0, admitted.get() - settled.get());
        if (last == null) {
            return new VolumeStatus(name, directory, UNKNOWN, UNKNOWN, promised, ballast.bytes(), 0, 0, false);
        }
        DiskSpace space = last.space();
        SpaceMarks marks = last.marks();
        return new VolumeStatus(
                name,
                directory,
                space.totalBytes(),
                space.freeBytes(),
                promised,
                ballast.bytes(),
                marks.shedBytes(),
                marks.resumeBytes(),
                low);
    }
}

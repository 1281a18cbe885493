package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one generation at a time for a force that hangs: reports it, lends its permit, and finally sheds the shard's writes.
 * The force itself is never interrupted. On the checkpointer's loop.
 */
final class StallWatch {
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final CheckpointPressure pressure;
    private @Nullable Generation watched;
    private @Nullable Runnable timer;
    private PressureLevel level = PressureLevel.NORMAL;
    private int hungBefore;

    StallWatch(CheckpointLoop loop, CheckpointReports reports, CheckpointPressure pressure) {
        this.loop = loop;
        this.reports = reports;
        this.pressure = pressure;
    }

    /** A generation has been handed to a worker. */
    void begin(Generation generation, CheckpointOptions options) {
        watched = generation;
        hungBefore = generation.ticket().hung();
        check(options);
    }

    /** The limits have changed: the running force is judged by the new ones at once, and its pressure may become milder. */
    void follow(CheckpointOptions options) {
        if (watched != null) {
            check(options);
        }
    }

    /** The force has ended, or was never scheduled. */
    void end() {
        watched = null;
        level = PressureLevel.NORMAL;
        cancel();
    }

    private void check(CheckpointOptions options) {
        cancel();
        Generation generation = watched;
        if (generation == null) {
            return;
        }
        long warnMs = options.getStallWarnMs();
        long shedMs = options.getStallShedMs();
        long age = TimeUnit.NANOSECONDS.toMillis(loop.nanoTime() - generation.startedNanos());
        PressureLevel before = level;
        level = age >= shedMs ? PressureLevel.SHED : age >= warnMs ? PressureLevel.WARN : PressureLevel.NORMAL;
        long lendAfterMs = ForcePermits.lendAfterMillis(Math.min(warnMs, shedMs), hungBefore);
        if (age >= lendAfterMs) {
            generation.ticket().lend();
        }
        if (level != before) {
            String detail = reports.stallDetail(generation, age);
            if (level.compareTo(before) > 0) {
                reports.stalled(detail);
                pressure.set(PressureReason.FSYNC_STALLED, level, detail);
            } else {
                pressure.reassessed(PressureReason.FSYNC_STALLED, level, detail);
            }
        }
        if (level != PressureLevel.SHED) {
            long next = age < lendAfterMs
                    ? lendAfterMs
                    : age < Math.min(warnMs, shedMs) ? Math.min(warnMs, shedMs) : shedMs;
            timer = loop.schedule(Math.max(1, next - age), () -> check(options));
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}

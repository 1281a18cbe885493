package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one generation at a time for a force that does not come back: reports it, lends its permit to others, and in the
 * end sheds the shard's writes. The force itself is never interrupted. On the checkpointer's loop.
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
        look(options);
    }

    /** The limits have changed: what runs is judged by the new ones at once, and may be pressed less than before. */
    void follow(CheckpointOptions options) {
        if (watched != null) {
            look(options);
        }
    }

    /** The force came back, or was never begun. */
    void end() {
        watched = null;
        level = PressureLevel.NORMAL;
        cancel();
    }

    private void look(CheckpointOptions options) {
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
        long patienceMs = ForcePermits.patienceMillis(Math.min(warnMs, shedMs), hungBefore);
        if (age >= patienceMs) {
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
            long next =
                    age < patienceMs ? patienceMs : age < Math.min(warnMs, shedMs) ? Math.min(warnMs, shedMs) : shedMs;
            timer = loop.schedule(Math.max(1, next - age), () -> look(options));
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}

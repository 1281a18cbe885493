package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one generation or repair at a time while it waits for its permit. One that has waited {@code stall_warn_ms} past its
 * deadline is reported once, and so is the end of the wait. Writes are not shed for it: the log has every acknowledged write, and
 * a restart only replays more. On the checkpointer's loop.
 */
final class PermitWatch {
    private final ForcePermits permits;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final CheckpointPressure pressure;
    private ForcePermits.@Nullable Ticket watched;
    private String what = "";
    private @Nullable Runnable timer;
    private boolean overdue;

    PermitWatch(ForcePermits permits, CheckpointLoop loop, CheckpointReports reports, CheckpointPressure pressure) {
        this.permits = permits;
        this.loop = loop;
        this.reports = reports;
        this.pressure = pressure;
    }

    /**
     * A permit has been requested, or its deadline has changed.
     *
     * @param waiter what waits, "a checkpoint" or "a repair"
     */
    void begin(ForcePermits.Ticket ticket, String waiter, CheckpointOptions options) {
        watched = ticket;
        what = waiter;
        check(options);
    }

    /** The limits have changed. */
    void follow(CheckpointOptions options) {
        if (watched != null) {
            check(options);
        }
    }

    /** It has its permit. */
    void end() {
        cancel();
        ForcePermits.Ticket ticket = watched;
        watched = null;
        if (overdue && ticket != null) {
            overdue = false;
            String detail = reports.name() + ": " + what + " has its permit, " + lateMillis(ticket) + " ms late";
            pressure.set(PressureReason.CHECKPOINT_OVERDUE, PressureLevel.NORMAL, detail);
        }
    }

    private void check(CheckpointOptions options) {
        cancel();
        ForcePermits.Ticket ticket = watched;
        if (ticket == null || overdue || !permits.isWaiting(ticket)) {
            return;
        }
        long late = lateMillis(ticket);
        long graceMs = options.getStallWarnMs();
        if (late < graceMs) {
            timer = loop.schedule(Math.max(1, graceMs - late), () -> check(options));
            return;
        }
        overdue = true;
        String detail = reports.name() + ": " + what + " has been due for " + late + " ms and waits for a permit: "
                + permits + "; check which shards take long to force, or increase checkpoint.max_concurrent_fsyncs";
        reports.overdue(detail);
        pressure.set(PressureReason.CHECKPOINT_OVERDUE, PressureLevel.WARN, detail);
    }

    private long lateMillis(ForcePermits.Ticket ticket) {
        return TimeUnit.NANOSECONDS.toMillis(loop.nanoTime() - ticket.deadlineNanos());
    }

    private void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}

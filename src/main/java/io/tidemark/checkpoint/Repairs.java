package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs repairs: the store rewrites into new files what a failed force may have lost. Reports the outcome to the shard's {@link
 * CheckpointHealth}, its pressure and its reports. On the {@link CheckpointLoop}, one at a time.
 */
final class Repairs {
    private final CheckpointContext shard;
    private final CheckpointHealth health;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final PermitWatch permitWatch;
    private boolean running;

    Repairs(CheckpointContext shard, CheckpointHealth health, PermitWatch permitWatch) {
        this.shard = shard;
        this.health = health;
        this.loop = shard.loop();
        this.reports = shard.reports();
        this.permitWatch = permitWatch;
    }

    /** Whether none runs or waits for its permit. */
    boolean idle() {
        return !running;
    }

    /**
     * Runs one repair. Repairs need permits as generations do, so that not all shards of a bad disk are rebuilt in memory at once.
     *
     * @param done called on the loop with the outcome: whether the next generation may run
     */
    void run(CheckpointOptions options, Consumer<Boolean> done) {
        running = true;
        ForcePermits.Ticket ticket =
                shard.permits().request(loop, loop.nanoTime(), granted -> begin(granted, options, done));
        permitWatch.begin(ticket, "a repair", options);
    }

    private void begin(ForcePermits.Ticket ticket, CheckpointOptions options, Consumer<Boolean> done) {
        permitWatch.end();
        Capture failed = health.broken();
        long startedNanos = loop.nanoTime();
        long warnMs = options.getStallWarnMs();
        Runnable lending = loop.schedule(ForcePermits.lendAfterMillis(warnMs, ticket.hung()), ticket::lend);
        Runnable watch = loop.schedule(warnMs, () -> reports.repairIsSlow(warnMs));
        loop.runBlocking(
                () -> {
                    shard.target().repair(failed);
                    return null;
                },
                failure -> {
                    lending.run();
                    watch.run();
                    long nanos = loop.nanoTime() - startedNanos;
                    ticket.release(nanos);
                    ended(nanos, options, failure);
                    running = false;
                    done.accept(failure == null);
                });
    }

    private void ended(long nanos, CheckpointOptions options, @Nullable Throwable failure) {
        if (failure == null) {
            health.repaired();
            reports.repaired(nanos);
            raise(PressureLevel.SHED, reports.name() + ": repaired; writes are shed until the new files are durable");
        } else if (failure instanceof CheckpointLoop.NotStarted) {
            reports.repairNotStarted(failure); // not a failed repair: the next tick retries it
        } else if (failure instanceof UnsupportedOperationException) {
            health.failPermanently();
            reports.repairUnsupported(failure);
            raise(PressureLevel.FAILED, health.detail() + "; restart to recover it from the log");
        } else {
            long pause = health.repairFailed(loop.nanoTime(), options.getIntervalMs());
            reports.repairFailed(failure, pause);
            raise(
                    PressureLevel.FAILED,
                    health.detail() + "; the repair failed: " + failure.getMessage() + "; next attempt in " + pause
                            + " ms");
        }
    }

    private void raise(PressureLevel level, String detail) {
        shard.pressure().set(PressureReason.FSYNC_FAILED, level, detail);
    }
}

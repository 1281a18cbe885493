package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import io.vertx.core.Future;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what {@link PressureState} decides for one shard: publishes each state in the {@link DirtyCounter}, where the
 * writer sees it, before it notifies listeners once per change of the level, and probes for latches whose cause is gone. Runs
 * on the checkpointer's loop.
 */
final class CheckpointPressure {
    private final String node;
    private final String store;
    private final int shard;
    private final DirtyCounter dirty;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final Function<PressureReason, Future<Void>> probe;
    private PressureState state = PressureState.NORMAL;
    private long dwellNanos = TimeUnit.MILLISECONDS.toNanos(PressureOptions.DEFAULT_DWELL_MS);
    private @Nullable Runnable timer;
    private boolean stopped;

    /**
     * Starts without pressure.
     *
     * @param probe see {@link CheckpointTarget#probe}
     */
    CheckpointPressure(
            String node,
            String store,
            int shard,
            DirtyCounter dirty,
            CheckpointLoop loop,
            CheckpointReports reports,
            Function<PressureReason, Future<Void>> probe) {
        this.node = node;
        this.store = store;
        this.shard = shard;
        this.dirty = dirty;
        this.loop = loop;
        this.reports = reports;
        this.probe = probe;
    }

    /** The level of the worst latch. Any thread. */
    PressureLevel level() {
        return dirty.pressure().level();
    }

    /** Sets the dwell time: how long a cause must have been gone. */
    void dwell(long millis) {
        dwellNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        scheduleProbe();
    }

    /** Raises a cause, or clears it if {@code level} is {@code NORMAL}; see {@link PressureState#raise}. Does nothing after {@link
     * #stop}. */
    void set(PressureReason reason, PressureLevel level, String detail) {
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        apply(
                level == PressureLevel.NORMAL
                        ? state.clear(reason, detail, now)
                        : state.raise(reason, level, detail, now, loop.epochMillis()),
                reason,
                detail);
        scheduleProbe();
    }

    /** New options change the level of a cause that is still present; see {@link PressureState#reassessed}. */
    void reassessed(PressureReason reason, PressureLevel level, String detail) {
        if (stopped) {
            return;
        }
        apply(state.reassessed(reason, level, detail, loop.nanoTime(), loop.epochMillis()), reason, detail);
        scheduleProbe();
    }

    /**
     * Ends probing. The state no longer changes, whatever arrives late: the counter may have another checkpointer by then.
     */
    void stop() {
        stopped = true;
        cancel();
    }

    private void apply(PressureState next, PressureReason reason, String detail) {
        PressureState before = state;
        state = next;
        dirty.pressure(next);
        if (next.level() != before.level()) {
            reports.pressure(event(next, reason, detail));
        } else if (!next.reasons().equals(before.reasons())) {
            reports.reasonsChanged(next, reason, detail);
        }
    }

    private PressureEvent event(PressureState now, PressureReason changed, String why) {
        boolean cleared = now.level() == PressureLevel.NORMAL;
        return new PressureEvent(
                node,
                store,
                shard,
                now.level(),
                now.worstReason().orElse(changed),
                cleared ? loop.epochMillis() : now.sinceEpochMillis(),
                cleared ? why : now.detail(),
                now.reasons());
    }

    private void scheduleProbe() {
        cancel();
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        state.probeDue(now, dwellNanos).ifPresent(this::startProbe);
        OptionalLong next = state.nextProbeNanos(dwellNanos);
        if (next.isPresent()) {
            long delay = TimeUnit.NANOSECONDS.toMillis(next.getAsLong() - now + 999_999);
            timer = loop.schedule(Math.max(1, delay), this::scheduleProbe);
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }

    private void startProbe(PressureReason reason) {
        state = state.probeStarted(reason, loop.nanoTime());
        TargetCalls.watched(
                        "probe(" + reason + ")",
                        reason + " stays until it has",
                        loop,
                        reports,
                        () -> probe.apply(reason))
                .onComplete(done -> loop.execute(() -> probeEnded(reason, done.cause())));
    }

    private void probeEnded(PressureReason reason, @Nullable Throwable failure) {
        if (stopped) {
            return;
        }
        String detail = state.detail(reason);
        if (failure != null) {
            reports.probeFailed(reason, failure);
        }
        apply(state.probeEnded(failure == null, loop.nanoTime(), dwellNanos), reason, detail);
        scheduleProbe();
    }
}

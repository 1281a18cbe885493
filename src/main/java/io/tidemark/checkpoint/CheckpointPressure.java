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
 * Carries out what {@link PressureState} decides for one shard: the writer sees each state in the {@link DirtyCounter}
 * before anybody is told, everybody else gets one event per change of the level, and latches whose cause is gone get their
 * probes. The only place that does any of this. On the checkpointer's loop.
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
     * No pressure yet.
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

    /** The worst of its latches. Any thread. */
    PressureLevel level() {
        return dirty.pressure().level();
    }

    /** From now on a cause must have been gone this long. */
    void dwell(long millis) {
        dwellNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        look();
    }

    /** A cause is there; see {@link PressureState#raise}. {@code NORMAL}: it is gone. Nothing after {@link #stop}. */
    void set(PressureReason reason, PressureLevel level, String detail) {
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        become(
                level == PressureLevel.NORMAL
                        ? state.clear(reason, detail, now)
                        : state.raise(reason, level, detail, now, loop.epochMillis()),
                reason,
                detail);
        look();
    }

    /** Options have changed what a cause that goes on amounts to; see {@link PressureState#reassessed}. */
    void reassessed(PressureReason reason, PressureLevel level, String detail) {
        if (stopped) {
            return;
        }
        become(state.reassessed(reason, level, detail, loop.nanoTime(), loop.epochMillis()), reason, detail);
        look();
    }

    /**
     * No more probes; the state stays as it is, whatever comes late: the counter may have another checkpointer by then.
     */
    void stop() {
        stopped = true;
        cancel();
    }

    private void become(PressureState next, PressureReason reason, String detail) {
        PressureState before = state;
        state = next;
        dirty.pressure(next);
        if (next.level() != before.level()) {
            reports.pressure(event(next, reason, detail));
        } else if (!next.reasons().equals(before.reasons())) {
            reports.latched(next, reason, detail);
        }
    }

    private PressureEvent event(PressureState now, PressureReason opened, String why) {
        boolean over = now.level() == PressureLevel.NORMAL;
        return new PressureEvent(
                node,
                store,
                shard,
                now.level(),
                now.worstReason().orElse(opened),
                over ? loop.epochMillis() : now.sinceEpochMillis(),
                over ? why : now.detail(),
                now.reasons());
    }

    private void look() {
        cancel();
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        state.probeDue(now, dwellNanos).ifPresent(this::begin);
        OptionalLong next = state.nextProbeNanos(dwellNanos);
        if (next.isPresent()) {
            long delay = TimeUnit.NANOSECONDS.toMillis(next.getAsLong() - now + 999_999);
            timer = loop.schedule(Math.max(1, delay), this::look);
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }

    private void begin(PressureReason reason) {
        state = state.probeStarted(reason, loop.nanoTime());
        TargetCalls.watched(
                        "probe(" + reason + ")",
                        reason + " goes on until it has",
                        loop,
                        reports,
                        () -> probe.apply(reason))
                .onComplete(done -> loop.execute(() -> ended(reason, done.cause())));
    }

    private void ended(PressureReason reason, @Nullable Throwable failure) {
        if (stopped) {
            return;
        }
        String detail = state.detail(reason);
        if (failure != null) {
            reports.probeFailed(reason, failure);
        }
        become(state.probeEnded(failure == null, loop.nanoTime(), dwellNanos), reason, detail);
        look();
    }
}

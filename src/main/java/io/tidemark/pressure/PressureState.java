package io.tidemark.pressure;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A shard's pressure: one latch per reason; the level is that of the worst latch. Immutable: each method returns the next
 * state. The holder acts on it and publishes it.
 *
 * <p>A latch closes at once. It opens only when its cause has been gone for the dwell time and a probe that began after that
 * has succeeded: the disk accepts a write, forces it and returns the same bytes. If the cause returns meanwhile, all of this
 * starts again. The state does not survive a restart: a cause that is still present then closes its latch again.
 *
 * <p>Times are on one monotonic clock, in nanoseconds.
 *
 * @since 0.1
 */
public final class PressureState {
    /** No latch is closed. */
    public static final PressureState NORMAL = new PressureState(Map.of(), null);

    private static final Comparator<Map.Entry<PressureReason, Latch>> WORST = Comparator.comparing(
                    (Map.Entry<PressureReason, Latch> each) -> each.getValue().level())
            .thenComparing(each -> each.getKey() != PressureReason.LOW_SPACE)
            .thenComparing(each -> -each.getValue().closedNanos());

    /**
     * A closed latch.
     *
     * @param level how bad the cause is, or was
     * @param closedNanos when it closed
     * @param closedEpochMillis the same as wall-clock time, milliseconds since 1970
     * @param present whether the cause is present
     * @param goneNanos when the cause went away; while it is present, when it was last seen
     * @param noProbeBeforeNanos end of the pause after a failed probe
     * @param detail which file, what happened
     */
    private record Latch(
            PressureLevel level,
            long closedNanos,
            long closedEpochMillis,
            boolean present,
            long goneNanos,
            long noProbeBeforeNanos,
            String detail) {

        Latch cleared(long nowNanos, String why) {
            return new Latch(level, closedNanos, closedEpochMillis, false, nowNanos, nowNanos, why);
        }

        Latch notBefore(long nanos) {
            return new Latch(level, closedNanos, closedEpochMillis, present, goneNanos, nanos, detail);
        }

        /** When a probe may begin, once the cause is gone. */
        long dueNanos(long dwellNanos) {
            return Math.max(goneNanos + dwellNanos, noProbeBeforeNanos);
        }
    }

    /** A probe that is running for one latch. */
    private record Probe(PressureReason reason, long beganNanos) {}

    private final Map<PressureReason, Latch> latches;
    private final @Nullable Probe probe;
    private final PressureLevel level;

    private PressureState(Map<PressureReason, Latch> latches, @Nullable Probe probe) {
        this.latches = latches;
        this.probe = probe;
        this.level = latches.values().stream()
                .map(Latch::level)
                .max(Comparator.naturalOrder())
                .orElse(PressureLevel.NORMAL);
    }

    /** {@return the worst latch's level} */
    public PressureLevel level() {
        return level;
    }

    /** {@return each closed latch's level; unmodifiable} */
    public Map<PressureReason, PressureLevel> reasons() {
        Map<PressureReason, PressureLevel> reasons = new EnumMap<>(PressureReason.class);
        latches.forEach((reason, latch) -> reasons.put(reason, latch.level()));
        return Collections.unmodifiableMap(reasons);
    }

    /**
     * {@return the reason of the worst latch} Of latches of one level, {@code LOW_SPACE} comes last, and the oldest first.
     */
    public Optional<PressureReason> worstReason() {
        return worst().map(Map.Entry::getKey);
    }

    /** {@return when the worst latch closed, milliseconds since 1970; 0 if none is} */
    public long sinceEpochMillis() {
        return worst().map(each -> each.getValue().closedEpochMillis()).orElse(0L);
    }

    /** {@return the detail of the worst latch; empty if none is closed} */
    public String detail() {
        return worst().map(each -> each.getValue().detail()).orElse("");
    }

    /**
     * {@return the detail of a closed latch; empty if it is open}
     *
     * @param reason the reason of the latch
     */
    public String detail(PressureReason reason) {
        Latch latch = latches.get(reason);
        return latch == null ? "" : latch.detail();
    }

    /**
     * {@return whether writes are shed for this reason alone}
     *
     * @param reason the reason of the latch
     */
    public boolean shedsOnlyFor(PressureReason reason) {
        return level.sheds()
                && latches.entrySet().stream()
                        .allMatch(each -> each.getKey() == reason
                                || !each.getValue().level().sheds());
    }

    private Optional<Map.Entry<PressureReason, Latch>> worst() {
        return latches.entrySet().stream().max(WORST);
    }

    /**
     * A cause is present. A latch that sheds keeps its level if the cause becomes milder.
     *
     * @param reason the reason of the latch
     * @param cause {@code WARN}, {@code SHED} or {@code FAILED}
     * @param detail which file, what happened, what to do
     * @param nowNanos the monotonic time now, in nanoseconds
     * @param epochMillis the time now, in milliseconds since 1970
     * @return the state after that
     */
    public PressureState raise(
            PressureReason reason, PressureLevel cause, String detail, long nowNanos, long epochMillis) {
        Latch before = latches.get(reason);
        PressureLevel now = before != null && before.level().sheds() && !cause.sheds() ? before.level() : cause;
        long closed = before == null ? nowNanos : before.closedNanos();
        long closedEpoch = before == null ? epochMillis : before.closedEpochMillis();
        return with(reason, new Latch(now, closed, closedEpoch, true, nowNanos, nowNanos, detail));
    }

    /**
     * The limits that a cause is measured by have changed: its latch takes this level, even if it is milder, and opens at
     * {@code NORMAL}.
     *
     * @param reason the reason of the latch
     * @param cause the level by the new limits
     * @param detail which file, what happened, what to do
     * @param nowNanos the monotonic time now, in nanoseconds
     * @param epochMillis the time now, in milliseconds since 1970
     * @return the state after that
     */
    public PressureState reassessed(
            PressureReason reason, PressureLevel cause, String detail, long nowNanos, long epochMillis) {
        Map<PressureReason, Latch> others = copy();
        others.remove(reason);
        PressureState without = new PressureState(others, probe);
        return cause == PressureLevel.NORMAL ? without : without.raise(reason, cause, detail, nowNanos, epochMillis);
    }

    /**
     * A cause is gone. Does nothing if it was not present.
     *
     * @param reason the reason of the latch
     * @param detail which file, what happened, what to do
     * @param nowNanos the monotonic time now, in nanoseconds
     * @return the state after that
     */
    public PressureState clear(PressureReason reason, String detail, long nowNanos) {
        Latch latch = latches.get(reason);
        if (latch == null || !latch.present()) {
            return this;
        }
        return with(reason, latch.cleared(nowNanos, detail));
    }

    /**
     * {@return the latch for which a probe should begin now, if one should} One probe at a time.
     *
     * @param nowNanos the monotonic time now, in nanoseconds
     * @param dwellNanos how long a cause must have been gone, in nanoseconds
     */
    public Optional<PressureReason> probeDue(long nowNanos, long dwellNanos) {
        if (probe != null) {
            return Optional.empty();
        }
        return latches.entrySet().stream()
                .filter(each -> !each.getValue().present() && each.getValue().dueNanos(dwellNanos) - nowNanos <= 0)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * {@return when {@link #probeDue} may next return a reason; empty if not before another change}
     *
     * @param dwellNanos how long a cause must have been gone, in nanoseconds
     */
    public OptionalLong nextProbeNanos(long dwellNanos) {
        if (probe != null) {
            return OptionalLong.empty();
        }
        return latches.values().stream()
                .filter(latch -> !latch.present())
                .mapToLong(latch -> latch.dueNanos(dwellNanos))
                .min();
    }

    /**
     * A probe for this latch has started.
     *
     * @param reason the reason of the latch
     * @param nowNanos the monotonic time now, in nanoseconds
     * @return the state after that
     */
    public PressureState probeStarted(PressureReason reason, long nowNanos) {
        return new PressureState(latches, new Probe(reason, nowNanos));
    }

    /**
     * The probe has ended. If it succeeded, and the cause had been gone for the dwell time when it began, its latch opens. If
     * it failed, the next probe waits for the dwell time again.
     *
     * @param succeeded whether it succeeded
     * @param nowNanos the monotonic time now, in nanoseconds
     * @param dwellNanos how long a cause must have been gone, in nanoseconds
     * @return the state after that
     */
    public PressureState probeEnded(boolean succeeded, long nowNanos, long dwellNanos) {
        Probe ended = probe;
        if (ended == null) {
            return this;
        }
        PressureState without = new PressureState(latches, null);
        Latch latch = latches.get(ended.reason());
        if (latch == null || latch.present() || latch.dueNanos(dwellNanos) - ended.beganNanos() > 0) {
            return without;
        }
        if (!succeeded) {
            return without.with(ended.reason(), latch.notBefore(nowNanos + dwellNanos));
        }
        Map<PressureReason, Latch> fewer = copy();
        fewer.remove(ended.reason());
        return new PressureState(fewer, null);
    }

    private PressureState with(PressureReason reason, Latch latch) {
        Map<PressureReason, Latch> more = copy();
        more.put(reason, latch);
        return new PressureState(more, probe);
    }

    private Map<PressureReason, Latch> copy() {
        Map<PressureReason, Latch> copy = new EnumMap<>(PressureReason.class);
        copy.putAll(latches);
        return copy;
    }

    @Override
    public String toString() {
        return level + " " + reasons();
    }
}

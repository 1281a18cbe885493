package io.tidemark.pressure;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A shard's pressure: one latch per reason, and the worst of them as its level. Immutable; each method gives the state
 * that follows. What is done about it, and when it is told, is the holder's business.
 *
 * <p>A latch closes at once. It opens only when its cause is gone, has been gone for the dwell time, and a probe that
 * began after that has found the disk to take a write, force it and give it back. A cause that comes back meanwhile
 * begins all that anew. Nothing of this is kept over a restart: what is still wrong then closes its latch again.
 *
 * <p>Times are on one monotonic clock, in nanoseconds.
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
     * @param closedEpochMillis the same for people, milliseconds since 1970
     * @param present whether the cause is there
     * @param goneNanos since when it is not; when it was last seen, if it is
     * @param noProbeBeforeNanos the pause after a probe that failed
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

        Latch gone(long nowNanos, String why) {
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

    /** A probe on its way, for one latch. */
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

    /** The worst latch's level. */
    public PressureLevel level() {
        return level;
    }

    /** Each closed latch's level; unmodifiable. */
    public Map<PressureReason, PressureLevel> reasons() {
        Map<PressureReason, PressureLevel> reasons = new EnumMap<>(PressureReason.class);
        latches.forEach((reason, latch) -> reasons.put(reason, latch.level()));
        return Collections.unmodifiableMap(reasons);
    }

    /** The reason of the worst latch; among equals any other before {@code LOW_SPACE}, then the oldest. */
    public Optional<PressureReason> worstReason() {
        return worst().map(Map.Entry::getKey);
    }

    /** When the worst latch closed, milliseconds since 1970; 0 if none is. */
    public long sinceEpochMillis() {
        return worst().map(each -> each.getValue().closedEpochMillis()).orElse(0L);
    }

    /** What the worst latch says; empty if none is closed. */
    public String detail() {
        return worst().map(each -> each.getValue().detail()).orElse("");
    }

    /** What a closed latch says; empty if it is open. */
    public String detail(PressureReason reason) {
        Latch latch = latches.get(reason);
        return latch == null ? "" : latch.detail();
    }

    /** Whether writes are shed, and for no other reason than this one. */
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
     * A cause is there. A latch that sheds goes on shedding: a milder cause keeps it closed as it is.
     *
     * @param cause {@code WARN}, {@code SHED} or {@code FAILED}
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
     * A cause has not changed, but what it is measured by has: its latch stands at this level from now on, be it milder, and
     * is open at {@code NORMAL}.
     */
    public PressureState reassessed(
            PressureReason reason, PressureLevel cause, String detail, long nowNanos, long epochMillis) {
        Map<PressureReason, Latch> others = copy();
        others.remove(reason);
        PressureState without = new PressureState(others, probe);
        return cause == PressureLevel.NORMAL ? without : without.raise(reason, cause, detail, nowNanos, epochMillis);
    }

    /** A cause is gone. Does nothing if it was not there. */
    public PressureState clear(PressureReason reason, String detail, long nowNanos) {
        Latch latch = latches.get(reason);
        if (latch == null || !latch.present()) {
            return this;
        }
        return with(reason, latch.gone(nowNanos, detail));
    }

    /** The latch for which a probe should begin now, if one should. One probe at a time. */
    public Optional<PressureReason> probeDue(long nowNanos, long dwellNanos) {
        if (probe != null) {
            return Optional.empty();
        }
        return latches.entrySet().stream()
                .filter(each -> !each.getValue().present() && each.getValue().dueNanos(dwellNanos) - nowNanos <= 0)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** When {@link #probeDue} may next have something; empty if not before something else happens. */
    public OptionalLong nextProbeNanos(long dwellNanos) {
        if (probe != null) {
            return OptionalLong.empty();
        }
        return latches.values().stream()
                .filter(latch -> !latch.present())
                .mapToLong(latch -> latch.dueNanos(dwellNanos))
                .min();
    }

    /** A probe for this latch begins. */
    public PressureState probeStarted(PressureReason reason, long nowNanos) {
        return new PressureState(latches, new Probe(reason, nowNanos));
    }

    /**
     * The probe has ended. If it succeeded, and the cause has been gone for the dwell time since before it began, its latch
     * opens; if it failed, the next one waits as long again.
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

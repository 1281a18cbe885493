package io.tidemark.shard;

import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the node knows of one shard's disks. Several causes may stand behind one reason, found in different places: the
 * shard's checkpointer is told of the worst, and that it is over when the last is gone. Any thread; never blocks.
 */
final class PressureCauses {

    /** Where a cause is found. */
    enum Place {
        /** The volume of the data files. */
        DATA_VOLUME,
        /** The volume of the log. */
        LOG_VOLUME,
        /** The log's files. */
        LOG,
        /** The data files, when an entry is appended. */
        DATA,
        /** The queue before the log. */
        QUEUE
    }

    private record Cause(PressureLevel level, String detail) {}

    private final int shard;
    private final Map<PressureReason, Map<Place, Cause>> causes = new EnumMap<>(PressureReason.class);
    private @Nullable Checkpointers checkpointers;

    PressureCauses(int shard) {
        this.shard = shard;
    }

    /** Who is told from now on, first of what is there already. */
    synchronized void tell(Checkpointers deployed) {
        checkpointers = deployed;
        for (PressureReason reason : causes.keySet()) {
            worst(reason, deployed);
        }
    }

    /** A cause is there. */
    synchronized void raise(PressureReason reason, Place place, PressureLevel level, String detail) {
        causes.computeIfAbsent(reason, key -> new EnumMap<>(Place.class)).put(place, new Cause(level, detail));
        if (checkpointers != null) {
            worst(reason, checkpointers);
        }
    }

    /** A cause is gone; does nothing if it was not there. */
    synchronized void clear(PressureReason reason, Place place, String detail) {
        Map<Place, Cause> at = causes.get(reason);
        if (at == null || at.remove(place) == null) {
            return;
        }
        if (at.isEmpty()) {
            causes.remove(reason);
            if (checkpointers != null) {
                checkpointers.reportPressure(shard, reason, PressureLevel.NORMAL, detail);
            }
        } else if (checkpointers != null) {
            worst(reason, checkpointers);
        }
    }

    /** Something has happened that nobody will say the end of: the latch opens when a probe says so. */
    synchronized void pulse(PressureReason reason, Place place, PressureLevel level, String detail) {
        raise(reason, place, level, detail);
        clear(reason, place, detail);
    }

    private void worst(PressureReason reason, Checkpointers told) {
        Map<Place, Cause> at = causes.getOrDefault(reason, Map.of());
        at.values().stream()
                .max((one, other) -> one.level().compareTo(other.level()))
                .ifPresent(cause -> told.reportPressure(shard, reason, cause.level(), cause.detail()));
    }
}

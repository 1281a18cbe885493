package io.tidemark.shard;

import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The causes of pressure on one shard that the node has found. A reason may have several causes, in different places: the
 * worst is reported to the shard's checkpointer, and the reason is cleared with the last of them. Any thread; never blocks.
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
        /** The data files, when an entry is appended to them. */
        DATA,
        /** The queue in front of the log. */
        QUEUE
    }

    private record Cause(PressureLevel level, String detail) {}

    private final int shard;
    private final Map<PressureReason, Map<Place, Cause>> causes = new EnumMap<>(PressureReason.class);
    private @Nullable Checkpointers checkpointers;

    PressureCauses(int shard) {
        this.shard = shard;
    }

    /** Reports to these checkpointers from now on, beginning with the causes raised so far. */
    synchronized void reportTo(Checkpointers deployed) {
        checkpointers = deployed;
        for (PressureReason reason : causes.keySet()) {
            reportWorst(reason, deployed);
        }
    }

    /** Raises a cause. */
    synchronized void raise(PressureReason reason, Place place, PressureLevel level, String detail) {
        causes.computeIfAbsent(reason, key -> new EnumMap<>(Place.class)).put(place, new Cause(level, detail));
        if (checkpointers != null) {
            reportWorst(reason, checkpointers);
        }
    }

    /** Clears a cause; does nothing if it was not raised. */
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
            reportWorst(reason, checkpointers);
        }
    }

    /** Raises a cause and clears it at once: an event without a known end; the pressure ends after a durable probe. */
    synchronized void pulse(PressureReason reason, Place place, PressureLevel level, String detail) {
        raise(reason, place, level, detail);
        clear(reason, place, detail);
    }

    private void reportWorst(PressureReason reason, Checkpointers target) {
        Map<Place, Cause> at = causes.getOrDefault(reason, Map.of());
        at.values().stream()
                .max((one, other) -> one.level().compareTo(other.level()))
                .ifPresent(cause -> target.reportPressure(shard, reason, cause.level(), cause.detail()));
    }
}

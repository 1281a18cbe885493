package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a checkpointer knows of its disk: one latch per reason. The writer hears of the worst through {@link
 * DirtyCounter#shedding}; everybody else gets one event per change. On the checkpointer's loop, but for {@link #level}.
 */
final class CheckpointPressure {
    private final String node;
    private final String store;
    private final int shard;
    private final DirtyCounter dirty;
    private final LongSupplier epochMillis;
    private final Consumer<PressureEvent> events;
    private final Map<PressureReason, PressureLevel> latches = new EnumMap<>(PressureReason.class);
    private volatile PressureLevel level = PressureLevel.NORMAL;

    CheckpointPressure(
            String node,
            String store,
            int shard,
            DirtyCounter dirty,
            LongSupplier epochMillis,
            Consumer<PressureEvent> events) {
        this.node = node;
        this.store = store;
        this.shard = shard;
        this.dirty = dirty;
        this.epochMillis = epochMillis;
        this.events = events;
    }

    /** Sets a reason's latch; the writer sees it before anybody is told. Does nothing if it stands there already. */
    void set(PressureReason reason, PressureLevel to, String detail) {
        PressureLevel before = to == PressureLevel.NORMAL ? latches.remove(reason) : latches.put(reason, to);
        if ((before == null ? PressureLevel.NORMAL : before) == to) {
            return;
        }
        PressureLevel worst =
                latches.values().stream().max(PressureLevel::compareTo).orElse(PressureLevel.NORMAL);
        level = worst;
        dirty.shed(worst.sheds());
        events.accept(new PressureEvent(node, store, shard, to, reason, epochMillis.getAsLong(), detail));
    }

    /** The worst of its latches. Any thread. */
    PressureLevel level() {
        return level;
    }
}

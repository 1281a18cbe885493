package io.tidemark.pressure;

import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * A change of a shard's pressure level, published once on {@link #ADDRESS}. Two consecutive events of one shard have
 * different levels.
 *
 * @param node the node's name, or an empty string where a library user gave none
 * @param store the store's name
 * @param shard the shard's number
 * @param level the shard's level from now on, the worst of its latches
 * @param reason the reason of the worst latch; at level {@code NORMAL} that of the latch that opened last
 * @param sinceEpochMillis when that latch closed, at level {@code NORMAL} when it opened; milliseconds since 1970
 * @param detail which file, what happened, what to do
 * @param reasons every closed latch with its level; unmodifiable
 * @since 0.1
 */
public record PressureEvent(
        String node,
        String store,
        int shard,
        PressureLevel level,
        PressureReason reason,
        long sinceEpochMillis,
        String detail,
        Map<PressureReason, PressureLevel> reasons) {

    /**
     * An event of a shard with this one latch.
     *
     * @param node the node's name
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @param level its level
     * @param reason the cause
     * @param sinceEpochMillis when the latch closed or opened, in milliseconds since 1970
     * @param detail which file, what happened, what to do
     */
    public PressureEvent(
            String node,
            String store,
            int shard,
            PressureLevel level,
            PressureReason reason,
            long sinceEpochMillis,
            String detail) {
        this(
                node,
                store,
                shard,
                level,
                reason,
                sinceEpochMillis,
                detail,
                level == PressureLevel.NORMAL ? Map.of() : Map.of(reason, level));
    }

    /**
     * Reads the body of an event, as {@link #toJson} writes it.
     *
     * @param json further keys are ignored
     * @throws IllegalArgumentException if a field is missing, of another type, or names an unknown level or reason
     */
    public PressureEvent(JsonObject json) {
        this(
                field(json, "node", String.class),
                field(json, "store", String.class),
                Math.toIntExact(field(json, "shard", Number.class).longValue()),
                PressureLevel.valueOf(field(json, "level", String.class)),
                PressureReason.valueOf(field(json, "reason", String.class)),
                field(json, "since", Number.class).longValue(),
                field(json, "detail", String.class),
                latches(field(json, "reasons", JsonObject.class)));
    }

    private static <T> T field(JsonObject json, String key, Class<T> type) {
        Object value = json.getValue(key);
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw new IllegalArgumentException("\"" + key + "\" is " + value + "; expected a " + type.getSimpleName());
    }

    private static Map<PressureReason, PressureLevel> latches(JsonObject reasons) {
        Map<PressureReason, PressureLevel> latches = new EnumMap<>(PressureReason.class);
        for (String reason : reasons.fieldNames()) {
            latches.put(PressureReason.valueOf(reason), PressureLevel.valueOf(field(reasons, reason, String.class)));
        }
        return Collections.unmodifiableMap(latches);
    }

    /** Event-bus address on which every change is published as {@link #toJson}, with the publisher's {@code instance}. */
    public static final String ADDRESS = "tidemark.disk-pressure";

    /**
     * {@return the body on the bus: {@code {node, store, shard, level, reason, since, detail, reasons: {REASON: LEVEL}}}}
     */
    public JsonObject toJson() {
        JsonObject all = new JsonObject();
        reasons.forEach((each, latched) -> all.put(each.name(), latched.name()));
        return new JsonObject()
                .put("node", node)
                .put("store", store)
                .put("shard", shard)
                .put("level", level.name())
                .put("reason", reason.name())
                .put("since", sinceEpochMillis)
                .put("detail", detail)
                .put("reasons", all);
    }
}

package io.tidemark.pressure;

import io.vertx.core.json.JsonObject;

/**
 * One change of a shard's pressure, published once on {@link #ADDRESS}.
 *
 * @param node the node's name, or an empty string where a library user gave none
 * @param store the store's name
 * @param shard the shard's number
 * @param level the level from now on
 * @param reason what led to it
 * @param sinceEpochMillis when it began, milliseconds since 1970
 * @param detail which file, what happened, what to do
 */
public record PressureEvent(
        String node,
        String store,
        int shard,
        PressureLevel level,
        PressureReason reason,
        long sinceEpochMillis,
        String detail) {

    /** Event-bus address on which every change is published as {@link #toJson}. */
    public static final String ADDRESS = "tidemark.disk-pressure";

    /** Body on the bus: {@code {node, store, shard, level, reason, since, detail}}. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("node", node)
                .put("store", store)
                .put("shard", shard)
                .put("level", level.name())
                .put("reason", reason.name())
                .put("since", sinceEpochMillis)
                .put("detail", detail);
    }
}

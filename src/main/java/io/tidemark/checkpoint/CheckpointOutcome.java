package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * How one generation went.
 *
 * @param store the store's name
 * @param shard the shard's number
 * @param generation 1 for the first since the checkpointer's start
 * @param trigger why it ran
 * @param fromIndex the durable index before it, -1 if unknown since the start
 * @param toIndex the index it captured
 * @param bytes bytes captured
 * @param files files captured
 * @param queueMillis from the decision to the start
 * @param forceMillis from the start to the end
 * @param endedEpochMillis when it ended, milliseconds since 1970
 * @param error why it failed, {@code null} if it succeeded
 */
public record CheckpointOutcome(
        String store,
        int shard,
        long generation,
        CheckpointTrigger trigger,
        long fromIndex,
        long toIndex,
        long bytes,
        int files,
        long queueMillis,
        long forceMillis,
        long endedEpochMillis,
        @Nullable String error) {

    /** Whether everything captured is durable. */
    public boolean succeeded() {
        return error == null;
    }

    /** Body of the event on {@link CheckpointAddresses#outcome}. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("store", store)
                .put("shard", shard)
                .put("generation", generation)
                .put("trigger", trigger.label())
                .put("outcome", succeeded() ? "ok" : "failed")
                .put("from_index", fromIndex)
                .put("to_index", toIndex)
                .put("bytes", bytes)
                .put("files", files)
                .put("queue_ms", queueMillis)
                .put("force_ms", forceMillis)
                .put("ended", endedEpochMillis);
        return error == null ? json : json.put("error", error);
    }
}

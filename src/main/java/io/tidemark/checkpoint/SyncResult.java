package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;

/**
 * The answer to a sync request.
 *
 * @param shard the shard's number
 * @param generation the generation that answered, 0 if none has run
 * @param durableIndex the shard's durable index now
 * @param files files forced by that generation; 0 if the shard was clean
 * @param bytes bytes forced by it; 0 if the shard was clean
 * @param waitedMillis from the request to the answer, in milliseconds
 * @since 0.1
 */
public record SyncResult(int shard, long generation, long durableIndex, int files, long bytes, long waitedMillis) {

    /**
     * Reads the body of a reply, as {@link #toJson} writes it.
     *
     * @param json further keys are ignored
     * @throws IllegalArgumentException if a field is missing or of another type
     */
    public SyncResult(JsonObject json) {
        this(new EventBody(json));
    }

    private SyncResult(EventBody body) {
        this(
                body.smallNumber("shard"),
                body.number("generation"),
                body.number("durable_index"),
                body.smallNumber("files"),
                body.number("bytes"),
                body.number("waited_ms"));
    }

    /** {@return the body of the reply on the event bus} */
    public JsonObject toJson() {
        return new JsonObject()
                .put("shard", shard)
                .put("generation", generation)
                .put("durable_index", durableIndex)
                .put("files", files)
                .put("bytes", bytes)
                .put("waited_ms", waitedMillis);
    }
}

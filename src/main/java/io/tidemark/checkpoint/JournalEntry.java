package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;

/** What a shard's journal keeps: a generation, or that one was put off. */
public sealed interface JournalEntry {

    /** For people and for JSON over HTTP. */
    JsonObject toJson();

    /** A generation that ended. */
    record Generation(CheckpointOutcome outcome) implements JournalEntry {
        @Override
        public JsonObject toJson() {
            return outcome.toJson().put("kind", "generation");
        }
    }

    /**
     * A due shard that was not forced yet; one entry per stretch, however often it was looked at.
     *
     * @param atEpochMillis when it was put off, milliseconds since 1970
     * @param reason why
     * @param appendedIndex last index marked then
     */
    record Deferral(long atEpochMillis, String reason, long appendedIndex) implements JournalEntry {
        @Override
        public JsonObject toJson() {
            return new JsonObject()
                    .put("kind", "deferral")
                    .put("at", atEpochMillis)
                    .put("reason", reason)
                    .put("appended_index", appendedIndex);
        }
    }
}

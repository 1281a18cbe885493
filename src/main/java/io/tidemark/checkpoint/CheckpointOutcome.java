package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one generation.
 *
 * @param store the store's name
 * @param shard the shard's number
 * @param generation 1 for the first since the checkpointer's start
 * @param trigger why it ran
 * @param fromIndex the durable index before it, -1 if unknown since the start
 * @param toIndex the captured index
 * @param bytes captured bytes
 * @param files captured files
 * @param queueNanos from the decision to the start, in nanoseconds
 * @param forceNanos from the start to the end
 * @param manifestNanos the part of that spent on the position file; -1 if the target does not report it
 * @param endedEpochMillis when it ended, milliseconds since 1970
 * @param failedStep the step that failed; {@code null} if no force failed: the generation succeeded, could not be
 *     scheduled, could not capture, or was {@linkplain ForcePostponedException postponed}
 * @param error why it failed, {@code null} if it succeeded
 * @since 0.1
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
        long queueNanos,
        long forceNanos,
        long manifestNanos,
        long endedEpochMillis,
        @Nullable ForceStep failedStep,
        @Nullable String error) {

    /**
     * Reads the body of an event, as {@link #toJson} writes it; times are exact to a microsecond.
     *
     * @param json further keys are ignored
     * @throws IllegalArgumentException if a field is missing, of another type, or names an unknown trigger or step
     */
    public CheckpointOutcome(JsonObject json) {
        this(new EventBody(json));
    }

    private CheckpointOutcome(EventBody body) {
        this(
                body.text("store"),
                body.smallNumber("shard"),
                body.number("generation"),
                CheckpointTrigger.valueOf(body.text("trigger").toUpperCase(Locale.ROOT)),
                body.number("from_index"),
                body.number("to_index"),
                body.number("bytes"),
                body.smallNumber("files"),
                body.nanos("queue_ms"),
                body.nanos("force_ms"),
                body.has("manifest_ms") ? body.nanos("manifest_ms") : -1,
                body.number("ended"),
                body.has("failed_step")
                        ? ForceStep.valueOf(body.text("failed_step").toUpperCase(Locale.ROOT))
                        : null,
                body.has("error") ? body.text("error") : null);
    }

    /** {@return whether everything captured is durable} */
    public boolean succeeded() {
        return error == null;
    }

    /** {@return {@code ok} or {@code failed}, in events and metrics} */
    public String label() {
        return succeeded() ? "ok" : "failed";
    }

    /**
     * {@return the body of the event on {@link CheckpointAddresses#outcome}; times in milliseconds with three decimals}
     */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("store", store)
                .put("shard", shard)
                .put("generation", generation)
                .put("trigger", trigger.label())
                .put("outcome", label())
                .put("from_index", fromIndex)
                .put("to_index", toIndex)
                .put("bytes", bytes)
                .put("files", files)
                .put("queue_ms", millis(queueNanos))
                .put("force_ms", millis(forceNanos));
        if (manifestNanos >= 0) {
            json.put("manifest_ms", millis(manifestNanos));
        }
        json.put("ended", endedEpochMillis);
        if (failedStep != null) {
            json.put("failed_step", failedStep.label());
        }
        return error == null ? json : json.put("error", error);
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}

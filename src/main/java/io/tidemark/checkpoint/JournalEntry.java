package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** What a shard's journal keeps: a generation, that one was put off, or trouble with one. */
public sealed interface JournalEntry {

    /** For people and for JSON over HTTP; {@code kind} tells which it is. */
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

    /**
     * What went wrong beside a generation's own failure, or came right again.
     *
     * @param atEpochMillis when, milliseconds since 1970
     * @param what what happened
     * @param detail for people
     */
    record Incident(long atEpochMillis, What what, String detail) implements JournalEntry {
        /** What happened. */
        public enum What {
            /** A force has not come back for {@code stall_warn_ms} or {@code stall_shed_ms}. */
            STALLED,
            /** Something was applied and not marked; it is forced all the same, but late. */
            UNMARKED,
            /** A checkpoint or a repair has waited for its permit for {@code stall_warn_ms} past its deadline. */
            OVERDUE,
            /** More was marked than {@link CheckpointTarget#capture} shows, and can't be made durable. */
            BEHIND,
            /** A force could not be started; that says nothing about the disk. */
            NOT_STARTED,
            /** After a failed force everything was written anew. */
            REPAIRED,
            /** That failed; it will be tried again. */
            REPAIR_FAILED,
            /** After a failed force the shard is out of service until a restart. */
            NOT_REPAIRABLE
        }

        @Override
        public JsonObject toJson() {
            return new JsonObject()
                    .put("kind", "incident")
                    .put("at", atEpochMillis)
                    .put("what", what.name().toLowerCase(Locale.ROOT))
                    .put("detail", detail);
        }
    }
}

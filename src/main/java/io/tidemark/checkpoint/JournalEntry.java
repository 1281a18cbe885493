package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * An entry of a shard's journal: a generation, a deferral, or an incident.
 *
 * @since 0.1
 */
public sealed interface JournalEntry {

    /** {@return the entry as JSON; {@code kind} says which type it is} */
    JsonObject toJson();

    /** A generation that ended. */
    record Generation(CheckpointOutcome outcome) implements JournalEntry {
        @Override
        public JsonObject toJson() {
            return outcome.toJson().put("kind", "generation");
        }
    }

    /**
     * A due shard that was not forced yet; one entry per deferral, however often the policy checked it.
     *
     * @param atEpochMillis when it was deferred, milliseconds since 1970
     * @param reason why
     * @param appendedIndex last index marked at that time
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
     * A problem other than a failed generation, or its end.
     *
     * @param atEpochMillis when, milliseconds since 1970
     * @param what what happened
     * @param detail a text for operators
     */
    record Incident(long atEpochMillis, What what, String detail) implements JournalEntry {
        /** What happened. */
        public enum What {
            /** A force has been running for {@code stall_warn_ms} or {@code stall_shed_ms}. */
            STALLED,
            /** Something was applied but not marked; it is forced, but late. */
            UNMARKED,
            /** A checkpoint or a repair has waited for its permit for {@code stall_warn_ms} past its deadline. */
            OVERDUE,
            /** More was marked than {@link CheckpointTarget#capture} shows, and can't be made durable. */
            BEHIND,
            /** A force or repair could not be scheduled; this says nothing about the disk. */
            NOT_STARTED,
            /** After a failed force everything was rewritten. */
            REPAIRED,
            /** A repair failed; it is retried. */
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

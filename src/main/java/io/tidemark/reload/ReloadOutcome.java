package io.tidemark.reload;

import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of reading a configuration.
 *
 * @param store whose checkpointers it applies to
 * @param kind the outcome
 * @param changed full names of keys, and their values as they may be displayed
 * @param why the reason, if it was rejected
 * @since 0.1
 */
public record ReloadOutcome(String store, Kind kind, Map<String, Change> changed, @Nullable String why) {

    /** The possible outcomes. */
    public enum Kind {
        /** It differed from the configuration in use, and is in use now. */
        ACCEPTED,
        /** It can't be read or is invalid; nothing changed. */
        REJECTED,
        /** One was rejected before; this one is valid and equals the configuration in use. */
        RESTORED,
        /** It differs in keys that can't change while running; those keep their values. No keys: it no longer differs. */
        NEEDS_RESTART;

        /** {@return the name on the event bus: in lower case} */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The value in use, and the one read. */
    public record Change(String from, String to) {}

    /**
     * Copies the map and keeps its order.
     *
     * @param store the store's name
     * @param kind what became of it
     * @param changed copied
     * @param why why it was rejected
     */
    public ReloadOutcome {
        changed = Collections.unmodifiableMap(new LinkedHashMap<>(changed));
    }

    /** {@return {@code {store, outcome, changed: {key: {from, to}}, why?}}, all values text} */
    public JsonObject toJson() {
        JsonObject keys = new JsonObject();
        changed.forEach((key, change) ->
                keys.put(key, new JsonObject().put("from", change.from()).put("to", change.to())));
        JsonObject json = new JsonObject()
                .put("store", store)
                .put("outcome", kind.label())
                .put("changed", keys);
        return why == null ? json : json.put("why", why);
    }

    /** {@code checkpoint.idle_ms 250 -> 100, checkpoint.interval_ms 10000 -> 500}. */
    String changes() {
        return changed.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().from() + " -> "
                        + entry.getValue().to())
                .collect(Collectors.joining(", "));
    }
}

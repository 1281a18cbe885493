package io.tidemark.reload;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of a configuration that was read.
 *
 * @param store whose checkpointers are concerned
 * @param kind what became of it
 * @param changed full names of keys, and their values as they may be shown
 * @param why the reason, if it was rejected
 */
public record ReloadOutcome(String store, Kind kind, Map<String, Change> changed, @Nullable String why) {

    /** What can become of it. */
    public enum Kind {
        /** It differs from what was in force, and is in force now. */
        ACCEPTED,
        /** It can't be read or used; nothing has changed. */
        REJECTED,
        /** One was rejected before; this one is good, and differs in nothing from what is in force. */
        RESTORED,
        /** It differs in keys that can't change while running; those keep their values. Empty if it no longer does. */
        NEEDS_RESTART;

        /** As on the event bus: the name in lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A value in force, and the one read. */
    public record Change(String from, String to) {}

    /** Keeps its own copy, in the same order. */
    public ReloadOutcome {
        changed = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(changed));
    }

    /** {@code {store, outcome, changed: {key: {from, to}}, why?}}, all values text. */
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

package io.tidemark.reload;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * A section of a configuration that is watched, and what is in force of it. All methods are called on the context of the
 * {@link ConfigReload} it is bound by; none may block.
 */
public interface ReloadableSection {

    /** Under which key of the configuration the section stands. */
    String key();

    /** What is in force now: every key with its value. */
    JsonObject current();

    /**
     * Checks a section as it was read; changes nothing.
     *
     * @param given not to be changed
     * @return every key with the value that it is to have, in the shape of {@link #current}
     * @throws IllegalArgumentException naming the key, its value and what would be right
     */
    JsonObject validate(JsonObject given);

    /**
     * Puts a section into force that {@link #validate} returned and that differs from what is in force. Completes when it
     * is; if it fails, what was in force must be again.
     */
    Future<Void> apply(JsonObject complete);

    /** Whether changes can't be put into force while running: they are reported by name, and {@link #apply} is not called. */
    default boolean needsRestart() {
        return false;
    }

    /** A value as reports may show it. */
    default String format(String key, Object value) {
        return String.valueOf(value);
    }

    /** How reports name a key of this section. */
    default String fullName(String key) {
        return key() + "." + key;
    }
}

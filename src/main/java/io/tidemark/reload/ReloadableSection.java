package io.tidemark.reload;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * A section of a watched configuration, and its values in use. All methods are called on the context of the {@link
 * ConfigReload} that binds it; none may block.
 *
 * @since 0.1
 */
public interface ReloadableSection {

    /** {@return the key of this section in the configuration} */
    String key();

    /** {@return the values in use: every key with its value} */
    JsonObject current();

    /**
     * Validates a section as it was read; changes nothing.
     *
     * @param given must not be modified
     * @return every key with its new value, in the shape of {@link #current}
     * @throws IllegalArgumentException naming the key, its value and what is expected
     */
    JsonObject validate(JsonObject given);

    /**
     * Applies values that {@link #validate} returned and that differ from those in use. Completes when they are in use;
     * if it fails, the earlier values must be in use again.
     *
     * @param complete every key with its new value
     * @return completes when the values are in use; fails if they are refused
     */
    Future<Void> apply(JsonObject complete);

    /** {@return whether changes require a restart: they are reported by name, and {@link #apply} is not called} */
    default boolean needsRestart() {
        return false;
    }

    /**
     * {@return a value as it appears in reports}
     *
     * @param key the key, without its section
     * @param value the value
     */
    default String format(String key, Object value) {
        return String.valueOf(value);
    }

    /**
     * {@return the name of a key of this section in reports}
     *
     * @param key the key, without its section
     */
    default String fullName(String key) {
        return key() + "." + key;
    }
}

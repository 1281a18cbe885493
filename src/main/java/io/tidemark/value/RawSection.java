package io.tidemark.value;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A section of a configuration as its source gave it, of which options are made. Every method throws {@link
 * IllegalArgumentException} that names the key, says what its value is, and what would be right.
 */
public final class RawSection {
    private final String name;
    private final JsonObject json;

    /**
     * Takes a section; a key of it that has no value is refused.
     *
     * @param name as keys of it are named: {@code checkpoint}
     * @param json not changed, and not to be changed while it is read
     * @param known the keys that it may have
     */
    public RawSection(String name, JsonObject json, Set<String> known) {
        this.name = name;
        this.json = json;
        TreeSet<String> unknown = new TreeSet<>(json.fieldNames());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown " + name + " option `" + RawValue.shortened(unknown.first())
                    + "`; known are " + new TreeSet<>(known));
        }
        for (String key : json.fieldNames()) {
            if (raw(key) == null) {
                throw new IllegalArgumentException(
                        name + "." + key + " has no value; give it one or leave the key out");
            }
        }
    }

    /** A number, or a size in bytes. */
    public long number(String key, ValueType type, long otherwise) {
        return read(key, type) instanceof Long number ? number : otherwise;
    }

    /** A text; {@code null} if the key is left out. */
    public @Nullable String text(String key, ValueType type) {
        return (String) read(key, type);
    }

    /** A truth value; {@code null} if the key is left out. */
    public @Nullable Boolean flag(String key) {
        return (Boolean) read(key, new ValueType.Flag());
    }

    /** Checks a number that did not come from a section. */
    public static long validate(String fullName, ValueType type, long value) {
        return (Long) validate(fullName, type, (Object) value);
    }

    private @Nullable Object read(String key, ValueType type) {
        Object raw = raw(key);
        return raw == null ? null : validate(name + "." + key, type, raw);
    }

    private static Object validate(String fullName, ValueType type, Object raw) {
        Object value = type.read(raw);
        if (value == null) {
            throw new IllegalArgumentException(
                    fullName + " is " + type.describe(raw) + ", expected " + type.expectation());
        }
        return value;
    }

    /** As it was put in: {@link JsonObject#getValue} would make text of dates and binary data. */
    private @Nullable Object raw(String key) {
        return json.getMap().get(key);
    }
}

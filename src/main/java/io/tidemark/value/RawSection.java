package io.tidemark.value;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A section of a configuration as its source gave it; options are made from it. Every method throws {@link
 * IllegalArgumentException} that names the key, its value, and what is expected.
 */
public final class RawSection {
    private final String name;
    private final JsonObject json;

    /**
     * Takes a section; a key without a value is refused.
     *
     * @param name the prefix of its keys in messages, such as {@code checkpoint}
     * @param json is not modified, and must not be while it is read
     * @param known the accepted keys
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

    /** A number, or a size in bytes; the default if the key is omitted. */
    public long number(String key, ValueType type, long defaultValue) {
        return read(key, type) instanceof Long number ? number : defaultValue;
    }

    /** A text; {@code null} if the key is omitted. */
    public @Nullable String text(String key, ValueType type) {
        return (String) read(key, type);
    }

    /** A Boolean; {@code null} if the key is omitted. */
    public @Nullable Boolean flag(String key) {
        return (Boolean) read(key, new ValueType.Flag());
    }

    /** Validates a number that did not come from a section. */
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

    /** The value as it was put in; {@link JsonObject#getValue} would turn dates and binary data into text. */
    private @Nullable Object raw(String key) {
        return json.getMap().get(key);
    }
}

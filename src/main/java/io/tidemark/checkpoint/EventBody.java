package io.tidemark.checkpoint;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * A published body that is read back. Keys that it does not know are ignored: a later version may add some.
 *
 * @param json as received
 */
record EventBody(JsonObject json) {

    /** Whether an optional field is given. */
    boolean has(String key) {
        return json.containsKey(key);
    }

    /** A whole number. */
    long number(String key) {
        if (json.getValue(key) instanceof Number number) {
            return number.longValue();
        }
        throw wrong(key, "a number");
    }

    /** A whole number in the range of {@code int}. */
    int smallNumber(String key) {
        return Math.toIntExact(number(key));
    }

    /** Nanoseconds of a time in milliseconds with decimals. */
    long nanos(String key) {
        if (json.getValue(key) instanceof Number millis) {
            return Math.round(millis.doubleValue() * TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw wrong(key, "a number of milliseconds");
    }

    /** A text. */
    String text(String key) {
        if (json.getValue(key) instanceof String text) {
            return text;
        }
        throw wrong(key, "a text");
    }

    private IllegalArgumentException wrong(String key, String expected) {
        return new IllegalArgumentException("\"" + key + "\" is " + json.getValue(key) + "; expected " + expected);
    }
}

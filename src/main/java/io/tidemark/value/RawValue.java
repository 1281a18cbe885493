package io.tidemark.value;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value as its source gave it. Sources use different types for the same thing: a whole number is an {@code Integer}
 * from YAML, a {@code BigInteger} from a properties store, and text from the environment.
 */
public final class RawValue {
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,38}");
    private static final Pattern LEADING_ZERO = Pattern.compile("-?0[0-9]+");
    private static final int MAX_SHOWN_CHARS = 80;

    private RawValue() {}

    /**
     * The value as a whole number, also if it is text in plain decimal digits; {@code null} if it is something else.
     */
    static @Nullable BigInteger whole(Object raw) {
        if (raw instanceof BigInteger number) {
            return number;
        } else if (raw instanceof Long || raw instanceof Integer || raw instanceof Short || raw instanceof Byte) {
            return BigInteger.valueOf(((Number) raw).longValue());
        }
        return raw instanceof CharSequence text && WHOLE.matcher(text).matches()
                ? new BigInteger(text.toString())
                : null;
    }

    /**
     * Its type and value: {@code the whole number 5000}, {@code the text `soon`}. One line, cut off if long; not for
     * secrets.
     */
    public static String describe(Object raw) {
        if (isBlank(raw)) {
            return "empty";
        } else if (raw instanceof CharSequence text) {
            boolean leadingZero = LEADING_ZERO.matcher(text).matches();
            return "the text `" + shortened(text.toString()) + "`" + (leadingZero ? ", with a leading zero" : "");
        } else if (raw instanceof Date date) {
            return describe(date.toInstant());
        } else if (raw instanceof Instant instant) {
            return "a date, as YAML reads it, " + instant;
        } else if (raw instanceof Number || raw instanceof Boolean) {
            return typeOf(raw).replaceFirst("^an? ", "the ") + " " + shortened(raw.toString());
        }
        return typeOf(raw);
    }

    /** Its type without its value: {@code a whole number}, {@code a text}. */
    public static String typeOf(Object raw) {
        if (isBlank(raw)) {
            return "empty";
        } else if (raw instanceof CharSequence) {
            return "a text";
        } else if (raw instanceof Double || raw instanceof Float || raw instanceof BigDecimal) {
            return "a number";
        } else if (raw instanceof Number) {
            return "a whole number";
        } else if (raw instanceof Boolean) {
            return "a Boolean";
        } else if (raw instanceof Instant || raw instanceof Date) {
            return "a date";
        } else if (raw instanceof byte[] || raw instanceof Buffer) {
            return "binary data";
        } else if (raw instanceof JsonObject || raw instanceof Map) {
            return "a section";
        } else if (raw instanceof JsonArray || raw instanceof List) {
            return "a list";
        }
        return "of type " + raw.getClass().getSimpleName();
    }

    private static boolean isBlank(Object raw) {
        return raw instanceof CharSequence text && text.toString().isBlank();
    }

    /** A text as one line for messages, cut off if it is long. */
    public static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_SHOWN_CHARS ? line : line.substring(0, MAX_SHOWN_CHARS) + "...";
    }
}

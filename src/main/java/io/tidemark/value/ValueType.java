package io.tidemark.value;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that a key accepts. One rule for each type, whatever the source: a whole number is a number or plain
 * decimal digits as text; a Boolean is one, or {@code true} or {@code false} as text; text is nothing but text, since a
 * source that converted it has lost how it was written.
 */
public sealed interface ValueType {
    /** 1,024 bytes. */
    long KIB = 1024;
    /** 1,024 KiB. */
    long MIB = 1024 * KIB;
    /** 1,024 MiB. */
    long GIB = 1024 * MIB;

    /**
     * Parses a value as its source gave it.
     *
     * @return String, Long or Boolean; {@code null} if it is not of this type
     */
    @Nullable
    Object read(Object raw);

    /** What is expected, to follow "it must be". */
    String expectation();

    /** Describes a value that {@link #read} refuses, to follow "is". */
    default String describe(Object raw) {
        return RawValue.describe(raw);
    }

    /** A value of this type as text, which {@link #read} accepts again unless it is secret. */
    default String show(Object value) {
        return value.toString();
    }

    /** Text that is not blank. */
    record Text() implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return raw instanceof String text && !text.isBlank() ? text : null;
        }

        @Override
        public String expectation() {
            return "text that isn't empty (in YAML, in quotes if it looks like a number, a date or a Boolean)";
        }
    }

    /** Text that is never shown. */
    record Secret() implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return raw instanceof String text && !text.isEmpty() ? text : null;
        }

        @Override
        public String expectation() {
            return new Text().expectation();
        }

        @Override
        public String describe(Object raw) {
            return RawValue.typeOf(raw);
        }

        @Override
        public String show(Object value) {
            return "(hidden)";
        }
    }

    /** Any text, even empty. */
    record Name() implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return raw instanceof String ? raw : null;
        }

        @Override
        public String expectation() {
            return "a name, which is text (in YAML, in quotes if it looks like a number, a date or a Boolean; from"
                    + " a properties or environment store, by its option `raw-data`)";
        }
    }

    /** A Boolean. */
    record Flag() implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return switch (raw.toString()) {
                case "true" -> true;
                case "false" -> false;
                default -> null;
            };
        }

        @Override
        public String expectation() {
            return "true or false";
        }
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    record WholeNumber(long min, long max) implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return within(RawValue.whole(raw), min, max);
        }

        @Override
        public String describe(Object raw) {
            return number(raw);
        }

        @Override
        public String expectation() {
            return "a whole number from " + min + " to " + max;
        }
    }

    /** A number of bytes, both limits included: a whole number, optionally followed by KiB, MiB or GiB. */
    record Size(long min, long max) implements ValueType {
        private static final Pattern WITH_UNIT = Pattern.compile("(0|[1-9][0-9]{0,17}) ?(KiB|MiB|GiB)");

        @Override
        public @Nullable Object read(Object raw) {
            Matcher size = WITH_UNIT.matcher(raw instanceof CharSequence text ? text : "");
            return within(
                    size.matches()
                            ? new BigInteger(size.group(1)).multiply(BigInteger.valueOf(unit(size.group(2))))
                            : RawValue.whole(raw),
                    min,
                    max);
        }

        @Override
        public String describe(Object raw) {
            return raw instanceof CharSequence text && WITH_UNIT.matcher(text).matches()
                    ? text.toString()
                    : number(raw);
        }

        @Override
        public String expectation() {
            return "a size from " + show(min) + " to " + show(max) + ", in bytes or with KiB, MiB or GiB";
        }

        @Override
        public String show(Object value) {
            long bytes = (Long) value;
            if (bytes > 0 && bytes % GIB == 0) {
                return bytes / GIB + "GiB";
            } else if (bytes > 0 && bytes % MIB == 0) {
                return bytes / MIB + "MiB";
            } else if (bytes > 0 && bytes % KIB == 0) {
                return bytes / KIB + "KiB";
            }
            return Long.toString(bytes);
        }

        private static long unit(String suffix) {
            return switch (suffix) {
                case "KiB" -> KIB;
                case "MiB" -> MIB;
                default -> GIB;
            };
        }
    }

    /** A {@link Size}, or 0. */
    record SizeOrZero(long min, long max) implements ValueType {
        private Size size() {
            return new Size(min, max);
        }

        @Override
        public @Nullable Object read(Object raw) {
            return BigInteger.ZERO.equals(RawValue.whole(raw)) ? (Long) 0L : size().read(raw);
        }

        @Override
        public String describe(Object raw) {
            return size().describe(raw);
        }

        @Override
        public String expectation() {
            return "0, or " + size().expectation();
        }

        @Override
        public String show(Object value) {
            return size().show(value);
        }
    }

    /** A number out of range is described by its value alone: the expectation says that a number is needed. */
    private static String number(Object raw) {
        BigInteger whole = RawValue.whole(raw);
        return whole == null ? RawValue.describe(raw) : whole.toString();
    }

    private static @Nullable Long within(@Nullable BigInteger value, long min, long max) {
        return value != null
                        && value.compareTo(BigInteger.valueOf(min)) >= 0
                        && value.compareTo(BigInteger.valueOf(max)) <= 0
                ? (Long) value.longValue()
                : null;
    }
}

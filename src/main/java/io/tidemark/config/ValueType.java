package io.tidemark.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What values a key takes. Raw values come as text from outside, or as what a YAML parser made of them. */
sealed interface ValueType {
    /** 1,024 bytes. */
    long KIB = 1024;
    /** 1,024 KiB. */
    long MIB = 1024 * KIB;
    /** 1,024 MiB. */
    long GIB = 1024 * MIB;

    /**
     * Reads a raw value.
     *
     * @return String, Long or Boolean; {@code null} if it is none of this type
     */
    @Nullable
    Object read(Object raw);

    /** What would be right, to follow "it must be". */
    String expectation();

    /** A value of this type for people to read, and for {@link #read} to read again unless it is secret. */
    default String show(Object value) {
        return value.toString();
    }

    /** Any text that isn't blank. A number or a truth value in YAML is refused: it may not look as it was written. */
    record Text() implements ValueType {
        @Override
        public @Nullable Object read(Object raw) {
            return raw instanceof String text && !text.isBlank() ? text : null;
        }

        @Override
        public String expectation() {
            return "text that isn't empty (in YAML, in quotes if it looks like a number)";
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
            return "text that isn't empty (in YAML, in quotes if it looks like a number)";
        }

        @Override
        public String show(Object value) {
            return "(hidden)";
        }
    }

    /** A truth value. */
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

    /** A whole number, both ends included. */
    record Whole(long min, long max) implements ValueType {
        private static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,18}");

        @Override
        public @Nullable Object read(Object raw) {
            String text = raw.toString();
            return DIGITS.matcher(text).matches() ? within(Long.parseLong(text), min, max) : null;
        }

        @Override
        public String expectation() {
            return "a whole number from " + min + " to " + max;
        }
    }

    /** A number of bytes, both ends included: digits, or digits with KiB, MiB or GiB behind them. */
    record Size(long min, long max) implements ValueType {
        private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?(KiB|MiB|GiB)?");

        @Override
        public @Nullable Object read(Object raw) {
            Matcher size = SIZE.matcher(raw.toString());
            if (!size.matches()) {
                return null;
            }
            try {
                return within(Math.multiplyExact(Long.parseLong(size.group(1)), unit(size.group(2))), min, max);
            } catch (ArithmeticException tooMuch) {
                return null;
            }
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

        private static long unit(@Nullable String suffix) {
            if (suffix == null) {
                return 1;
            }
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
            return raw.toString().equals("0") ? (Long) 0L : size().read(raw);
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

    private static @Nullable Long within(long value, long min, long max) {
        return value >= min && value <= max ? (Long) value : null;
    }
}

package io.tidemark.redis.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Parses arguments: keywords, ignoring case, and numbers, as strictly as Redis. Pure functions. */
public final class Arguments {

    private Arguments() {}

    /** Whether the argument is the keyword, ignoring ASCII case. */
    public static boolean matches(byte[] argument, String keyword) {
        if (argument.length != keyword.length()) {
            return false;
        }
        for (int i = 0; i < argument.length; i++) {
            if (lower(argument[i]) != lower(keyword.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether both are equal, ignoring ASCII case. */
    public static boolean equalsIgnoreCase(byte[] one, byte[] other) {
        if (one.length != other.length) {
            return false;
        }
        for (int i = 0; i < one.length; i++) {
            if (one[i] != other[i] && lower(one[i]) != lower(other[i])) {
                return false;
            }
        }
        return true;
    }

    /** The argument, decoded as UTF-8, in lower case. */
    public static String lowerCase(byte[] argument) {
        return text(argument).toLowerCase(Locale.ROOT);
    }

    /** The argument, decoded as UTF-8. */
    public static String text(byte[] argument) {
        return new String(argument, StandardCharsets.UTF_8);
    }

    /**
     * Parses a decimal 64-bit integer without plus sign, leading zeros or blanks.
     *
     * @throws NumberFormatException if the argument is anything else
     */
    public static long parseLong(byte[] argument) {
        int length = argument.length;
        boolean negative = length > 1 && argument[0] == '-';
        int first = negative ? 1 : 0;
        if (length == 0 || length - first > 19 || (argument[first] == '0' && length > 1)) {
            throw new NumberFormatException();
        }
        long sum = 0;
        for (int i = first; i < length; i++) {
            int digit = argument[i] - '0';
            if (digit < 0 || digit > 9 || sum < (Long.MIN_VALUE + digit) / 10) {
                throw new NumberFormatException();
            }
            sum = sum * 10 - digit;
        }
        if (!negative && sum == Long.MIN_VALUE) {
            throw new NumberFormatException();
        }
        return negative ? sum : -sum;
    }

    private static int lower(int b) {
        return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }
}

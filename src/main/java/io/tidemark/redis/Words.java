package io.tidemark.redis;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads arguments: key words in any case, and numbers as strictly as Redis does. Pure functions. */
final class Words {

    private Words() {}

    /** Whether the argument is the word; ASCII case makes no difference. */
    static boolean matches(byte[] argument, String word) {
        return equal(argument, word.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether both are the same word; ASCII case makes no difference. */
    static boolean equal(byte[] one, byte[] other) {
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

    /** The argument as text in lower case; bytes that are not ASCII come out as replacement characters. */
    static String lowerCase(byte[] argument) {
        return text(argument).toLowerCase(Locale.ROOT);
    }

    /** The argument as text. */
    static String text(byte[] argument) {
        return new String(argument, StandardCharsets.UTF_8);
    }

    /**
     * A decimal 64-bit integer: no sign but a minus, no leading zeros, nothing around it.
     *
     * @throws NumberFormatException if it is not one
     */
    static long integer(byte[] argument) {
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

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }
}

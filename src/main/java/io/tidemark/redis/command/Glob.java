package io.tidemark.redis.command;

/**
 * Redis' glob patterns: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a-z]}, and {@code \} to escape a character. Worst-case
 * time is the product of the two lengths, whatever the pattern.
 */
final class Glob {

    private final String pattern;

    Glob(String pattern) {
        this.pattern = pattern;
    }

    /** Whether the whole text matches. */
    boolean matches(String text) {
        int at = 0;
        int in = 0;
        int afterStar = -1;
        int starText = 0;
        while (at < text.length()) {
            if (in < pattern.length() && pattern.charAt(in) == '*') {
                afterStar = ++in;
                starText = at;
            } else if (in < pattern.length() && matchesOne(in, text.charAt(at))) {
                in = afterOne(in);
                at++;
            } else if (afterStar >= 0) {
                in = afterStar;
                at = ++starText;
            } else {
                return false;
            }
        }
        while (in < pattern.length() && pattern.charAt(in) == '*') {
            in++;
        }
        return in == pattern.length();
    }

    private boolean matchesOne(int in, char c) {
        return switch (pattern.charAt(in)) {
            case '?' -> true;
            case '[' -> matchesClass(in, c);
            case '\\' -> in + 1 < pattern.length() ? pattern.charAt(in + 1) == c : c == '\\';
            default -> pattern.charAt(in) == c;
        };
    }

    private int afterOne(int in) {
        return switch (pattern.charAt(in)) {
            case '[' -> Math.min(classEnd(in) + 1, pattern.length());
            case '\\' -> Math.min(in + 2, pattern.length());
            default -> in + 1;
        };
    }

    private boolean matchesClass(int open, char c) {
        int end = classEnd(open);
        boolean negated = open + 1 < end && pattern.charAt(open + 1) == '^';
        boolean found = false;
        for (int i = negated ? open + 2 : open + 1; i < end; i++) {
            if (pattern.charAt(i) == '\\' && i + 1 < end) {
                found |= pattern.charAt(++i) == c;
            } else if (i + 2 < end && pattern.charAt(i + 1) == '-') {
                char low = (char) Math.min(pattern.charAt(i), pattern.charAt(i + 2));
                char high = (char) Math.max(pattern.charAt(i), pattern.charAt(i + 2));
                found |= c >= low && c <= high;
                i += 2;
            } else {
                found |= pattern.charAt(i) == c;
            }
        }
        return found != negated;
    }

    /** Index of the class' closing bracket, or the pattern's length if it is not closed. */
    private int classEnd(int open) {
        int i = open + 1;
        while (i < pattern.length() && pattern.charAt(i) != ']') {
            i += pattern.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, pattern.length());
    }
}

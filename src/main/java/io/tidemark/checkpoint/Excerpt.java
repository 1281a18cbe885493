package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/** A value in a message about it: whole if it is short, else how it begins and how long it is. */
final class Excerpt {
    private static final int MAX_CHARS = 80;

    private Excerpt() {}

    static String of(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= MAX_CHARS
                ? text
                : text.substring(0, MAX_CHARS) + "… (" + text.length() + " characters)";
    }
}

package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/** A value for a message: the whole if it is short, otherwise its beginning and its length. */
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

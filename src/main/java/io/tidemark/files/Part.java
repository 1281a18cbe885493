package io.tidemark.files;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Bytes for one of the files in an append.
 *
 * @param file which one: 1 to 64 letters, digits, {@code _} and {@code -}; made by its first append
 * @param bytes what is appended to it; read from position to limit, and not changed
 * @since 0.1
 */
public record Part(String file, ByteBuffer bytes) {

    /**
     * Checks the name.
     *
     * @param file which one
     * @param bytes what is appended to it
     */
    public Part {
        if (!isName(file)) {
            throw new IllegalArgumentException(
                    "a file's name is `" + file + "`, expected 1 to 64 letters, digits, _ and -");
        }
        Objects.requireNonNull(bytes, "bytes");
    }

    static boolean isName(String text) {
        if (text.isEmpty() || text.length() > 64) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }
}

package io.tidemark.disk;

import java.io.IOException;

/**
 * Something that was once durable is damaged or missing. It is never repaired by guessing: the shard refuses to open,
 * or the read fails, and the message names the file, what was found and what was expected.
 *
 * @since 0.1
 */
public final class CorruptionException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says which file, what was found, what was expected.
     *
     * @param message what happened, and what to do
     */
    public CorruptionException(String message) {
        super(message);
    }
}

package io.tidemark.checkpoint;

import java.io.IOException;

/**
 * Thrown by {@link CheckpointTarget#force} when no force failed but the work could not be completed: for example, the new
 * position file could not be created or written and has not replaced the old one. This is not a failed force: the shard stays
 * dirty, needs no repair, and {@code force} is called again with a later capture.
 *
 * <p>Never throw it after any force, of data, a directory or the position file, has failed, nor when it is uncertain which
 * position file a power cut would leave: a second force proves nothing about the first.
 *
 * @since 0.1
 */
public final class ForcePostponedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * The message says which file, and what could not be done.
     *
     * @param message what happened
     * @param cause why no force was tried
     */
    public ForcePostponedException(String message, Throwable cause) {
        super(message, cause);
    }
}

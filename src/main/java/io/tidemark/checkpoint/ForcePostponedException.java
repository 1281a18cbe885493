package io.tidemark.checkpoint;

import java.io.IOException;

/**
 * Thrown by {@link CheckpointTarget#force} when nothing that was forced has failed, but not everything could be done: say, the
 * new position file could not be created or written, and has not taken the old one's place. It is no failed force: the shard
 * stays dirty, nothing needs a repair, and {@code force} is called again with a later capture.
 *
 * <p>Never throw it once any force, of data, a directory or the position file, has failed, nor once it is uncertain which
 * position file a power cut would leave: a second force proves nothing about the first.
 */
public final class ForcePostponedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which file, what could not be done, and why. */
    public ForcePostponedException(String message, Throwable cause) {
        super(message, cause);
    }
}

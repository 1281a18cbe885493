package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that was to be {@linkplain Disk#replace replaced} is what it was: the new one could not be created or written, so
 * nothing was forced or renamed, and no force has failed. It may be tried again.
 */
public final class NotReplacedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Names the file that was to be replaced, and what happened. */
    public NotReplacedException(Path file, IOException cause) {
        super(file + " could not be replaced, and is what it was: " + cause, cause);
    }
}

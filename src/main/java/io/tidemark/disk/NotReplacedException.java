package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file was not {@linkplain Disk#replace replaced} and is unchanged: the new file could not be created or written, so
 * nothing was forced or renamed, and no force has failed. The call may be retried.
 *
 * @since 0.1
 */
public final class NotReplacedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Names the file that was to be replaced, and the reason.
     *
     * @param file the file that is unchanged
     * @param cause the cause
     */
    public NotReplacedException(Path file, IOException cause) {
        super(file + " could not be replaced and is unchanged: " + cause, cause);
    }
}

package io.tidemark.files;

import java.io.IOException;

/**
 * An append was refused before anything was written: the files are drained or closed, or a force failed and there is no {@link
 * Replay} to repair it. To repeat it is of no use until they have been opened again.
 *
 * @since 0.1
 */
public final class AppendRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message what happened, and what to do
     */
    public AppendRefusedException(String message) {
        super(message);
    }
}

package io.tidemark.log;

import java.io.IOException;

/** One batch could not be carried out, for want of memory for example. Nothing of it was written, and the log goes on. */
public final class BatchRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what could not be done.
     *
     * @param cause why, {@code null} if the message says all
     */
    public BatchRefusedException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}

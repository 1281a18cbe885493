package io.tidemark.log;

import java.io.IOException;

/** One batch was refused, for lack of memory for example. Nothing of it was written, and the log continues. */
public final class BatchRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what could not be done.
     *
     * @param cause the reason, {@code null} if the message gives it
     */
    public BatchRefusedException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}

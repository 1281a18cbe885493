package io.tidemark.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An operation can't be done yet, usually because the disk is full. Nothing is lost and nothing has changed: the same call
 * may be repeated, and does the same thing at the same place.
 */
public final class RetryLaterException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Names what could not be done; the cause is the reason. */
    public RetryLaterException(String message, IOException cause) {
        super(message, cause);
    }

    /** Whether a failure, or one of its causes, is of this type. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RetryLaterException) {
                return true;
            }
        }
        return false;
    }
}

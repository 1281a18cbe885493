package io.tidemark.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something can't be done yet, most often for want of room. Nothing is lost and nothing has changed: the same call may be
 * made again, and does the same thing at the same place.
 */
public final class RetryLaterException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what could not be done; the cause says why. */
    public RetryLaterException(String message, IOException cause) {
        super(message, cause);
    }

    /** Whether a failure is one of these, or was caused by one. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RetryLaterException) {
                return true;
            }
        }
        return false;
    }
}

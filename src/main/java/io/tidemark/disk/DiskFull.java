package io.tidemark.disk;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a disk without room from other trouble: {@code ENOSPC}, and {@code EDQUOT}, which counts as the same. Java has no
 * type for either, only the system's words.
 *
 * <p>A <em>write</em> that failed for want of room can be repeated at the same place once there is room. A <em>force</em>
 * that did can not: it has lost bytes, whatever its reason.
 */
public final class DiskFull {
    private static final String NO_SPACE = "no space left on device";
    private static final String NO_QUOTA = "disk quota exceeded";

    private DiskFull() {}

    /** Whether a failure, or what caused it, was want of room. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String message = at instanceof IOException ? at.getMessage() : null;
            if (message != null) {
                String words = message.toLowerCase(Locale.ROOT);
                if (words.contains(NO_SPACE) || words.contains(NO_QUOTA)) {
                    return true;
                }
            }
        }
        return false;
    }
}

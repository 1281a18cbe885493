package io.tidemark.disk;

import org.jspecify.annotations.Nullable;

/**
 * Distinguishes a full disk from other errors: {@code ENOSPC} and {@code EDQUOT}, which are treated alike. Java has no
 * exception type
 * for either, and the system's error texts depend on the locale; see {@link ErrorTexts}.
 *
 * <p>A <em>write</em> that failed on a full disk can be retried at the same offset once there is space, and so can the
 * creation of a file that is not yet in use. A failed <em>force</em> of anything else can't: it has lost bytes, whatever
 * the reason. So check first which operation failed, and only then ask this class why.
 *
 * @since 0.1
 */
public final class DiskFull {
    private static final ErrorTexts TEXTS = ErrorTexts.ofThisProcess();

    private DiskFull() {}

    /**
     * {@return whether a failure, or one of its causes, is known to be a full disk or quota: freeing space helps then}
     *
     * @param failure the failure
     */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        return kindOf(failure) == ErrorTexts.Kind.NO_SPACE;
    }

    /**
     * {@return whether it is or may be a full disk: in a locale other than English an exceeded quota can't be recognised} For
     * operations that can safely be retried, such as a write that has not been acknowledged.
     *
     * @param failure the failure
     */
    public static boolean mayBeCauseOf(@Nullable Throwable failure) {
        return kindOf(failure) != ErrorTexts.Kind.OTHER;
    }

    /** Learns the system's error texts, unless already done. Blocks briefly. */
    static void learn() {
        kindOf(null);
    }

    static ErrorTexts.Kind kindOf(@Nullable Throwable failure) {
        return TEXTS.kindOf(failure);
    }
}

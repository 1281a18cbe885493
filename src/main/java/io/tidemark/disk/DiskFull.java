package io.tidemark.disk;

import org.jspecify.annotations.Nullable;

/**
 * Distinguishes a disk without room from other trouble: {@code ENOSPC}, and {@code EDQUOT}, which counts as the same. Java has
 * no type for either, and the system's texts have a language; see {@link ErrorTexts}.
 *
 * <p>A <em>write</em> that failed for want of room can be repeated at the same place once there is room, and so can the making
 * of a file that nobody has seen yet. A <em>force</em> of anything else that failed can not: it has lost bytes, whatever its
 * reason. So look at what failed first, and only then ask here.
 */
public final class DiskFull {
    private static final ErrorTexts TEXTS = ErrorTexts.ofThisProcess();

    private DiskFull() {}

    /** Whether a failure, or what caused it, is known to be want of room: giving some up helps then. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        return kindOf(failure) == ErrorTexts.Kind.NO_SPACE;
    }

    /**
     * Whether it is want of room, or may be: in another language than English a quota can't be recognised. For what can safely
     * be tried again later, such as a write that nobody has been answered for.
     */
    public static boolean mayBeCauseOf(@Nullable Throwable failure) {
        return kindOf(failure) != ErrorTexts.Kind.OTHER;
    }

    /** Learns the system's texts, if that has not been done. Blocks a little. */
    static void learn() {
        kindOf(null);
    }

    static ErrorTexts.Kind kindOf(@Nullable Throwable failure) {
        return TEXTS.kindOf(failure);
    }
}

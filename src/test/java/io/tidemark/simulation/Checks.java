package io.tidemark.simulation;

import org.jspecify.annotations.Nullable;

/**
 * What must hold. The first thing that does not is kept, because the code under test may catch what a callback throws. On
 * whichever thread has its turn.
 */
final class Checks {
    private volatile @Nullable AssertionError first;

    /**
     * Checks something.
     *
     * @param what a format, for {@link String#format}
     */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is no dependency of this project
    void that(boolean holds, String what, Object... details) {
        if (!holds) {
            fail(new AssertionError(String.format(what, details)));
        }
    }

    /** Something went wrong that never should. */
    void fail(AssertionError wrong) {
        if (first == null) {
            first = wrong;
        }
        throw wrong;
    }

    /** Throws what was wrong first, if anything was. */
    void rethrow() {
        AssertionError wrong = first;
        if (wrong != null) {
            throw wrong;
        }
    }
}

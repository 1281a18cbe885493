package io.tidemark.node;

import java.io.IOException;

/** The result of checking who owns a directory. */
sealed interface OwnerCheck {
    /** This process owns it. */
    record Owned() implements OwnerCheck {}

    /**
     * Another process owns it, or may own it: the lock or the owner record is gone or replaced.
     *
     * @param what was found
     */
    record Lost(String what) implements OwnerCheck {}

    /** The check failed; the owner is unknown. */
    record Unknown(IOException why) implements OwnerCheck {}

    OwnerCheck OWNED = new Owned();
}

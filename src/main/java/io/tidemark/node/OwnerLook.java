package io.tidemark.node;

import java.io.IOException;

/** What a look at a directory's owner has found. */
sealed interface OwnerLook {
    /** It is this process's. */
    record Mine() implements OwnerLook {}

    /**
     * It is another's, or may be: what keeps others out has gone.
     *
     * @param what was found
     */
    record Lost(String what) implements OwnerLook {}

    /** It could not be looked at, which says nothing about whose it is. */
    record Unknown(IOException why) implements OwnerLook {}

    OwnerLook MINE = new Mine();
}

package io.tidemark.node;

import java.io.IOException;

/** What a look at a directory's owner has found. */
sealed interface OwnerCheck {
    /** It is this process's. */
    record Mine() implements OwnerCheck {}

    /**
     * It is another's, or may be: what keeps others out has gone.
     *
     * @param what was found
     */
    record Lost(String what) implements OwnerCheck {}

    /** It could not be looked at, which says nothing about whose it is. */
    record Unknown(IOException why) implements OwnerCheck {}

    OwnerCheck MINE = new Mine();
}

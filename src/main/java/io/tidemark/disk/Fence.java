package io.tidemark.disk;

import java.io.IOException;

/** Whether a process may still change what lies in its directories: another one may have taken them over. Any thread. */
@FunctionalInterface
public interface Fence {
    /** For directories that nobody else can take. */
    Fence NONE = () -> {};

    /**
     * Returns if the directories were seen to be this process's a moment ago. Costs a few nanoseconds as a rule, and a look at the
     * disk after a pause of the process; so not on an event loop.
     *
     * @throws IOException if they are another's, or if that is unknown: nothing may be changed or acknowledged now. The call may
     *     be repeated
     */
    void check() throws IOException;
}

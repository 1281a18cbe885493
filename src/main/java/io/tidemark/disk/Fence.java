package io.tidemark.disk;

import java.io.IOException;

/**
 * Checks that this process still owns its directories: another process may have taken them over. Any thread.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Fence {
    /** For directories that no other process can take over. */
    Fence NONE = () -> {};

    /**
     * Returns normally if ownership was verified recently. Usually costs a few nanoseconds, but reads the disk after a
     * pause of the process; so never call it on an event loop.
     *
     * @throws IOException if another process owns them, or if ownership is unknown: nothing may be changed or acknowledged
     *     then. The call may be repeated
     */
    void check() throws IOException;
}

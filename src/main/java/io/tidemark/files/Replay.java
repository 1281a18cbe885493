package io.tidemark.files;

import java.io.IOException;

/**
 * Appends again from the application's log what a failed force may have lost. The same code serves a start: {@code
 * replay.replay(files.position(), log.lastIndex(), files)}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Replay {
    /**
     * Appends what the log has after one position, up to and including another: the same bytes at the same positions as the
     * first time. In a repair it is called on a checkpoint worker, and appends of the application wait until it has returned:
     * it must not wait for the thread that appends. May be called again after a failure.
     *
     * @param after what the files have: the durable position
     * @param upTo where it must end
     * @param to takes the appends
     * @throws IOException if it can't be done now; it is tried again, with growing pauses
     */
    void replay(long after, long upTo, Appender to) throws IOException;
}

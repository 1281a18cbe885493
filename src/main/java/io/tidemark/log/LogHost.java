package io.tidemark.log;

import java.io.IOException;

/**
 * What a log needs of the process that it lives in: somebody to report to, a timer, and help against a full disk. Calls
 * come from the log's thread and may not throw; {@link #makeRoom} may block, the others return at once.
 */
@FunctionalInterface
public interface LogHost {

    /** A write or force failed for good: nobody knows what is in the log until it has been opened anew. Called once. */
    void failed(IOException cause);

    /** The applier failed for good: what is in the log comes back when it is opened anew. Called once. */
    default void applyFailed(IOException cause) {}

    /** A monotonic clock. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Whether there is room for what only saves time: files kept to be used again, and blocks written ahead. */
    default boolean ample() {
        return true;
    }

    /**
     * There is no room to go on: gives some up that was kept for this.
     *
     * @param work {@code WRITING} or {@code APPLYING}
     * @return whether to try again at once; true only if there is more room than before
     */
    default boolean makeRoom(LogWork work) {
        return false;
    }

    /**
     * Calls back after a pause, once, from any thread.
     *
     * @return false if there is no such timer: then nothing can wait, and what would have to has failed for good
     */
    default boolean schedule(long millis, Runnable task) {
        return false;
    }

    /**
     * The log holds a group that it can't go on with, and takes nothing further until {@link #resumed}.
     *
     * @param work {@code WRITING} or {@code APPLYING}
     */
    default void suspended(LogWork work, IOException why) {}

    /** What made it wait is over. */
    default void resumed(LogWork work) {}

    /** No segment could be begun for want of room or of file descriptors; the writes that needed it were refused, the next ones may be taken. */
    default void writesRefused(IOException why) {}
}

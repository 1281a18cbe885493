package io.tidemark.log;

import java.io.IOException;

/**
 * What a log needs from its process: a receiver of failures, a clock, a timer, and help with a full disk. Called on the log's
 * thread; methods must not throw. {@link #makeRoom} may block, the others must return at once.
 */
@FunctionalInterface
public interface LogHost {

    /** A write or force failed permanently: what the log holds is unknown until it is reopened. Called once. */
    void failed(IOException cause);

    /** The applier failed permanently: logged entries will be applied when the log is reopened. Called once. */
    default void applyFailed(IOException cause) {}

    /** A monotonic clock. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Whether disk space is ample enough for what only saves time: spare files to recycle, and preallocated blocks. */
    default boolean ample() {
        return true;
    }

    /**
     * The disk is too full to continue: frees space that was reserved for this case.
     *
     * @param work {@code WRITING} or {@code APPLYING}
     * @return whether to retry at once; true only if space was freed
     */
    default boolean makeRoom(LogWork work) {
        return false;
    }

    /**
     * Runs a task once after a delay, on any thread.
     *
     * @return false if there is no timer: the log then can't suspend, and fails permanently instead
     */
    default boolean schedule(long delayMs, Runnable task) {
        return false;
    }

    /**
     * The log is suspended: it holds a group that it can't finish, and processes nothing further until {@link #resumed}.
     *
     * @param work {@code WRITING} or {@code APPLYING}
     */
    default void suspended(LogWork work, IOException why) {}

    /** The suspended group can continue. */
    default void resumed(LogWork work) {}

    /**
     * No segment could be created for lack of disk space or file descriptors. The writes that needed it were refused; later
     * ones may succeed.
     */
    default void writesRefused(IOException why) {}
}

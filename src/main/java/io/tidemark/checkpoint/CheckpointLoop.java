package io.tidemark.checkpoint;

import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that a checkpointer lives on, and its clocks: a Vert.x event loop, or virtual time in a simulation. All
 * calls come from that thread, and all callbacks run on it.
 */
interface CheckpointLoop {

    /** Monotonic. */
    long nanoTime();

    /** Milliseconds since 1970. */
    long epochMillis();

    /** Runs a task later on the loop; from any thread. */
    void execute(Runnable task);

    /** Runs a task once after a delay of at least 1 ms; returns what cancels it. */
    Runnable schedule(long delayMillis, Runnable task);

    /**
     * Runs something that blocks on a worker thread.
     *
     * @param done gets {@code null} or the failure; {@link NotStarted} if the task never began
     */
    void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done);

    /** The pool would not take the task: that says nothing about the disk. */
    final class NotStarted extends Exception {
        private static final long serialVersionUID = 1L;

        NotStarted(Throwable cause) {
            super(cause);
        }
    }
}

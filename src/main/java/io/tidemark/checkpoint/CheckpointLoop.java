package io.tidemark.checkpoint;

import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a checkpointer, and its clocks: a Vert.x event loop, or virtual time in a simulation. All calls come
 * from that thread unless stated otherwise, and all callbacks run on it.
 */
interface CheckpointLoop {

    /** Monotonic. */
    long nanoTime();

    /** Milliseconds since 1970. */
    long epochMillis();

    /** Runs a task later on the loop; from any thread. */
    void execute(Runnable task);

    /** Runs a task once after a delay of at least 1 ms; running the returned action cancels it. */
    Runnable schedule(long delayMillis, Runnable task);

    /**
     * Runs a blocking task on a worker thread.
     *
     * @param done called with {@code null} or the failure; {@link NotStarted} if the task never began
     */
    void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done);

    /** The pool rejected the task; this says nothing about the disk. */
    final class NotStarted extends Exception {
        private static final long serialVersionUID = 1L;

        NotStarted(Throwable cause) {
            super(cause);
        }
    }
}

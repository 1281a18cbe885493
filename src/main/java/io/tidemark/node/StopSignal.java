package io.tidemark.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns SIGTERM and SIGINT into an orderly stop that ends with an exit code of our own.
 *
 * <p>The JVM answers such a signal by running its shutdown hooks and ends with 128 + n whatever they do. So the hook
 * asks for the stop, waits until {@link #exit} names the code, and halts with that. Nothing else may use a shutdown hook
 * for work that must be finished.
 *
 * <p>Methods may be called from any thread.
 */
final class StopSignal {
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private volatile long limitMs = 10_000;

    /** One that hears of no signal until {@link #install}: a signal ends the process at once, as it does any other. */
    StopSignal() {}

    /** Makes it hear of this process's signals; once, and only for what stops when it is {@link #asked}. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "stop-signal"));
    }

    /** Completes when the node is asked to stop. Dependent work runs on the caller's or the hook's thread. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    /** Asks for a stop, as a signal would. */
    void ask() {
        asked.complete(null);
    }

    /**
     * How long {@link #exit} may take after the stop was asked for; past it the process ends with {@link
     * ExitCode#STOP_INCOMPLETE} all the same. Give it more than the node's own deadline.
     */
    void limitMs(long milliseconds) {
        limitMs = milliseconds;
    }

    /** Ends the process with this code; also while a signal is being answered. Doesn't return. */
    void exit(int exitCode) {
        code.complete(exitCode);
        System.exit(exitCode);
    }

    private void shutDown() {
        ask();
        int exitCode;
        try {
            exitCode = code.get(limitMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLate) {
            System.err.println("tidemark: the stop did not end within " + limitMs + " ms; giving up");
            exitCode = ExitCode.STOP_INCOMPLETE.code();
        } catch (InterruptedException | java.util.concurrent.ExecutionException impossible) {
            exitCode = ExitCode.UNEXPECTED.code();
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}

package io.tidemark.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns SIGTERM and SIGINT into an orderly stop with an exit code of our own.
 *
 * <p>On such a signal the JVM runs its shutdown hooks and exits with 128 + n, whatever they do. So the hook requests the
 * stop, waits until {@link #exit} sets the code, and halts with it. No other code may use a shutdown hook for work that must
 * be finished.
 *
 * <p>Methods may be called from any thread.
 */
final class StopSignal {
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private volatile long limitMs = 10_000;

    /** Ignores signals until {@link #install}: until then a signal ends the process at once, as usual. */
    StopSignal() {}

    /** Installs the shutdown hook; once, and only for a command that stops when {@link #asked} completes. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "stop-signal"));
    }

    /** Completes when a stop is requested. Dependent work runs on the caller's or the hook's thread. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    /** Requests a stop, as a signal would. */
    void ask() {
        asked.complete(null);
    }

    /**
     * How long {@link #exit} may take after the stop was requested; after that the process exits with {@link
     * ExitCode#STOP_INCOMPLETE} anyway. Must exceed the node's own deadline.
     */
    void limitMs(long milliseconds) {
        limitMs = milliseconds;
    }

    /** Exits with this code, also while a signal is being handled. Does not return. */
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
        } catch (InterruptedException | ExecutionException impossible) {
            exitCode = ExitCode.UNEXPECTED.code();
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}

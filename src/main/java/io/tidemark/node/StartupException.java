package io.tidemark.node;

/** The node can't start; has a message for the operator and an exit code. */
final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final boolean stopped;

    /** Takes what was found and what to do; printed as it is. */
    StartupException(ExitCode exitCode, String message) {
        this(exitCode, message, true);
    }

    private StartupException(ExitCode exitCode, String message, boolean stopped) {
        super(message);
        this.exitCode = exitCode;
        this.stopped = stopped;
    }

    /** The same, if a started part could not be stopped in time and may still write. */
    StartupException stillRunning() {
        return new StartupException(exitCode, String.valueOf(getMessage()), false);
    }

    /** Whether all started parts have stopped. */
    boolean isStopped() {
        return stopped;
    }

    /** The exit code of the process. */
    ExitCode exitCode() {
        return exitCode;
    }
}

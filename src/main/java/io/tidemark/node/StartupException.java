package io.tidemark.node;

/** The node can't start, for a reason that has been put into words and has its exit code. */
final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final boolean stopped;

    /** Says what was found and what to do; printed as it is. */
    StartupException(ExitCode exitCode, String message) {
        this(exitCode, message, true);
    }

    private StartupException(ExitCode exitCode, String message, boolean stopped) {
        super(message);
        this.exitCode = exitCode;
        this.stopped = stopped;
    }

    /** The same, where something that was started could not be stopped in time, and may still write. */
    StartupException stillRunning() {
        return new StartupException(exitCode, String.valueOf(getMessage()), false);
    }

    /** Whether nothing runs any more. */
    boolean isStopped() {
        return stopped;
    }

    /** How the process is to end. */
    ExitCode exitCode() {
        return exitCode;
    }
}

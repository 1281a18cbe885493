package io.tidemark.node;

/** The node can't start, for a reason that has been put into words and has its exit code. */
final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    /** Says what was found and what to do; printed as it is. */
    StartupException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** How the process is to end. */
    ExitCode exitCode() {
        return exitCode;
    }
}

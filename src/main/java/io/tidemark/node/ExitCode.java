package io.tidemark.node;

/** The exit codes of the process. A process killed by signal n ends with 128 + n instead. */
public enum ExitCode {
    /** Done, or stopped in order with everything durable. */
    OK(0),
    /** An unexpected error; the stack trace is on standard error. */
    UNEXPECTED(1),
    /** The command line or the configuration is invalid. A restart alone won't help. */
    USAGE(2),
    /**
     * The data directory was refused: in use, of another node, not writable, or damaged; or a running node has lost it to another
     * one. A restart alone won't help.
     */
    DATA_REFUSED(3),
    /** A port is in use or can't be bound. */
    CANNOT_BIND(4),
    /** A shard's log failed; a restart recovers what was acknowledged. */
    LOG_FAILED(5),
    /** Some shard was not durable at the deadline of an orderly stop; nothing acknowledged is lost, the next start replays more. */
    STOP_INCOMPLETE(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The code that the process exits with. */
    public int code() {
        return code;
    }
}

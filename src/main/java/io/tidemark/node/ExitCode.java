package io.tidemark.node;

/** What the process tells its supervisor when it ends. A process killed by signal n ends with 128 + n instead. */
public enum ExitCode {
    /** Done, or stopped in order with everything durable. */
    OK(0),
    /** Something nobody thought of; the trace is on standard error. */
    UNEXPECTED(1),
    /** The command line or the configuration can't be used. A restart alone won't help. */
    USAGE(2),
    /**
     * The data directory was refused: in use, of another node, not writable, or damaged; or a running node has lost it to another
     * one. A restart alone won't help.
     */
    DATA_REFUSED(3),
    /** A port is in use, or can't be listened on. */
    CANNOT_BIND(4),
    /** A shard's log failed; a restart recovers what was acknowledged. */
    LOG_FAILED(5),
    /** At the deadline of an orderly stop some shard was not yet durable; nothing acknowledged is lost, the next start replays more. */
    STOP_INCOMPLETE(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}

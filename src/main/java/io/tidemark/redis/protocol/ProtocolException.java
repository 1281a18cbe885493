package io.tidemark.redis.protocol;

/**
 * The input of a connection is not a RESP request, or is too large; the rest of the input can't be parsed. Has no stack trace.
 */
public final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean overLimit;

    /** @param message the text after {@code "Protocol error: "}, as in Redis */
    ProtocolException(String message) {
        this(message, false);
    }

    private ProtocolException(String message, boolean overLimit) {
        super(message, null, false, false);
        this.overLimit = overLimit;
    }

    /** A well-formed request that is too large. */
    static ProtocolException overLimit(String message) {
        return new ProtocolException(message, true);
    }

    /** Whether the request exceeds a limit; otherwise it is malformed. */
    public boolean isOverLimit() {
        return overLimit;
    }
}

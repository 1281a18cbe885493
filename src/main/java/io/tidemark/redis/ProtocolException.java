package io.tidemark.redis;

/**
 * The bytes on a connection are no RESP request, or one that is too large; the connection can't be read any further. Carries
 * no stack trace.
 */
final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean overLimit;

    /** @param message what follows {@code "Protocol error: "}, worded as Redis words it */
    ProtocolException(String message) {
        this(message, false);
    }

    private ProtocolException(String message, boolean overLimit) {
        super(message, null, false, false);
        this.overLimit = overLimit;
    }

    /** A request that is well formed and too large. */
    static ProtocolException overLimit(String message) {
        return new ProtocolException(message, true);
    }

    /** Whether a limit was passed; else the bytes are no request. */
    boolean isOverLimit() {
        return overLimit;
    }
}

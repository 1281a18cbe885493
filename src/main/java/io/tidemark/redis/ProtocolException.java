package io.tidemark.redis;

/** The bytes on a connection are no RESP request; the connection can't be read any further. Carries no stack trace. */
final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what follows {@code "Protocol error: "}, worded as Redis words it */
    ProtocolException(String message) {
        super(message, null, false, false);
    }
}

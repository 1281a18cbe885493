package io.tidemark.redis;

/**
 * How large a request may be. Checked against what a client announces, before anything is allocated for it. Each check
 * names the limit, the value seen, and the setting.
 *
 * @param requestBytes bytes of a whole request on the wire, {@code redis.max_request_bytes}
 * @param memoryBytes what a request may need of the heap, see {@link #memory}
 * @param authenticated whether the client may do everything; else its requests are held as small as Redis holds them
 */
record RequestLimits(int requestBytes, long memoryBytes, boolean authenticated) {

    /** Most bytes of a request that is a line typed by hand. */
    static final int MAX_INLINE_BYTES = 64 * 1024;

    private static final int MAX_ARGUMENTS_BEFORE_AUTH = 10;
    private static final int MAX_BULK_BYTES_BEFORE_AUTH = 16 * 1024;

    /** An empty bulk on the wire: {@code $0 CRLF CRLF}. */
    private static final int MIN_ARGUMENT_BYTES = 6;

    /** What an argument needs beside its bytes while a request of many is carried out: array, key, change, their lists. */
    private static final int ARGUMENT_MEMORY_BYTES = 128;

    /** For a client that may do everything, with any amount of memory. */
    static RequestLimits authenticated(int maxRequestBytes) {
        return new RequestLimits(maxRequestBytes, Long.MAX_VALUE, true);
    }

    /** For a client that has yet to say the password. */
    static RequestLimits unauthenticated(int maxRequestBytes) {
        return new RequestLimits(maxRequestBytes, Long.MAX_VALUE, false);
    }

    /** What a request needs of the heap, in bytes: its own, and so much for each argument. */
    static long memory(long wireBytes, long arguments) {
        return wireBytes + arguments * ARGUMENT_MEMORY_BYTES;
    }

    /** Whether a request of so many arguments may begin. */
    void checkArguments(long arguments) throws ProtocolException {
        if (!authenticated && arguments > MAX_ARGUMENTS_BEFORE_AUTH) {
            throw ProtocolException.overLimit("unauthenticated multibulk length: " + arguments
                    + " arguments, and at most " + MAX_ARGUMENTS_BEFORE_AUTH + " before AUTH");
        }
        if (arguments > requestBytes / MIN_ARGUMENT_BYTES) {
            throw ProtocolException.overLimit(
                    "invalid multibulk length: " + arguments + " arguments, more than fit " + maxRequestBytes());
        }
        if (memory(0, arguments) > memoryBytes) {
            throw ProtocolException.overLimit(
                    "invalid multibulk length: " + arguments + " arguments, more than fit " + maxMemory());
        }
    }

    /**
     * Whether a bulk may begin.
     *
     * @param before bytes of the request on the wire before it
     * @param arguments of the whole request
     */
    void checkBulk(long bulkBytes, long before, long arguments) throws ProtocolException {
        if (!authenticated && bulkBytes > MAX_BULK_BYTES_BEFORE_AUTH) {
            throw ProtocolException.overLimit("unauthenticated bulk length: " + bulkBytes + " bytes, and at most "
                    + MAX_BULK_BYTES_BEFORE_AUTH + " before AUTH");
        }
        if (before + bulkBytes > requestBytes) {
            throw ProtocolException.overLimit("invalid bulk length: with these " + bulkBytes
                    + " bytes the request is longer than " + maxRequestBytes());
        }
        if (memory(before + bulkBytes, arguments) > memoryBytes) {
            throw ProtocolException.overLimit("invalid bulk length: with these " + bulkBytes
                    + " bytes the request needs more than " + maxMemory());
        }
    }

    /** Whether a line without an end may be so long. */
    static void checkLine(long lineBytes) throws ProtocolException {
        if (lineBytes > MAX_INLINE_BYTES) {
            throw ProtocolException.overLimit("too big inline request: more than " + MAX_INLINE_BYTES
                    + " bytes without a line end; send longer requests as arrays of bulks");
        }
    }

    private String maxRequestBytes() {
        return "redis.max_request_bytes = " + requestBytes;
    }

    private String maxMemory() {
        return "the " + memoryBytes + " bytes that one request may take of this node's heap (-Xmx)";
    }
}

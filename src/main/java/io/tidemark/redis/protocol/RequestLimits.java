package io.tidemark.redis.protocol;

/**
 * The size limits of a request, checked against the announced lengths before anything is allocated. The errors name the limit,
 * the value seen, and the setting.
 *
 * @param requestBytes maximum bytes of a request on the wire, {@code redis.max_request_bytes}
 * @param memoryBytes maximum heap bytes of a request, see {@link #memory}
 * @param authenticated whether the client is authenticated; if not, Redis' smaller limits apply
 */
public record RequestLimits(int requestBytes, long memoryBytes, boolean authenticated) {

    /** Maximum bytes of an inline request. */
    static final int MAX_INLINE_BYTES = 64 * 1024;

    private static final int MAX_ARGUMENTS_BEFORE_AUTH = 10;
    private static final int MAX_BULK_BYTES_BEFORE_AUTH = 16 * 1024;

    /** An empty bulk on the wire: {@code $0 CRLF CRLF}. */
    private static final int MIN_ARGUMENT_BYTES = 6;

    /** Heap overhead of one argument while a request with many is executed: array, key, change, and their list entries. */
    private static final int ARGUMENT_MEMORY_BYTES = 128;

    /** The limits of an authenticated client, without a limit of memory. */
    public static RequestLimits authenticated(int maxRequestBytes) {
        return new RequestLimits(maxRequestBytes, Long.MAX_VALUE, true);
    }

    /** The limits of an unauthenticated client, without a limit of memory. */
    public static RequestLimits unauthenticated(int maxRequestBytes) {
        return new RequestLimits(maxRequestBytes, Long.MAX_VALUE, false);
    }

    /** Heap bytes of a request: its bytes on the wire, and an overhead for each argument. */
    public static long memory(long wireBytes, long arguments) {
        return wireBytes + arguments * ARGUMENT_MEMORY_BYTES;
    }

    /** Checks the announced number of arguments. */
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
     * Checks the announced length of a bulk.
     *
     * @param before bytes of the request before this bulk
     * @param arguments number of arguments of the request
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

    /** Checks the length of an inline request. */
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

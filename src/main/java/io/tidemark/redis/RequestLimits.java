package io.tidemark.redis;

/**
 * How large a request may be. Checked against what a client announces, before anything is allocated for it.
 *
 * @param elements arguments of one request, the command's name included
 * @param bulkBytes bytes of one argument
 * @param requestBytes bytes of a whole request on the wire
 * @param whose what stands before "multibulk length" and "bulk length" in the error, with a blank at its end
 */
record RequestLimits(int elements, int bulkBytes, int requestBytes, String whose) {

    /** Most arguments of any request. */
    static final int MAX_ELEMENTS = 131_072;
    /** Most bytes of a request that is a line typed by hand. */
    static final int MAX_INLINE_BYTES = 64 * 1024;

    /** For a client that may do everything. */
    static RequestLimits authenticated(int maxRequestBytes) {
        return new RequestLimits(MAX_ELEMENTS, maxRequestBytes, maxRequestBytes, "invalid ");
    }

    /** For a client that has yet to say the password: as small as Redis'. */
    static RequestLimits unauthenticated(int maxRequestBytes) {
        return new RequestLimits(10, 16 * 1024, maxRequestBytes, "unauthenticated ");
    }
}

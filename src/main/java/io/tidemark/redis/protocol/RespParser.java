package io.tidemark.redis.protocol;

import java.util.Arrays;
import java.util.Locale;

/**
 * Splits the bytes of one connection into requests, whatever the chunks they arrive in.
 *
 * <pre>
 *   request = "*" count CRLF, count times: "$" length CRLF, length bytes, CRLF
 *           | a line of arguments separated by blanks, LF or CRLF     (see {@link InlineArguments})
 * </pre>
 *
 * A count of 0 or less is skipped, as in Redis. Every byte is read once: between chunks the parser keeps its state, not the bytes
 * of an incomplete header. The buffer of an incomplete argument grows with the bytes received, never with the announced length.
 * Event loop of the connection only. The parser must not be used after an exception.
 */
public final class RespParser {

    /** Receives complete requests. */
    public interface Sink {
        /**
         * Receives one request.
         *
         * @param arguments at least one; ownership passes to the sink
         * @param wireBytes length of the request on the wire
         * @return whether to continue; false discards the rest of the chunk
         */
        boolean request(byte[][] arguments, int wireBytes);
    }

    private enum State {
        START,
        INLINE,
        COUNT,
        BULK_SIGN,
        BULK_LENGTH,
        BULK_BYTES,
        BULK_CR,
        BULK_LF
    }

    private static final byte[] EMPTY = new byte[0];
    private static final int FIRST_ARGUMENTS = 64;
    private static final int FIRST_BULK_BYTES = 1_024;
    private static final int MAX_DIGITS = 18;
    private static final int CR_SEEN = -1;

    private RequestLimits limits;
    private State state = State.START;
    private long requestBytes;

    private long number;
    private int digits;
    private boolean negative;

    private byte[][] arguments = new byte[0][];
    private int argumentCount;
    private int argumentsAnnounced;

    private byte[] bulk = EMPTY;
    private int bulkFilled;
    private int bulkLength;

    private byte[] line = EMPTY;
    private int lineFilled;

    /** A parser at the start of a connection. */
    public RespParser(RequestLimits limits) {
        this.limits = limits;
    }

    /** Sets the limits; they apply from the next header on. */
    public void limits(RequestLimits newLimits) {
        this.limits = newLimits;
    }

    /** Heap bytes of the incomplete request. */
    public long memoryBytes() {
        return state == State.START
                ? 0
                : RequestLimits.memory(requestBytes + bulk.length - bulkFilled + line.length, argumentCount);
    }

    /**
     * Parses a chunk to its end, or until the sink returns false.
     *
     * @param in not retained
     * @throws ProtocolException if the bytes are malformed or exceed a limit; the sink has received the requests before
     */
    public void parse(byte[] in, int from, int to, Sink sink) throws ProtocolException {
        int at = from;
        while (at < to) {
            switch (state) {
                case START -> {
                    requestBytes = 0;
                    if (in[at] == '*') {
                        at++;
                        requestBytes = 1;
                        startNumber(State.COUNT);
                    } else {
                        state = State.INLINE;
                    }
                }
                case COUNT -> {
                    at = number(in, at, to, "multibulk length");
                    if (digits == Integer.MIN_VALUE) {
                        startArguments();
                    }
                }
                case BULK_SIGN -> {
                    if (in[at] != '$') {
                        throw new ProtocolException("expected '$', got '" + printable(in[at]) + "'");
                    }
                    at++;
                    requestBytes++;
                    startNumber(State.BULK_LENGTH);
                }
                case BULK_LENGTH -> {
                    at = number(in, at, to, "bulk length");
                    if (digits == Integer.MIN_VALUE) {
                        startBulk(to - at);
                    }
                }
                case BULK_BYTES -> at = bulkBytes(in, at, to);
                case BULK_CR -> {
                    expect(in[at++], '\r');
                    state = State.BULK_LF;
                }
                case BULK_LF -> {
                    expect(in[at++], '\n');
                    if (!endBulk(sink)) {
                        return;
                    }
                }
                case INLINE -> {
                    int lineEnd = indexOfLineFeed(in, at, to);
                    appendLine(in, at, lineEnd < 0 ? to : lineEnd);
                    at = lineEnd < 0 ? to : lineEnd + 1;
                    if (lineEnd >= 0 && !endLine(sink)) {
                        return;
                    }
                }
            }
        }
    }

    private void startNumber(State next) {
        state = next;
        number = 0;
        digits = 0;
        negative = false;
    }

    /** Continues with a number and its CRLF; {@code digits} is {@code Integer.MIN_VALUE} when both are complete. */
    private int number(byte[] in, int from, int to, String what) throws ProtocolException {
        int at = from;
        while (at < to) {
            int b = in[at++];
            if (b >= '0' && b <= '9' && digits >= 0 && digits < MAX_DIGITS) {
                number = number * 10 + (b - '0');
                digits++;
            } else if (b == '\r' && digits > 0) {
                digits = CR_SEEN;
            } else if (b == '\n' && digits == CR_SEEN) {
                digits = Integer.MIN_VALUE;
                number = negative ? -number : number;
                break;
            } else if (b == '-' && digits == 0 && !negative) {
                negative = true;
            } else {
                throw new ProtocolException("invalid " + what);
            }
        }
        requestBytes += at - from;
        return at;
    }

    private void startArguments() throws ProtocolException {
        if (number <= 0) {
            state = State.START;
            return;
        }
        limits.checkArguments(number);
        argumentsAnnounced = (int) number;
        argumentCount = 0;
        arguments = new byte[Math.min(argumentsAnnounced, FIRST_ARGUMENTS)][];
        state = State.BULK_SIGN;
    }

    private void startBulk(int arrived) throws ProtocolException {
        if (number < 0) {
            throw new ProtocolException("invalid bulk length");
        }
        limits.checkBulk(number, requestBytes, argumentsAnnounced);
        bulkLength = (int) number;
        bulkFilled = 0;
        bulk = bulkLength == 0 ? EMPTY : new byte[Math.min(bulkLength, Math.max(arrived, FIRST_BULK_BYTES))];
        state = bulkLength == 0 ? State.BULK_CR : State.BULK_BYTES;
    }

    private int bulkBytes(byte[] in, int from, int to) {
        int taken = Math.min(to - from, bulkLength - bulkFilled);
        if (bulkFilled + taken > bulk.length) {
            long doubled = Math.max(2L * bulk.length, (long) bulkFilled + taken);
            bulk = Arrays.copyOf(bulk, doubled > bulkLength / 2 ? bulkLength : (int) doubled);
        }
        System.arraycopy(in, from, bulk, bulkFilled, taken);
        bulkFilled += taken;
        requestBytes += taken;
        if (bulkFilled == bulkLength) {
            state = State.BULK_CR;
        }
        return from + taken;
    }

    private boolean endBulk(Sink sink) {
        requestBytes += 2;
        if (argumentCount == arguments.length) {
            arguments = Arrays.copyOf(arguments, Math.min(argumentsAnnounced, 2 * arguments.length));
        }
        arguments[argumentCount++] = bulk;
        bulk = EMPTY;
        bulkFilled = 0;
        if (argumentCount < argumentsAnnounced) {
            state = State.BULK_SIGN;
            return true;
        }
        byte[][] whole = arguments;
        arguments = new byte[0][];
        state = State.START;
        return sink.request(whole, (int) requestBytes);
    }

    private void appendLine(byte[] in, int from, int to) throws ProtocolException {
        int more = to - from;
        RequestLimits.checkLine((long) lineFilled + more);
        if (lineFilled + more > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, lineFilled + more));
        }
        System.arraycopy(in, from, line, lineFilled, more);
        lineFilled += more;
    }

    private boolean endLine(Sink sink) throws ProtocolException {
        byte[] whole = line;
        int wireBytes = lineFilled + 1;
        int end = lineFilled > 0 && whole[lineFilled - 1] == '\r' ? lineFilled - 1 : lineFilled;
        line = EMPTY;
        lineFilled = 0;
        state = State.START;
        byte[][] all = InlineArguments.split(whole, 0, end);
        return all.length == 0 || sink.request(all, wireBytes);
    }

    private static int indexOfLineFeed(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static void expect(byte found, char expected) throws ProtocolException {
        if (found != expected) {
            throw new ProtocolException("expected CRLF after a bulk, got '" + printable(found) + "'");
        }
    }

    private static String printable(byte b) {
        int value = b & 0xFF;
        return value >= ' ' && value < 0x7F
                ? String.valueOf((char) value)
                : String.format(Locale.ROOT, "\\x%02x", value);
    }
}

package io.tidemark.redis;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes RESP2 replies one after another. Small ones gather in one array that is used again and again; above {@value
 * #SLICE_BYTES} bytes they are cut into slices, so that neither this array nor the socket's native buffers ever grow with
 * a value. One thread, an event loop.
 */
final class ReplyWriter {

    /** Longest piece handed to the socket at once. */
    static final int SLICE_BYTES = 256 * 1024;

    private static final int FIRST_BYTES = 16 * 1024;
    private static final int MAX_NUMBER_BYTES = 20;
    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NIL = ascii("$-1\r\n");
    private static final byte[] NIL_ARRAY = ascii("*-1\r\n");

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int slicedBytes;
    private List<Buffer> slices = new ArrayList<>();

    /** {@code +OK}. */
    void ok() {
        raw(OK);
    }

    /** The nil bulk: a missing value. */
    void nil() {
        raw(NIL);
    }

    /** The nil array: a missing list. */
    void nilArray() {
        raw(NIL_ARRAY);
    }

    /** A status line; without CR or LF. */
    void status(String text) {
        line('+', text);
    }

    /**
     * An error line.
     *
     * @param text begins with the error's code; line ends in it become blanks
     */
    void error(String text) {
        line('-', text.replace('\r', ' ').replace('\n', ' '));
    }

    /** A number. */
    void integer(long number) {
        header(':', number);
    }

    /** The head of an array; that many replies must follow. */
    void array(int elements) {
        header('*', elements);
    }

    /** A bulk of text in UTF-8. */
    void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A bulk, or nil for {@code null}. The array is copied. */
    void bulk(byte @Nullable [] value) {
        if (value == null) {
            nil();
            return;
        }
        header('$', value.length);
        raw(value);
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    /** Replies that have been encoded before. The array is copied. */
    void raw(byte[] encoded) {
        int at = 0;
        while (encoded.length - at > SLICE_BYTES) {
            cut();
            slices.add(Buffer.buffer(SLICE_BYTES).appendBytes(encoded, at, SLICE_BYTES));
            slicedBytes += SLICE_BYTES;
            at += SLICE_BYTES;
        }
        int rest = encoded.length - at;
        reserve(rest);
        System.arraycopy(encoded, at, bytes, length, rest);
        length += rest;
    }

    /** Whether nothing has been written since it was last taken. */
    boolean isEmpty() {
        return length == 0 && slices.isEmpty();
    }

    /** Bytes that have been cut into slices since it was last taken. */
    int slicedBytes() {
        return slicedBytes;
    }

    /** What has been written, to be sent in this order; the writer is empty afterwards. */
    List<Buffer> take() {
        cut();
        List<Buffer> taken = slices;
        slices = new ArrayList<>();
        slicedBytes = 0;
        return taken;
    }

    /** Forgets what has been written. */
    void clear() {
        length = 0;
        slicedBytes = 0;
        slices.clear();
    }

    private void line(char type, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        reserve(1);
        bytes[length++] = (byte) type;
        raw(encoded);
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void header(char type, long number) {
        reserve(MAX_NUMBER_BYTES + 3);
        bytes[length++] = (byte) type;
        if (number >= 0 && number < 10) {
            bytes[length++] = (byte) ('0' + number);
        } else {
            number(number);
        }
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void number(long number) {
        if (number < 0) {
            bytes[length++] = '-';
        }
        int digits = 0;
        for (long rest = number; rest != 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + Math.abs((int) (rest % 10)));
            rest /= 10;
        }
        length += digits;
    }

    private void reserve(int more) {
        if (length + more > SLICE_BYTES) {
            cut();
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(SLICE_BYTES, Math.max(2 * bytes.length, length + more)));
        }
    }

    private void cut() {
        if (length > 0) {
            slices.add(Buffer.buffer(length).appendBytes(bytes, 0, length));
            slicedBytes += length;
            length = 0;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

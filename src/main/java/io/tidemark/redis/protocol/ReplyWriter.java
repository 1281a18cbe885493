package io.tidemark.redis.protocol;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes RESP2 replies one after another into an array that is reused. Output above {@value #SLICE_BYTES} bytes is split into
 * slices, so that neither the array nor the socket's native buffers grow with a value. Used on one event loop only.
 */
public final class ReplyWriter {

    /** Maximum bytes of one write to the socket. */
    public static final int SLICE_BYTES = 256 * 1024;

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
    public void ok() {
        raw(OK);
    }

    /** The nil bulk: a missing value. */
    public void nil() {
        raw(NIL);
    }

    /** The nil array: a missing list. */
    public void nilArray() {
        raw(NIL_ARRAY);
    }

    /** A status line; {@code text} must not contain CR or LF. */
    public void status(String text) {
        line('+', text);
    }

    /**
     * An error line.
     *
     * @param text begins with the error's code; line ends in it are replaced by blanks
     */
    public void error(String text) {
        line('-', text.replace('\r', ' ').replace('\n', ' '));
    }

    /** A number. */
    public void integer(long number) {
        header(':', number);
    }

    /** The header of an array; that many replies must follow. */
    public void array(int elements) {
        header('*', elements);
    }

    /** A bulk of text in UTF-8. */
    public void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A bulk, or nil for {@code null}. The array is copied. */
    public void bulk(byte @Nullable [] value) {
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

    /** Encoded replies. The array is copied. */
    public void raw(byte[] encoded) {
        int at = 0;
        while (encoded.length - at > SLICE_BYTES) {
            slice();
            slices.add(Buffer.buffer(SLICE_BYTES).appendBytes(encoded, at, SLICE_BYTES));
            slicedBytes += SLICE_BYTES;
            at += SLICE_BYTES;
        }
        int remaining = encoded.length - at;
        reserve(remaining);
        System.arraycopy(encoded, at, bytes, length, remaining);
        length += remaining;
    }

    /** Whether nothing has been written since the last {@link #take}. */
    public boolean isEmpty() {
        return length == 0 && slices.isEmpty();
    }

    /** Bytes in complete slices since the last {@link #take}. */
    public int slicedBytes() {
        return slicedBytes;
    }

    /** Returns what has been written, to be sent in this order, and empties the writer. */
    public List<Buffer> take() {
        slice();
        List<Buffer> taken = slices;
        slices = new ArrayList<>();
        slicedBytes = 0;
        return taken;
    }

    /** Drops what has been written. */
    public void clear() {
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
        for (long left = number; left != 0; left /= 10) {
            digits++;
        }
        long left = number;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + Math.abs((int) (left % 10)));
            left /= 10;
        }
        length += digits;
    }

    private void reserve(int more) {
        if (length + more > SLICE_BYTES) {
            slice();
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(SLICE_BYTES, Math.max(2 * bytes.length, length + more)));
        }
    }

    private void slice() {
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

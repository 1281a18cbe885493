package io.tidemark.it;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small blocking client for the Redis protocol (RESP2) on a real socket. One thread at a time.
 *
 * <p>Replies as Java objects: simple string {@link String}, error {@link Failure} (returned, not thrown), integer {@link
 * Long}, bulk string {@code byte[]}, array {@link List}, null {@code null}. Arguments may be {@code byte[]}, or anything
 * else by its {@code toString} in UTF-8.
 */
final class RespClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    /** An error reply, such as {@code ERR unknown command}, without its leading minus. */
    record Failure(String message) {}

    /** Connects to 127.0.0.1; connecting and each read may take 20 s. */
    static RespClient connect(int port) throws IOException {
        return connect("127.0.0.1", port, TIMEOUT);
    }

    /**
     * Connects.
     *
     * @param timeout for connecting and for each read; a read that takes longer throws {@link
     *     java.net.SocketTimeoutException}
     */
    static RespClient connect(String host, int port, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            return new RespClient(socket);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Sends one command and reads its reply; not while replies to {@link #send} are due. */
    @Nullable
    Object call(Object... command) throws IOException {
        send(command);
        flush();
        return read();
    }

    /**
     * As {@link #call}, with the reply as text: a string as it is, a number in decimal, null as null.
     *
     * @throws AssertionError if the reply is an error or an array
     */
    @Nullable
    String text(Object... command) throws IOException {
        Object reply = call(command);
        if (reply == null || reply instanceof String || reply instanceof Long) {
            return reply == null ? null : reply.toString();
        }
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        throw new AssertionError(describe(command) + " was answered by " + reply);
    }

    /** SET, which must be answered by OK. */
    void set(Object key, Object value) throws IOException {
        Object reply = call("SET", key, value);
        if (!"OK".equals(reply)) {
            throw new AssertionError("SET " + key + " was answered by " + reply);
        }
    }

    /** GET, as text; null for a missing key. */
    @Nullable
    String get(Object key) throws IOException {
        return text("GET", key);
    }

    /** Puts one command into the buffer; pipelining is {@code send, send, flush, read, read}. */
    void send(Object... command) throws IOException {
        line('*', command.length);
        for (Object argument : command) {
            byte[] bytes =
                    argument instanceof byte[] raw ? raw : argument.toString().getBytes(StandardCharsets.UTF_8);
            line('$', bytes.length);
            out.write(bytes);
            out.write('\r');
            out.write('\n');
        }
    }

    /** Puts bytes into the buffer as they are: inline commands, broken requests, halves of requests. */
    void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Sends what has been put into the buffer. */
    void flush() throws IOException {
        out.flush();
    }

    /**
     * Reads one reply.
     *
     * @throws EOFException if the server closed the connection
     */
    @Nullable
    Object read() throws IOException {
        String head = readLine();
        String rest = head.substring(1);
        return switch (head.charAt(0)) {
            case '+' -> rest;
            case '-' -> new Failure(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            case '_' -> null;
            default -> throw new IOException("not a reply: " + head);
        };
    }

    /** Reads as many replies. */
    List<@Nullable Object> read(int count) throws IOException {
        List<@Nullable Object> replies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            replies.add(read());
        }
        return replies;
    }

    /** How long each read may take from now on. */
    void readTimeout(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
    }

    /** Ends sending, and continues to read. */
    void endOfSending() throws IOException {
        flush();
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private byte @Nullable [] bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server closed the connection inside a reply");
        }
        String end = readLine();
        if (!end.isEmpty()) {
            throw new IOException("a bulk string of " + length + " bytes is followed by " + end);
        }
        return bytes;
    }

    private @Nullable List<@Nullable Object> array(int length) throws IOException {
        return length < 0 ? null : read(length);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) next);
        }
        if (in.read() != '\n') {
            throw new IOException("a line of a reply ends with CR alone: " + line);
        }
        return line.toString();
    }

    private void line(char kind, int number) throws IOException {
        out.write((kind + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static String describe(Object... command) {
        return command.length == 0 ? "an empty command" : command[0].toString();
    }
}

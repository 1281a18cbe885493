package io.tidemark.redis;

import io.tidemark.redis.protocol.Resp;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A client on a plain socket: sends any bytes, reads replies as text. Reading times out after ten seconds. */
final class RawClient implements AutoCloseable {

    private final Socket socket = new Socket();
    private final InputStream in;

    RawClient(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBytes size of the receive buffer, 0 for the default */
    RawClient(int port, int receiveBytes) throws IOException {
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** The client's local port. */
    int port() {
        return socket.getLocalPort();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(String... arguments) throws IOException {
        send(Resp.request(arguments));
    }

    /** Sends one request and reads its reply. */
    String ask(String... arguments) throws IOException {
        send(arguments);
        return reply();
    }

    /**
     * Reads one reply: {@code +OK}, {@code -ERR …}, {@code :1}, a bulk's text with a dollar before it, {@code (nil)}, and
     * {@code [a, b]}.
     */
    String reply() throws IOException {
        String line = line();
        String header = line.substring(1);
        return switch (line.charAt(0)) {
            case '$' -> bulk(Integer.parseInt(header));
            case '*' -> array(Integer.parseInt(header));
            default -> line;
        };
    }

    List<String> replies(int count) throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(reply());
        }
        return all;
    }

    /** Whether the server has closed the connection and nothing more is to be read. */
    boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    /** Shuts down the output; the client can still read. */
    void endSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Bytes that can be read at once. */
    int available() throws IOException {
        return in.available();
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return "(nil)";
        }
        byte[] bytes = in.readNBytes(length);
        line();
        return "$" + Resp.text(bytes);
    }

    private String array(int length) throws IOException {
        return length < 0 ? "(nil)" : replies(length).toString();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        while (b != '\n') {
            if (b < 0) {
                throw new EOFException("closed by the server");
            }
            if (b != '\r') {
                line.write(b);
            }
            b = in.read();
        }
        return Resp.text(line.toByteArray());
    }

    /** Resets the connection, so that the server sees an error. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

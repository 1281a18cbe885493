package io.tidemark.it;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * SETs that are due at fixed times, regardless of earlier ones, over several connections in turn. The time of an
 * answer is counted from when its SET was due, so that a server that stalls can't hide it by holding up the client.
 *
 * <p>One thread at a time, on sockets that don't block: a full socket holds up only what goes through it.
 */
final class OpenLoopClient implements AutoCloseable {
    private static final long LOOK_NANOS = 50_000;
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SLACK = 64 << 10;

    private final List<Connection> connections = new ArrayList<>();
    private final int keys;
    private final byte[] value;

    /**
     * Connects to 127.0.0.1.
     *
     * @param keys how many different ones are written in turn
     */
    OpenLoopClient(int port, int count, int keys, int valueBytes) throws IOException {
        this.keys = keys;
        this.value = new byte[valueBytes];
        new SplittableRandom(port).nextBytes(value);
        try {
            for (int i = 0; i < count; i++) {
                connections.add(new Connection(port));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** When SETs were due and how long each took from then on, in nanoseconds of {@link System#nanoTime}. */
    static final class Times {
        private long[] due = new long[1 << 16];
        private long[] took = new long[1 << 16];
        private int count;

        private void add(long dueNanos, long tookNanos) {
            if (count == due.length) {
                due = Arrays.copyOf(due, 2 * count);
                took = Arrays.copyOf(took, 2 * count);
            }
            due[count] = dueNanos;
            took[count++] = tookNanos;
        }

        int count() {
            return count;
        }

        /** Times taken by those due from one moment on and before another. */
        long[] dueWithin(long fromNanos, long toNanos) {
            long[] found = new long[count];
            int n = 0;
            for (int i = 0; i < count; i++) {
                if (due[i] - fromNanos >= 0 && due[i] - toNanos < 0) {
                    found[n++] = took[i];
                }
            }
            return Arrays.copyOf(found, n);
        }
    }

    /**
     * Sends one SET per interval, in nanoseconds, until stopped, then waits for the answers.
     *
     * @param everyNanos 0 for as fast as the server takes them
     * @param maxInFlight SETs without an answer on one connection; {@link Integer#MAX_VALUE} for an open loop
     */
    Times run(long everyNanos, int maxInFlight, BooleanSupplier stop) throws IOException {
        Times times = new Times();
        long due = System.nanoTime();
        long sent = 0;
        while (!stop.getAsBoolean()) {
            boolean moved = false;
            long now = System.nanoTime();
            for (int burst = 0; burst < connections.size() && due - now <= 0; burst++) {
                Connection next = connections.get((int) (sent % connections.size()));
                if (next.inFlight() >= maxInFlight) {
                    break;
                }
                next.put(everyNanos == 0 ? now : due, "key:" + sent % keys, value);
                sent++;
                due = everyNanos == 0 ? now : due + everyNanos;
                moved = true;
            }
            for (Connection connection : connections) {
                moved |= connection.move(times);
            }
            if (!moved) {
                LockSupport.parkNanos(Math.min(LOOK_NANOS, Math.max(1, due - System.nanoTime())));
            }
        }
        long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (connections.stream().anyMatch(connection -> connection.inFlight() > 0)) {
            for (Connection connection : connections) {
                connection.move(times);
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new IOException("no answer for a minute");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return times;
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
    }

    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocateDirect(SLACK);
        private ByteBuffer out = ByteBuffer.allocate(SLACK);
        private long[] due = new long[1 << 10];
        private long head;
        private long tail;

        Connection(int port) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }

        int inFlight() {
            return (int) (tail - head);
        }

        void put(long dueNanos, String key, byte[] value) {
            if (tail - head == due.length) {
                long[] grown = new long[2 * due.length];
                for (long at = head; at < tail; at++) {
                    grown[(int) (at % grown.length)] = due[(int) (at % due.length)];
                }
                due = grown;
            }
            due[(int) (tail++ % due.length)] = dueNanos;
            byte[] head = ("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$" + value.length + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            int needed = head.length + value.length + 2;
            if (out.remaining() < needed) {
                ByteBuffer grown = ByteBuffer.allocate(Math.max(2 * out.capacity(), out.position() + needed));
                out = grown.put(out.flip());
            }
            out.put(head).put(value).put((byte) '\r').put((byte) '\n');
        }

        /** Sends and receives what can be by now; whether that was anything. */
        boolean move(Times times) throws IOException {
            boolean moved = false;
            if (out.position() > 0) {
                out.flip();
                moved = channel.write(out) > 0;
                out.compact();
            }
            if (inFlight() == 0) {
                return moved;
            }
            int read = channel.read(in);
            if (read < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (read == 0) {
                return moved;
            }
            long now = System.nanoTime();
            in.flip();
            while (in.remaining() >= OK.length) {
                for (byte expected : OK) {
                    if (in.get() != expected) {
                        throw new IOException("a SET was answered by something else than OK: "
                                + StandardCharsets.ISO_8859_1.decode(in));
                    }
                }
                long when = due[(int) (head++ % due.length)];
                times.add(when, now - when);
            }
            in.compact();
            return true;
        }
    }
}

package io.tidemark.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** SETs as fast as a server takes them: several connections, pipelined, over a list of keys. */
final class SetLoad {

    private final int port;
    private final int connections;
    private final int pipeline;
    private final int valueBytes;
    private final List<String> keys;

    /**
     * @param pipeline commands a batch; each connection waits for the answers to one batch before the next
     * @param keys written in turn, each connection beginning elsewhere
     */
    SetLoad(int port, int connections, int pipeline, int valueBytes, List<String> keys) {
        this.port = port;
        this.connections = connections;
        this.pipeline = pipeline;
        this.valueBytes = valueBytes;
        this.keys = keys;
    }

    /** So many keys: the prefix and a number from 0. */
    static List<String> keys(String prefix, int count) {
        List<String> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(prefix + i);
        }
        return keys;
    }

    /**
     * Sends at least {@code writes} SETs and waits for the answers.
     *
     * @return how many were acknowledged
     * @throws IOException if a connection broke or a SET was answered by anything but OK
     */
    long run(long writes) throws IOException {
        AtomicLong left = new AtomicLong(writes);
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<Long>> running = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                running.add(threads.submit(() -> connection(number, left)));
            }
            long acknowledged = 0;
            for (Future<Long> one : running) {
                acknowledged += one.get();
            }
            return acknowledged;
        } catch (ExecutionException e) {
            throw new IOException("a connection failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private long connection(int number, AtomicLong left) throws IOException {
        byte[] value = new byte[valueBytes];
        new SplittableRandom(number).nextBytes(value);
        int next = number * (keys.size() / connections);
        long acknowledged = 0;
        try (RespClient client = RespClient.connect(port)) {
            while (left.getAndAdd(-pipeline) > 0) {
                for (int i = 0; i < pipeline; i++) {
                    client.send("SET", keys.get(next++ % keys.size()), value);
                }
                client.flush();
                for (Object reply : client.read(pipeline)) {
                    if (!"OK".equals(reply)) {
                        throw new IOException("SET was answered by " + reply);
                    }
                    acknowledged++;
                }
            }
        }
        return acknowledged;
    }
}

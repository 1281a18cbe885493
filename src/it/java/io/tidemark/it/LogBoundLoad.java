package io.tidemark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The load under which the log must stay small: some keys written over and over as fast as the node takes it, and one
 * key of a shard that these keys avoid written now and then, so often that the shard never counts as idle.
 *
 * <p>Which shard a key belongs to is seen from which shard's data files grow when it is written; no other client may write.
 */
final class LogBoundLoad {

    private final int port;
    private final Path dataDir;

    private LogBoundLoad(int port, Path dataDir) {
        this.port = port;
        this.dataDir = dataDir;
    }

    /** {@code LogBoundLoad --port N --data-dir DIR --bytes N --value-bytes N --keys N --trickle-ms N}. */
    public static void main(String[] words) throws IOException, InterruptedException, ExecutionException {
        Options options = Options.parse(words);
        new LogBoundLoad((int) options.number("port", 7379), Path.of(options.text("data-dir", "data")))
                .run(
                        options.number("bytes", 10_000_000_000L),
                        (int) options.number("value-bytes", 10_240),
                        (int) options.number("keys", 1_000),
                        options.number("trickle-ms", 200));
    }

    private void run(long bytes, int valueBytes, int keyCount, long trickleMs)
            throws IOException, InterruptedException, ExecutionException {
        String slowKey = "slow";
        String slowShard = shardOf(slowKey);
        List<String> keys = new ArrayList<>();
        for (int i = 0; keys.size() < keyCount; i++) {
            String key = "fast:" + i;
            if (!shardOf(key).equals(slowShard)) {
                keys.add(key);
            }
        }
        System.out.println(
                "one write each " + trickleMs + " ms on " + slowShard + ", " + keyCount + " keys on the other shards");
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<String> slow = thread.submit(() -> trickle(slowKey, trickleMs, done));
            long startNanos = System.nanoTime();
            long acknowledged = new SetLoad(port, 4, 16, valueBytes, keys).run(bytes / valueBytes);
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            done.set(true);
            System.out.printf(
                    Locale.ROOT,
                    "%d SETs of %d bytes acknowledged in %.1f s (%.0f MB/s); %s%n",
                    acknowledged,
                    valueBytes,
                    seconds,
                    acknowledged * (double) valueBytes / 1e6 / seconds,
                    slow.get());
        } finally {
            done.set(true);
            thread.shutdown();
        }
    }

    private String trickle(String key, long everyMs, AtomicBoolean done) throws IOException {
        long writes = 0;
        long slowestNanos = 0;
        try (RespClient client = RespClient.connect("127.0.0.1", port, Duration.ofMinutes(1))) {
            while (!done.get()) {
                long startNanos = System.nanoTime();
                client.set(key, ++writes);
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - startNanos);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(everyMs));
            }
        }
        return writes + " slow writes, the slowest took " + TimeUnit.NANOSECONDS.toMillis(slowestNanos) + " ms";
    }

    private String shardOf(String key) throws IOException {
        Map<String, Long> before = dataBytes();
        try (RespClient client = RespClient.connect(port)) {
            client.set(key, "probe");
        }
        List<String> grown = dataBytes().entrySet().stream()
                .filter(shard -> shard.getValue() > before.getOrDefault(shard.getKey(), 0L))
                .map(Map.Entry::getKey)
                .toList();
        if (grown.size() != 1) {
            throw new IOException("after SET " + key + " the data files of " + grown + " grew; expected one shard");
        }
        return grown.get(0);
    }

    /** Bytes of data files by name of the shard's directory. */
    private Map<String, Long> dataBytes() throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(dataDir, 3)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(".data")).toList()) {
                bytes.merge(dataDir.relativize(file).getName(0).toString(), Files.size(file), Long::sum);
            }
        }
        return bytes;
    }
}

package io.tidemark.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a checkpoint costs the clients that write meanwhile, with paced write-back, without, and without a checkpoint.
 *
 * <p>Two nodes that run no generation unless asked. First the most SETs per second that this client gets answered. Then, in
 * turn, each way once a round: SETs at half that rate until the node has so many unsynced bytes, then SAVE, with the SETs
 * going on; those that were due between SAVE and its answer count. Without a checkpoint, those in a span as long as the
 * last paced one count, and SAVE comes afterwards.
 */
final class PacingBenchmark {
    private static final Pattern DIRTY = Pattern.compile("\ndirty_bytes:(\\d+)\r");

    /** The ways compared. */
    private enum Way {
        PACED,
        UNPACED,
        NO_CHECKPOINT
    }

    /** One generation: from SAVE to its answer, and what the SETs due meanwhile took. */
    private record Round(long spanNanos, long[] tookNanos) {}

    private final Map<Way, Integer> ports = new EnumMap<>(Way.class);

    private final long bytes;
    private final int connections;
    private final int keys;
    private final int valueBytes;

    private PacingBenchmark(Options options) {
        ports.put(Way.PACED, (int) options.number("paced-port", 0));
        ports.put(Way.UNPACED, (int) options.number("unpaced-port", 0));
        ports.put(Way.NO_CHECKPOINT, (int) options.number("paced-port", 0));
        this.bytes = options.number("bytes", 256_000_000);
        this.connections = (int) options.number("connections", 16);
        this.keys = (int) options.number("keys", 20_000);
        this.valueBytes = (int) options.number("value-bytes", 4_096);
    }

    /**
     * {@code PacingBenchmark --paced-port N --unpaced-port N --generations N --bytes N --value-bytes N --connections N
     * --keys N --rate N}; a rate of 0 is half of what is measured first.
     */
    public static void main(String[] words) throws IOException, InterruptedException, ExecutionException {
        Options options = Options.parse(words);
        new PacingBenchmark(options).run((int) options.number("generations", 20), options.number("rate", 0));
    }

    private void run(int generations, long givenRate) throws IOException, InterruptedException, ExecutionException {
        long rate = givenRate;
        for (Way way : List.of(Way.PACED, Way.UNPACED)) {
            maximum(port(way), 4); // warm
        }
        if (rate == 0) {
            long most = maximum(port(Way.UNPACED), 5);
            rate = most / 2;
            print(
                    "at most %d SETs/s of %d bytes over %d connections; measured at %d/s%n",
                    most, valueBytes, connections, rate);
        }
        Map<Way, List<Round>> rounds = new EnumMap<>(Way.class);
        Arrays.stream(Way.values()).forEach(way -> rounds.put(way, new ArrayList<>()));
        long span = TimeUnit.MILLISECONDS.toNanos(200);
        for (int i = 0; i < generations; i++) {
            for (int turn = 0; turn < Way.values().length; turn++) {
                Way way = Way.values()[(i + turn) % Way.values().length];
                Round round = round(way, rate, span);
                Objects.requireNonNull(rounds.get(way)).add(round);
                span = way == Way.PACED ? round.spanNanos() : span;
            }
        }
        report(rounds);
    }

    /** SETs per second, as many as are answered when each connection always has 16 in flight. */
    private long maximum(int port, int seconds) throws IOException {
        long count;
        try (OpenLoopClient client = new OpenLoopClient(port, connections, keys, valueBytes);
                RespClient control = control(port)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            count = client.run(0, 16, () -> System.nanoTime() - end >= 0).count();
            control.text("SAVE");
        }
        return count / seconds;
    }

    private static RespClient control(int port) throws IOException {
        return RespClient.connect("127.0.0.1", port, Duration.ofMinutes(1));
    }

    private Round round(Way way, long rate, long spanNanos)
            throws IOException, InterruptedException, ExecutionException {
        int port = port(way);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (OpenLoopClient client = new OpenLoopClient(port, connections, keys, valueBytes);
                RespClient control = control(port)) {
            Future<long[]> generation = thread.submit(ending(done, () -> {
                while (dirtyBytes(control) < bytes) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                long start = System.nanoTime();
                if (way == Way.NO_CHECKPOINT) {
                    LockSupport.parkNanos(spanNanos);
                } else {
                    control.text("SAVE");
                }
                return new long[] {start, System.nanoTime()};
            }));
            OpenLoopClient.Times times = client.run(TimeUnit.SECONDS.toNanos(1) / rate, Integer.MAX_VALUE, done::get);
            long[] window = generation.get();
            control.text("SAVE");
            return new Round(window[1] - window[0], times.dueWithin(window[0], window[1]));
        } finally {
            done.set(true);
            thread.shutdown();
        }
    }

    private static <T> Callable<T> ending(AtomicBoolean done, Callable<T> task) {
        return () -> {
            try {
                return task.call();
            } finally {
                done.set(true);
            }
        };
    }

    private static long dirtyBytes(RespClient control) throws IOException {
        String info = control.text("INFO", "persistence");
        Matcher found = DIRTY.matcher(String.valueOf(info));
        if (!found.find()) {
            throw new IOException("INFO persistence has no dirty_bytes: " + info);
        }
        return Long.parseLong(found.group(1));
    }

    private int port(Way way) {
        return Objects.requireNonNull(ports.get(way));
    }

    private void report(Map<Way, List<Round>> rounds) {
        print(
                "%-14s %11s %9s %9s %9s %9s %9s  %s%n",
                "", "generations", "SETs", "p50 ms", "p99 ms", "max ms", "span ms", "p99 of each");
        Map<Way, Double> p99 = new EnumMap<>(Way.class);
        rounds.forEach((way, all) -> {
            long[] took = sorted(all.stream()
                    .flatMapToLong(round -> Arrays.stream(round.tookNanos()))
                    .toArray());
            p99.put(way, quantile(took, 0.99));
            StringBuilder each = new StringBuilder();
            all.forEach(round ->
                    each.append(String.format(Locale.ROOT, "%.1f ", quantile(sorted(round.tookNanos()), 0.99))));
            print(
                    "%-14s %11d %9d %9.2f %9.2f %9.2f %9.0f  %s%n",
                    way.name().toLowerCase(Locale.ROOT),
                    all.size(),
                    took.length,
                    quantile(took, 0.5),
                    quantile(took, 0.99),
                    quantile(took, 1),
                    all.stream().mapToLong(Round::spanNanos).average().orElse(0) / 1e6,
                    each.toString());
        });
        print(
                "p99 paced / unpaced: %.3f%n",
                p99.getOrDefault(Way.PACED, Double.NaN) / p99.getOrDefault(Way.UNPACED, Double.NaN));
    }

    private static long[] sorted(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** In milliseconds; 0 of nothing. */
    private static double quantile(long[] sortedNanos, double q) {
        return sortedNanos.length == 0
                ? 0
                : sortedNanos[(int) Math.min(sortedNanos.length - 1, (long) (q * sortedNanos.length))] / 1e6;
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
        System.out.flush();
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** I5: a shard whose force failed recovers by itself once the disk does, with exactly what was acknowledged. */
@Timeout(60)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
@Tag("alone")
class RepairIT {
    private static final int SHARDS = 4;
    private static final int STRUCK = 1;
    private static final double MIN_FRACTION_OF_BEFORE = 0.8;
    private static final int PAIRS = 5;
    private static final long WINDOW_MS = 150;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    /** Increments the counter of one shard, and reads it after each refusal. */
    private static final class Incrementer {
        private final int shard;
        private final String key;
        private final AtomicLong acknowledged = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();

        Incrementer(int shard) {
            this.shard = shard;
            this.key = NodeInfo.key("n", shard, SHARDS);
        }

        void run(int port, AtomicBoolean stop) {
            try (RespClient client = RespClient.connect(port)) {
                while (!stop.get()) {
                    Object reply = client.call("INCR", key);
                    if (reply instanceof RespClient.Failure failure) {
                        assertThat(failure.message()).startsWith("DISKPRESSURE shard " + shard + ": FSYNC_FAILED");
                        assertThat(client.get(key)).as("reads go on").isEqualTo(acknowledged.toString());
                        refused.incrementAndGet();
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                    } else {
                        assertThat(reply).isEqualTo(acknowledged.incrementAndGet());
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void forceOfOneShardsData_fails_othersGoOnAndItComesBackWithExactCounters() throws Exception {
        Shim shim = Shim.in(dir.resolve("shim"));
        Path data = dir.resolve("data");
        NodeProcess.Builder builder = NodeProcess.in(data)
                .shim(shim)
                .set("shards", Integer.toString(SHARDS))
                .set("checkpoint.interval_ms", "200")
                .set("checkpoint.idle_ms", "0")
                .set("pressure.dwell_ms", "400");
        List<Incrementer> all = Stream.iterate(0, i -> i + 1)
                .limit(SHARDS)
                .map(Incrementer::new)
                .toList();
        Incrementer struck = all.get(STRUCK);
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            int port = node.port();
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<Void>> running = all.stream()
                    .map(each -> CompletableFuture.runAsync(
                            () -> each.run(port, stop), task -> new Thread(task, "incrementer").start()))
                    .toList();
            try {
                awaitMore(struck.acknowledged, 1_000);
                List<Double> ratios = new ArrayList<>();
                for (int pair = 0; pair < PAIRS; pair++) {
                    long before = medianOfOthers(all);
                    Shim.Order failing = shim.on("*/shard-000" + STRUCK + "/data/*.data", Call.FDATASYNC)
                            .error(Errno.EIO);
                    awaitMore(struck.refused, 1);
                    long servedAtFailure = struck.acknowledged.get();
                    long during = medianOfOthers(all);
                    ratios.add((double) during / before);
                    System.out.printf(
                            Locale.ROOT,
                            "RepairIT: other shards %d increments/s before, %d while shard %d sheds: ratio %.2f%n",
                            before,
                            during,
                            STRUCK,
                            (double) during / before);
                    assertThat(failing.strikes())
                            .as("the control: forces that failed")
                            .isPositive();
                    assertThat(poisoned(data)).as("quarantined files").isPositive();
                    assertThat(struck.acknowledged.get())
                            .as("taken while it sheds")
                            .isEqualTo(servedAtFailure);
                    failing.lift();
                    awaitMore(struck.acknowledged, 100);
                }
                assertThat(ratios.stream().sorted().toList().get(PAIRS / 2))
                        .as("throughput of the others, the median of %s", ratios)
                        .isGreaterThan(MIN_FRACTION_OF_BEFORE);
            } finally {
                stop.set(true);
            }
            for (CompletableFuture<Void> each : running) {
                each.get(10, TimeUnit.SECONDS);
            }
            for (Incrementer each : all) {
                assertThat(each.refused.get() > 0)
                        .as("shard %d shed", each.shard)
                        .isEqualTo(each == struck);
            }
            assertThat(NodeInfo.of(client).text(STRUCK, "pressure")).isEqualTo("normal");
            assertCounters(client, all);
            assertThat(client.call("SAVE")).isEqualTo("OK");
            assertThat(poisoned(data)).as("quarantined files").isZero();
            assertThat(client.call("INCR", struck.key)).isEqualTo(struck.acknowledged.incrementAndGet());
            node.sigkill();
        }
        try (NodeProcess node = builder.start();
                RespClient client = node.client()) {
            assertCounters(client, all);
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    private static void awaitMore(AtomicLong count, long more) {
        long wanted = count.get() + more;
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        while (count.get() < wanted) {
            assertThat(System.nanoTime() - deadlineNanos)
                    .as("%d, expected %d", count.get(), wanted)
                    .isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Increments a second of the shards that are not struck. */
    private static long medianOfOthers(List<Incrementer> all) {
        List<Long> rates = new ArrayList<>();
        for (int window = 0; window < 7; window++) {
            long from = served(all);
            long begunNanos = System.nanoTime();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WINDOW_MS));
            rates.add((served(all) - from) * 1_000_000_000L / (System.nanoTime() - begunNanos));
        }
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }

    private static long served(List<Incrementer> all) {
        return all.stream()
                .filter(each -> each.shard != STRUCK)
                .mapToLong(each -> each.acknowledged.get())
                .sum();
    }

    private static long poisoned(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("shard-000" + STRUCK).resolve("data"))) {
            return files.filter(each -> each.toString().endsWith(".poisoned")).count();
        }
    }

    private static void assertCounters(RespClient client, List<Incrementer> all) throws IOException {
        for (Incrementer each : all) {
            assertThat(client.get(each.key))
                    .as("counter of shard %d", each.shard)
                    .isEqualTo("" + each.acknowledged);
        }
    }
}

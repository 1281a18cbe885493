package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.NothingLeft;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** After a power cut no more is replayed than was written in {@code max_delay_ms}, queue and force time. */
@Tag("alone")
@ExtendWith(NothingLeft.class)
class BoundedReplayIT {
    private static final int SHARDS = 2;
    private static final long DELAY_MS = Long.getLong("tidemark.it.max_delay_ms", 1_000);
    /** How late a loop of the node may be, and how long a look from outside may take, on a busy machine. */
    private static final double SLACK_MS = 250;

    /** What a look at the node between two moments saw, of each shard. */
    private record Sample(long beganNanos, long endedNanos, List<Long> applied, List<Long> durable) {}

    @Test
    void powerCut_underContinuousWrites_replaysWhatMaxDelayAllows() throws Exception {
        LongAdder acknowledged = new LongAdder();
        AcknowledgementRecorder recorder = new AcknowledgementRecorder(0, 200, 10, acknowledged);
        LoadMix steady = new LoadMix(8, 10, Integer.MAX_VALUE, LoadMix.Lengths.SHORT, Duration.ofMillis(2));
        LoadClient client = new LoadClient(recorder, new SplittableRandom(), random -> steady);
        try (LoopDisk disk = LoopDisk.of(LoopDisk.Kind.EXT4).mib(256).make();
                LoadClients clients = new LoadClients(List.of(client), acknowledged)) {
            NodeProcess.Builder builder = NodeProcess.in(disk.root().resolve("data"))
                    .set("shards", Integer.toString(SHARDS))
                    .set("checkpoint.idle_ms", "60000")
                    .set("checkpoint.interval_ms", Long.toString(DELAY_MS / 4))
                    .set("checkpoint.max_delay_ms", Long.toString(DELAY_MS));
            List<Sample> samples = new ArrayList<>();
            double queuedAndForcedMs;
            long stoppedNanos;
            try (NodeProcess node = builder.start()) {
                sample(node); // the first takes long
                LoadClients.Load load = clients.start(node.port());
                long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3 * DELAY_MS - DELAY_MS / 10);
                while (System.nanoTime() - endNanos < 0 && !load.hasEnded()) {
                    samples.add(sample(node));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                queuedAndForcedMs = longestGenerationMs(node);
                node.sigstop();
                stoppedNanos = System.nanoTime();
                disk.powerCut();
                node.sigkill();
                load.awaitEnd();
            }
            disk.remount();
            try (NodeProcess node = builder.start()) {
                JsonArray shards = shards(node);
                for (int shard = 0; shard < SHARDS; shard++) {
                    JsonObject recovery = shards.getJsonObject(shard).getJsonObject("recovery");
                    long durable = shards.getJsonObject(shard).getLong("applied_index") - recovery.getLong("entries");
                    double coveredMs = (stoppedNanos - lastWithout(samples, shard, durable + 1)) / 1e6;
                    System.out.printf(
                            Locale.ROOT,
                            "BoundedReplayIT: max_delay_ms %d, shard %d: replayed %d entries, %d bytes, in %d ms (%d"
                                    + " entries/s), written in the last %.0f ms, at another moment at most %.0f ms; longest queue and"
                                    + " force %.1f ms%n",
                            DELAY_MS,
                            shard,
                            recovery.getLong("entries"),
                            recovery.getLong("bytes"),
                            recovery.getLong("elapsed_ms"),
                            recovery.getLong("entries_per_second"),
                            coveredMs,
                            mostMs(samples, shard),
                            queuedAndForcedMs);
                    assertThat(recovery.getLong("entries"))
                            .as("something was to be replayed")
                            .isPositive();
                    assertThat(durable).as("the durable index has moved").isPositive();
                    assertThat(Math.max(coveredMs, mostMs(samples, shard)))
                            .as("ms in which the replayed entries of shard %d were written", shard)
                            .isLessThanOrEqualTo(DELAY_MS + queuedAndForcedMs + SLACK_MS);
                }
                clients.check(node.port(), "after the cut");
                assertThat(clients.violations()).isEmpty();
            }
        }
    }

    private static Sample sample(NodeProcess node) throws IOException {
        long beganNanos = System.nanoTime();
        JsonArray shards = shards(node);
        List<Long> applied = new ArrayList<>();
        List<Long> durable = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            applied.add(shards.getJsonObject(shard).getLong("applied_index"));
            durable.add(shards.getJsonObject(shard).getLong("durable_index"));
        }
        return new Sample(beganNanos, System.nanoTime(), applied, durable);
    }

    /** When an entry had not been applied for certain: the beginning of the last look before it was. */
    private static long lastWithout(List<Sample> samples, int shard, long index) {
        long nanos = samples.get(0).beganNanos();
        for (Sample sample : samples) {
            if (sample.applied().get(shard) >= index) {
                return nanos;
            }
            nanos = sample.beganNanos();
        }
        return nanos;
    }

    /** The most that a cut at any of these moments would have left to replay, in milliseconds of writing. */
    private static double mostMs(List<Sample> samples, int shard) {
        return samples.stream()
                .filter(sample -> sample.durable().get(shard) < sample.applied().get(shard))
                .mapToDouble(sample -> (sample.endedNanos()
                                - lastWithout(samples, shard, sample.durable().get(shard) + 1))
                        / 1e6)
                .max()
                .orElse(0);
    }

    private static double longestGenerationMs(NodeProcess node) throws IOException {
        double longest = 0;
        for (int shard = 0; shard < SHARDS; shard++) {
            JsonArray journal = new AdminClient(node.adminPort())
                    .get("/api/shards/" + shard + "/journal")
                    .json()
                    .getJsonArray("journal");
            for (int i = 0; i < journal.size(); i++) {
                JsonObject entry = journal.getJsonObject(i);
                longest = Math.max(longest, entry.getDouble("queue_ms", 0.0) + entry.getDouble("force_ms", 0.0));
            }
        }
        return longest;
    }

    private static JsonArray shards(NodeProcess node) throws IOException {
        return new AdminClient(node.adminPort()).get("/api/shards").json().getJsonArray("shards");
    }
}

package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hung forces delay their own shards' checkpoints, and nothing else. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
@Tag("alone")
class HungForceIT {
    private static final int SHARDS = 16;
    private static final int HUNG = 12;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MAX_DELAY_MS = 1_000;
    private static final long MAX_QUEUE_AND_FORCE_MS = 1_000;

    @TempDir
    Path dir;

    @Test
    void twelveHungForces_withTwoPermits_leaveTheOtherShardsTheirDeadlines() throws IOException {
        Shim shim = Shim.in(dir.resolve("shim"));
        try (NodeProcess node = NodeProcess.in(dir.resolve("data"))
                        .shim(shim)
                        .set("shards", Integer.toString(SHARDS))
                        .set("checkpoint.interval_ms", "200")
                        .set("checkpoint.max_delay_ms", Long.toString(MAX_DELAY_MS))
                        .set("checkpoint.max_concurrent_fsyncs", "2")
                        .set("checkpoint.stall_warn_ms", "300")
                        .set("checkpoint.stall_shed_ms", "3000")
                        .set("pressure.dwell_ms", "100")
                        .start();
                RespClient client = node.client()) {
            Shim.Order[] hung = new Shim.Order[HUNG];
            for (int shard = 0; shard < HUNG; shard++) {
                hung[shard] = shim.on("*/shard-" + "%04d".formatted(shard) + "/data/*.data", Call.FDATASYNC)
                        .hang();
                client.set(key(shard), "0");
            }
            for (Shim.Order one : hung) {
                one.awaitHeld(1, LIMIT);
            }
            long longestNanos = 0;
            long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            int rounds = 0;
            for (; System.nanoTime() - untilNanos < 0; rounds++) {
                long begunNanos = System.nanoTime();
                for (int shard = 0; shard < SHARDS; shard++) {
                    client.set(key(shard), Integer.toString(rounds));
                    assertThat(client.get(key(shard))).isEqualTo(Integer.toString(rounds));
                }
                longestNanos = Math.max(longestNanos, untilOthersAreClean(client, begunNanos));
            }
            System.out.printf(
                    Locale.ROOT,
                    "HungForceIT: %d rounds of writes to %d shards, %d of them hung; the others durable within %d ms%n",
                    rounds,
                    SHARDS,
                    HUNG,
                    TimeUnit.NANOSECONDS.toMillis(longestNanos));
            NodeInfo info = NodeInfo.of(client);
            for (int shard = 0; shard < HUNG; shard++) {
                assertThat(hung[shard].held()).as("shard %d still hangs", shard).isEqualTo(1);
                assertThat(info.text(shard, "pressure")).isEqualTo("warn");
            }
            assertShedsOnlyTheHungOnes(client);
            shim.clear();
            assertThat(client.call("SAVE")).isEqualTo("OK");
            Waiting.until(LIMIT, "writes are taken again", () -> "OK".equals(client.call("SET", key(0), "again")));
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(node.stderr()).contains("is still running after").doesNotContain("Exception");
        }
    }

    private static String key(int shard) {
        return NodeInfo.key("k", shard, SHARDS);
    }

    private static long untilOthersAreClean(RespClient client, long begunNanos) throws IOException {
        while (true) {
            NodeInfo info = NodeInfo.of(client);
            long tookNanos = System.nanoTime() - begunNanos;
            boolean clean = true;
            for (int shard = HUNG; shard < SHARDS; shard++) {
                clean &= info.clean(shard);
            }
            if (clean) {
                return tookNanos;
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(tookNanos))
                    .as("age of unsynced bytes: %s", info)
                    .isLessThan(MAX_DELAY_MS + MAX_QUEUE_AND_FORCE_MS);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static void assertShedsOnlyTheHungOnes(RespClient client) throws IOException {
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        int shed = 0;
        while (shed < HUNG) {
            assertThat(System.nanoTime() - deadlineNanos).as("time to shed").isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            shed = 0;
            for (int shard = 0; shard < SHARDS; shard++) {
                Object reply = client.call("SET", key(shard), "late");
                if (reply instanceof RespClient.Failure refused) {
                    assertThat(refused.message()).startsWith("DISKPRESSURE shard " + shard + ": FSYNC_STALLED");
                    assertThat(shard).isLessThan(HUNG);
                    assertThat(client.get(key(shard))).as("reads go on").isNotNull();
                    shed++;
                }
            }
        }
    }
}

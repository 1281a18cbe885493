package io.tidemark.redis;

import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Shards;
import io.tidemark.shard.TimeSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Whether every shard refuses writes, for whoever asks often: shards are looked at again after 100 ms. Any thread. */
final class WritesRefused {
    private static final long GOOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private record Look(long nanos, String why) {}

    private final Shards shards;
    private final TimeSource clock;
    private volatile Look last;

    WritesRefused(Shards shards, TimeSource clock) {
        this.shards = shards;
        this.clock = clock;
        this.last = new Look(clock.nanoTime() - GOOD_NANOS, "");
    }

    /** Why no shard takes writes; empty if one does, and as long as they are being opened. */
    String why() {
        long now = clock.nanoTime();
        Look look = last;
        if (now - look.nanos() >= GOOD_NANOS) {
            look = new Look(now, why(shards.statuses()));
            last = look;
        }
        return look.why();
    }

    private static String why(List<ShardStatus> statuses) {
        for (ShardStatus shard : statuses) {
            if (!shard.refusesWrites()) {
                return "";
            }
        }
        return statuses.stream()
                .map(shard ->
                        shard.detail().isEmpty() ? "shard " + shard.shard() + ": " + shard.phase() : shard.detail())
                .findFirst()
                .orElse("");
    }
}

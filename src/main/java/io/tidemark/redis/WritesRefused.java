package io.tidemark.redis;

import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Shards;
import io.tidemark.shard.TimeSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Whether every shard refuses writes; the result is cached for 100 ms, for frequent callers. Any thread. */
final class WritesRefused {
    private static final long CACHE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private record Cached(long nanos, String reason) {}

    private final Shards shards;
    private final TimeSource clock;
    private volatile Cached last;

    WritesRefused(Shards shards, TimeSource clock) {
        this.shards = shards;
        this.clock = clock;
        this.last = new Cached(clock.nanoTime() - CACHE_NANOS, "");
    }

    /** Why no shard accepts writes; empty if one does, or while the shards are being opened. */
    String reason() {
        long now = clock.nanoTime();
        Cached cached = last;
        if (now - cached.nanos() >= CACHE_NANOS) {
            cached = new Cached(now, reason(shards.statuses()));
            last = cached;
        }
        return cached.reason();
    }

    private static String reason(List<ShardStatus> statuses) {
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

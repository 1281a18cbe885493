package io.tidemark.redis;

import io.tidemark.shard.ShardStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Up to when everything is known to be durable, as LASTSAVE tells it: of each shard the last moment at which it was seen to have
 * nothing unsynced, or when its last good generation began, whichever was later; of all shards the earliest. It never goes back.
 *
 * <p>A shard is looked at only when somebody asks. Methods may be called from any thread.
 */
final class LastSave {
    private final AtomicLongArray millis;

    LastSave(int shards) {
        this.millis = new AtomicLongArray(shards);
    }

    /**
     * The moment, in milliseconds since 1970.
     *
     * @param nowMillis from before the shards were looked at, so that nothing may have been written in between
     * @param shards every shard, or none before they are open
     * @param otherwise if there are none
     */
    long millis(long nowMillis, List<ShardStatus> shards, long otherwise) {
        return shards.stream().mapToLong(shard -> seen(shard, nowMillis)).min().orElse(otherwise);
    }

    private long seen(ShardStatus shard, long nowMillis) {
        long durable = isClean(shard) ? nowMillis : shard.lastCheckpointMillis();
        return millis.accumulateAndGet(shard.shard(), durable, Math::max);
    }

    /** Before it serves, and after it has failed, its log may have entries that its files have not. */
    private static boolean isClean(ShardStatus shard) {
        return shard.phase() == ShardStatus.Phase.SERVING
                && shard.appliedIndex() <= shard.durableIndex()
                && shard.dirtyBytes() == 0
                && !shard.checkpointInFlight();
    }
}

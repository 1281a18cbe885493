package io.tidemark.redis;

import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Timestamp;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Up to when everything is known to be durable, as LASTSAVE says it: of each shard the last moment at which it was seen to have
 * nothing unsynced, or when its last good generation began, whichever was later; of all shards the earliest. Which was earlier
 * the monotonic clock decides, so that it never goes back; what is shown is the machine's clock at that moment, as Redis shows it,
 * and goes wherever that is set: who waits for it to change after a BGSAVE need not wait until the clock has caught up.
 *
 * <p>A shard is looked at only when somebody asks. Methods may be called from any thread.
 */
final class LastSave {
    private final AtomicReferenceArray<@Nullable Timestamp> moments;

    LastSave(int shards) {
        this.moments = new AtomicReferenceArray<>(shards);
    }

    /**
     * The moment.
     *
     * @param now from before the shards were looked at, so that nothing may have been written in between
     * @param shards every shard, or none before they are open
     * @param otherwise if there are none
     */
    Timestamp of(Timestamp now, List<ShardStatus> shards, Timestamp otherwise) {
        return shards.stream()
                .map(shard -> seen(shard, now))
                .min(Comparator.comparingLong(moment -> moment.nanos() - now.nanos()))
                .orElse(otherwise);
    }

    private Timestamp seen(ShardStatus shard, Timestamp now) {
        Timestamp durable = isClean(shard) ? now : shard.lastCheckpoint();
        return Objects.requireNonNull(moments.accumulateAndGet(shard.shard(), durable, LastSave::later));
    }

    private static @Nullable Timestamp later(@Nullable Timestamp known, @Nullable Timestamp other) {
        return known == null || (other != null && other.isAfter(known)) ? other : known;
    }

    /** Before it serves, and after it has failed, its log may have entries that its files have not. */
    private static boolean isClean(ShardStatus shard) {
        return shard.phase() == ShardStatus.Phase.SERVING
                && shard.appliedIndex() <= shard.durableIndex()
                && shard.dirtyBytes() == 0
                && !shard.checkpointInFlight();
    }
}

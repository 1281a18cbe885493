package io.tidemark.redis;

import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Timestamp;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The time of LASTSAVE: everything written before it is known to be durable. For one shard it is the last moment at which the
 * shard was seen to have nothing unsynced, or the start of its last successful generation, whichever is later; for the node it is
 * the earliest of all shards. Moments are compared by the monotonic clock, so LASTSAVE never goes back to an earlier moment. The
 * value shown is the machine's clock at that moment, as in Redis, and follows the clock when that is set: a client that waits for
 * LASTSAVE to change after a BGSAVE need not wait until the clock has caught up.
 *
 * <p>Shards are read only on request. Methods may be called from any thread.
 */
final class LastSave {
    private final AtomicReferenceArray<@Nullable Timestamp> moments;

    LastSave(int shards) {
        this.moments = new AtomicReferenceArray<>(shards);
    }

    /**
     * The moment up to which everything is durable.
     *
     * @param now read before the statuses, so that no write can lie between the two
     * @param shards the status of every shard; empty before they are open
     * @param otherwise the result if there are no shards
     */
    Timestamp of(Timestamp now, List<ShardStatus> shards, Timestamp otherwise) {
        return shards.stream()
                .map(shard -> durableUntil(shard, now))
                .min(Comparator.comparingLong(moment -> moment.nanos() - now.nanos()))
                .orElse(otherwise);
    }

    private Timestamp durableUntil(ShardStatus shard, Timestamp now) {
        Timestamp durable = isClean(shard) ? now : shard.lastCheckpoint();
        return Objects.requireNonNull(moments.accumulateAndGet(shard.shard(), durable, LastSave::laterOf));
    }

    private static @Nullable Timestamp laterOf(@Nullable Timestamp known, @Nullable Timestamp other) {
        return known == null || (other != null && other.isAfter(known)) ? other : known;
    }

    /** Only a serving shard can be clean: before recovery and after a failure the log may have entries that the files lack. */
    private static boolean isClean(ShardStatus shard) {
        return shard.phase() == ShardStatus.Phase.SERVING
                && shard.appliedIndex() <= shard.durableIndex()
                && shard.dirtyBytes() == 0
                && !shard.checkpointInFlight();
    }
}

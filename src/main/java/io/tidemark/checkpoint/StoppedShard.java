package io.tidemark.checkpoint;

import io.vertx.core.Future;

/**
 * A shard as its checkpointer left it. It answers sync requests from then on: still durable, or why not. Any thread; memory
 * only.
 *
 * @param name "store orders shard 3"
 * @param shard the shard's number
 * @param dirty the shard's counter, which may have another checkpointer by now
 * @param target the shard's target: what it applies without a mark counts, too
 * @param generation the last generation
 * @param durableIndex last index that was durable
 * @param appendedIndex last index that had been marked
 * @param appendedBytes how many bytes had been marked in all
 * @param failure why not everything was durable; empty if it was
 */
record StoppedShard(
        String name,
        int shard,
        DirtyCounter dirty,
        CheckpointTarget target,
        long generation,
        long durableIndex,
        long appendedIndex,
        long appendedBytes,
        String failure) {

    /** The state at this moment. */
    static StoppedShard now(
            String name, int shard, DirtyCounter dirty, CheckpointTarget target, long generation, String failure) {
        return new StoppedShard(
                name,
                shard,
                dirty,
                target,
                generation,
                dirty.durableIndex(),
                dirty.appendedIndex(),
                dirty.appendedBytes(),
                failure);
    }

    /**
     * Succeeds, as for a clean shard, if everything ever marked or applied is durable; otherwise fails with {@link
     * SyncFailure#UNAVAILABLE}.
     */
    Future<SyncResult> sync() {
        String stopped = name + " has been stopped";
        if (!failure.isEmpty()) {
            return unavailable(stopped + ", and not all of it was durable: " + failure);
        }
        if (dirty.appendedIndex() != appendedIndex || dirty.appendedBytes() != appendedBytes) {
            return unavailable(stopped + " at index " + appendedIndex + "; up to " + dirty.appendedIndex()
                    + " has been written since; a stopped checkpointer makes none of it durable");
        }
        long applied;
        try {
            applied = CheckedCapture.of(target).index();
        } catch (IllegalStateException unknown) {
            return unavailable(stopped + "; what its store has applied since is unknown: " + unknown.getMessage());
        }
        if (applied > durableIndex) {
            return unavailable(stopped + " at index " + durableIndex + "; up to " + applied
                    + " has been applied since without a mark; a stopped checkpointer makes none of it durable");
        }
        return Future.succeededFuture(new SyncResult(shard, generation, durableIndex, 0, 0, 0));
    }

    private static Future<SyncResult> unavailable(String why) {
        return Future.failedFuture(new SyncException(SyncFailure.UNAVAILABLE, why));
    }
}

package io.tidemark.redis;

import io.tidemark.shard.Call;
import io.tidemark.shard.Shards;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the calls of all connections of one event loop, and submits them when the loop has read all ready sockets: one list
 * per shard instead of one per connection, so that one log entry, and one fdatasync, covers them all. Lists of reads only are
 * kept separate, because a shard answers them without waiting for its log.
 *
 * <p>Event loop only.
 */
final class ShardOutbox {
    private final Shards shards;
    private final Context context;
    private final List<List<Call>> reads = new ArrayList<>();
    private final List<List<Call>> others = new ArrayList<>();
    private boolean scheduled;

    ShardOutbox(Shards shards, Context context) {
        this.shards = shards;
        this.context = context;
        for (int shard = 0; shard < shards.count(); shard++) {
            reads.add(new ArrayList<>());
            others.add(new ArrayList<>());
        }
    }

    /** Adds one connection's calls; they are submitted in order, before this loop reads again. */
    void add(int shard, List<Call> calls, boolean readsOnly) {
        (readsOnly ? reads : others).get(shard).addAll(calls);
        if (!scheduled) {
            scheduled = true;
            context.runOnContext(ignored -> submit());
        }
    }

    private void submit() {
        scheduled = false;
        submit(others);
        submit(reads);
    }

    private void submit(List<List<Call>> lists) {
        for (int shard = 0; shard < lists.size(); shard++) {
            List<Call> calls = lists.get(shard);
            if (!calls.isEmpty()) {
                lists.set(shard, new ArrayList<>(Math.min(calls.size(), 1_024)));
                shards.submit(shard, calls);
            }
        }
    }
}

package io.tidemark.redis;

import io.tidemark.shard.Call;
import io.tidemark.shard.Shards;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers what all connections of one event loop have to submit, and submits it once the loop has read every socket that was
 * ready: one list a shard instead of one a connection, so that a log entry, and its fdatasync, carries them all. Lists of
 * reads alone stay apart from the others, because a shard answers those without waiting for its log.
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

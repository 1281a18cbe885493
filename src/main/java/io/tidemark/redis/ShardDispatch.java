package io.tidemark.redis;

import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection's commands in order on each shard. Commands gather in one list a shard, in which the shard keeps
 * their order; lists of their own are kept in order by the shard only among writes. So while calls are out, a further
 * list may follow only if all of them, and all of it, are writes.
 *
 * <p>Event loop only.
 */
final class ShardDispatch {

    private static final class Lane {
        final int shard;
        final List<Call> gathered = new ArrayList<>();
        int gatheredReads;
        int readsOut;
        int writesOut;

        Lane(int shard) {
            this.shard = shard;
        }
    }

    private final ShardOutbox outbox;
    private final @Nullable Lane[] lanes;
    private final List<Lane> gathering = new ArrayList<>();

    ShardDispatch(ShardOutbox outbox, int shards) {
        this.outbox = outbox;
        this.lanes = new Lane[shards];
    }

    /** Whether a command may be added now; if not, it must wait until the shard has answered something. */
    boolean admits(int shard, Command command) {
        Lane lane = lanes[shard];
        if (lane == null || lane.readsOut + lane.writesOut == 0) {
            return true;
        }
        return lane.readsOut == 0 && command instanceof Command.Write;
    }

    /** Adds a call that {@link #admits} has admitted. */
    void add(ShardCall call) {
        Lane lane = lanes[call.shard()];
        if (lane == null) {
            lane = new Lane(call.shard());
            lanes[call.shard()] = lane;
        }
        if (lane.gathered.isEmpty()) {
            gathering.add(lane);
        }
        lane.gathered.add(call);
        if (!call.isWrite()) {
            lane.gatheredReads++;
        }
    }

    /** Submits what has been added, one list a shard. */
    void submit() {
        for (Lane lane : gathering) {
            List<Call> calls = lane.gathered;
            boolean readsOnly = lane.gatheredReads == calls.size();
            lane.readsOut += lane.gatheredReads;
            lane.writesOut += calls.size() - lane.gatheredReads;
            lane.gatheredReads = 0;
            outbox.add(lane.shard, calls, readsOnly);
            calls.clear();
        }
        gathering.clear();
    }

    /** Submits a read again that its shard has postponed; it still counts as not answered. */
    void again(ShardCall call) {
        outbox.add(call.shard(), List.of(call), true);
    }

    /** A submitted call has been answered. */
    void answered(ShardCall call) {
        Lane lane = lanes[call.shard()];
        if (lane == null) {
            return;
        }
        if (call.isWrite()) {
            lane.writesOut--;
        } else {
            lane.readsOut--;
        }
    }
}

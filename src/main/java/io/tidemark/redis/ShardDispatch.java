package io.tidemark.redis;

import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection's commands in order on each shard. A shard executes the commands of one list in order; of separate lists
 * it keeps only the writes in order. So while calls are unanswered, a further list may be submitted only if all of these calls
 * and all calls in the list are writes.
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

    /** Whether a command may be added now; if not, it must wait for an answer of the shard. */
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

    /** Submits the added calls, in one list per shard. */
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

    /** Submits a postponed read again; it still counts as unanswered. */
    void resubmit(ShardCall call) {
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

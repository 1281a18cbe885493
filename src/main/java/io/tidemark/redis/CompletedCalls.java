package io.tidemark.redis;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one event loop's connections that shards have answered, thousands at once and from any thread. They are
 * kept in a lock-free stack linked through the calls; who finds it empty wakes the event loop, which takes all there are
 * and lets each connection concerned send its replies once. The stack's order does not matter: each connection knows its
 * own.
 */
final class CompletedCalls {

    private final AtomicReference<@Nullable ShardCall> top = new AtomicReference<>();
    private final List<Connection> concerned = new ArrayList<>();
    private final Context context;

    /** @param context the event loop's */
    CompletedCalls(Context context) {
        this.context = context;
    }

    /** Hands an answered call to its event loop. Any thread, returns at once. */
    void push(ShardCall call) {
        ShardCall below;
        do {
            below = top.get();
            call.next = below;
        } while (!top.compareAndSet(below, call));
        if (below == null) {
            wake();
        }
    }

    private void wake() {
        try {
            context.runOnContext(ignored -> drain());
        } catch (RejectedExecutionException e) {
            // the event loop is gone, and with it everyone who waits for a reply
        }
    }

    private void drain() {
        ShardCall call = top.getAndSet(null);
        while (call != null) {
            ShardCall following = call.next;
            call.next = null;
            call.settle();
            if (call.connection().answered(call)) {
                concerned.add(call.connection());
            }
            call = following;
        }
        for (Connection connection : concerned) {
            connection.answersArrived();
        }
        concerned.clear();
    }
}

package io.tidemark.redis;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands the calls that shards have answered back to the event loop of their connections. Shards push from any thread, many
 * calls at a time, onto a lock-free stack that is linked through the calls. Whoever finds the stack empty wakes the event
 * loop, which takes the whole stack and notifies each affected connection once. The stack's order does not matter: each
 * connection keeps the order of its replies.
 */
final class CompletedCalls {

    private final AtomicReference<@Nullable ShardCall> top = new AtomicReference<>();
    private final List<ShardCall.Receiver> notified = new ArrayList<>();
    private final Context context;

    /** @param context the event loop's */
    CompletedCalls(Context context) {
        this.context = context;
    }

    /** Hands an answered call to its event loop. Any thread; never blocks. */
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
            // the event loop has ended, and with it all connections that wait for a reply
        }
    }

    private void drain() {
        ShardCall call = top.getAndSet(null);
        while (call != null) {
            ShardCall following = call.next;
            call.next = null;
            call.observe();
            if (call.receiver().answered(call)) {
                notified.add(call.receiver());
            }
            call = following;
        }
        for (ShardCall.Receiver receiver : notified) {
            receiver.answersArrived();
        }
        notified.clear();
    }
}

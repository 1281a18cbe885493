package io.tidemark.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The replies that one client still awaits, in the order of its requests, and what they take of the heap. Event loop only. */
final class ReplyQueue {

    /** While more value bytes than this wait for an earlier reply, only the reads at the head are submitted again. */
    private static final int MAX_VALUE_BYTES_BEFORE_RESUBMIT = 1 << 20;

    private final Deque<PendingReply> pending = new ArrayDeque<>();
    private long requestBytes;
    private long valueBytes;
    private int postponed;

    boolean isEmpty() {
        return pending.isEmpty();
    }

    int size() {
        return pending.size();
    }

    /** Bytes of the requests whose replies are pending. */
    long requestBytes() {
        return requestBytes;
    }

    /**
     * Adds the reply to the newest request.
     *
     * @param bytes what the request takes of the heap
     * @param silent whether the client does not want the reply
     */
    void add(PendingReply reply, long bytes, boolean silent) {
        reply.requestBytes = bytes;
        reply.silent = silent;
        requestBytes += bytes;
        pending.add(reply);
    }

    /** A shard has answered or postponed a call. */
    void answered(ShardCall call) {
        if (call.isPostponed()) {
            postponed++;
        } else {
            valueBytes += call.valueBytes();
        }
    }

    /** Removes the oldest reply if it is ready; {@code null} if it is not. */
    @Nullable
    PendingReply pollReady() {
        PendingReply reply = pending.peek();
        if (reply == null || !reply.ready()) {
            return null;
        }
        pending.remove();
        requestBytes -= reply.requestBytes;
        valueBytes -= reply.valueBytes();
        return reply;
    }

    /** Drops replies whose calls have finished. A request that a shard is still executing keeps its memory accounted. */
    void dropFinished() {
        while (!pending.isEmpty() && pending.element().isFinished()) {
            requestBytes -= pending.remove().requestBytes;
        }
    }

    /**
     * Passes postponed reads to {@code resubmit}, in order. If many value bytes wait for an earlier reply, only the reads at the
     * head that belong to one shard.
     */
    void resubmitPostponed(Consumer<ShardCall> resubmit) {
        if (postponed == 0) {
            return;
        }
        boolean all = valueBytes <= MAX_VALUE_BYTES_BEFORE_RESUBMIT;
        int shard = pending.isEmpty() ? -1 : pending.element().shard();
        for (PendingReply reply : pending) {
            boolean resubmitted = reply.resubmitPostponed(call -> {
                postponed--;
                resubmit.accept(call);
            });
            if (!all && (!resubmitted || shard < 0 || reply.shard() != shard)) {
                break;
            }
        }
    }
}

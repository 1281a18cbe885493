package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;
import java.util.function.Consumer;

/** A reply that has not been sent yet, in its place in the order of requests. Event loop only. */
abstract class PendingReply {

    /** What the request takes of the heap, counted until the reply is encoded. */
    long requestBytes;

    /** Whether the reply is not sent, because of CLIENT REPLY. */
    boolean silent;

    /** Whether the reply can be encoded now. */
    abstract boolean ready();

    /** Whether the request no longer needs its memory, once the reply is not needed. */
    boolean isFinished() {
        return true;
    }

    /** Passes its calls that shards have postponed to {@code resubmit}; true if there were any. */
    boolean resubmitPostponed(Consumer<ShardCall> resubmit) {
        return false;
    }

    /** The shard that answers it if it is exactly one, else -1. */
    int shard() {
        return -1;
    }

    /** Bytes of values that have arrived for this reply. */
    long valueBytes() {
        return 0;
    }

    /** Encodes the reply; called once, when ready. */
    abstract void encode(ReplyWriter out);
}

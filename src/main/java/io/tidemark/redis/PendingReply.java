package io.tidemark.redis;

import java.util.function.Consumer;

/** A reply that a connection owes for a request, in its place in the order of requests. Event loop only. */
abstract class PendingReply {

    /** What the request takes of the heap, counted until the reply is encoded. */
    long requestBytes;

    /** Whether the client does not want it. */
    boolean silent;

    /** Whether it can be encoded now. */
    abstract boolean ready();

    /** Whether nobody needs the request any more, if nobody needs the reply. */
    boolean over() {
        return true;
    }

    /** Gives its calls that their shards have postponed to {@code again}; true if there were any. */
    boolean askAgain(Consumer<ShardCall> again) {
        return false;
    }

    /** The shard it comes from if it comes from one, else -1. */
    int shard() {
        return -1;
    }

    /** Bytes of values that have arrived for it. */
    long valueBytes() {
        return 0;
    }

    /** Encodes it; called once, when ready. */
    abstract void encode(ReplyWriter out);
}

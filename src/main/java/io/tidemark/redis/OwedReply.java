package io.tidemark.redis;

import java.util.function.Consumer;

/** A reply that a connection owes for a request, in its place in the order of requests. Event loop only. */
abstract class OwedReply {

    /** The request's length on the wire, counted as pending until the reply is encoded. */
    int wireBytes;

    /** Whether the client does not want it. */
    boolean silent;

    /** Whether it can be encoded now. */
    abstract boolean ready();

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

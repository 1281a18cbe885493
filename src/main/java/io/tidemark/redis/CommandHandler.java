package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;

/** Executes a command whose name, number of arguments and permission have been checked. */
sealed interface CommandHandler {

    /** Answered at once; needs only the connection and the arguments. */
    @FunctionalInterface
    non-sealed interface Immediate extends CommandHandler {
        /** Writes exactly one reply. */
        void run(Connection connection, byte[][] arguments, ReplyWriter out);
    }

    /**
     * Executed only when everything the client sent before has been answered, because it reads all shards, or because its
     * reply is much longer than its request and must not accumulate behind others.
     */
    @FunctionalInterface
    non-sealed interface Barrier extends CommandHandler {
        /** Writes exactly one reply, or registers a {@link DeferredReply}. */
        void run(Connection connection, byte[][] arguments, ReplyWriter out);
    }

    /** Dispatched to the shards of its keys. */
    @FunctionalInterface
    non-sealed interface Keyed extends CommandHandler {
        /** Dispatches the command; returns false, without any effect, if it can't be dispatched yet. */
        boolean run(Connection connection, byte[][] arguments);
    }
}

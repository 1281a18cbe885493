package io.tidemark.redis;

/** How a command is carried out, once its name, its number of arguments and the client's right to it are checked. */
sealed interface CommandHandler {

    /** Answered at once, from nothing but the connection and the arguments. */
    @FunctionalInterface
    non-sealed interface Immediate extends CommandHandler {
        /** Writes the one reply. */
        void run(Connection connection, byte[][] arguments, ReplyWriter out);
    }

    /**
     * Carried out only when everything the client sent before is answered: it looks at all shards, or its reply is much
     * longer than its request and must not pile up behind others.
     */
    @FunctionalInterface
    non-sealed interface Barrier extends CommandHandler {
        /** Writes the one reply, or owes it as a {@link DeferredReply}. */
        void run(Connection connection, byte[][] arguments, ReplyWriter out);
    }

    /** Goes to the shards of its keys. */
    @FunctionalInterface
    non-sealed interface Keyed extends CommandHandler {
        /** Dispatches it, or answers false if that can't be done yet; nothing has happened then. */
        boolean run(Connection connection, byte[][] arguments);
    }
}

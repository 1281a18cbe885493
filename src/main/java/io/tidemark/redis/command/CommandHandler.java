package io.tidemark.redis.command;

import io.tidemark.redis.protocol.ReplyWriter;

/** Executes a command whose name, number of arguments and permission have been checked. */
public sealed interface CommandHandler {

    /**
     * Executes or dispatches the command.
     *
     * @param arguments with the command's name first
     * @return false, without any effect, if the command must be tried again after the next answer
     */
    boolean execute(Client client, byte[][] arguments);

    /** Answered at once; needs only the client and the arguments. */
    @FunctionalInterface
    non-sealed interface Immediate extends CommandHandler {
        /** Writes exactly one reply. */
        void run(Client client, byte[][] arguments, ReplyWriter out);

        @Override
        default boolean execute(Client client, byte[][] arguments) {
            client.reply(out -> run(client, arguments, out));
            return true;
        }
    }

    /**
     * Executed only when everything the client sent before has been answered, because it reads all shards, or because its
     * reply is much longer than its request and must not accumulate behind others.
     */
    @FunctionalInterface
    non-sealed interface Barrier extends CommandHandler {
        /** Writes exactly one reply, or calls {@link Client#replyWhenDone} or {@link Client#awaitShutdown}. */
        void run(Client client, byte[][] arguments, ReplyWriter out);

        @Override
        default boolean execute(Client client, byte[][] arguments) {
            if (!client.isAnswered()) {
                return false;
            }
            client.reply(out -> run(client, arguments, out));
            return true;
        }
    }

    /** Dispatched to the shards of its keys. */
    @FunctionalInterface
    non-sealed interface Keyed extends CommandHandler {}
}

package io.tidemark.redis.command;

import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Command;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a handler may ask of the client that sent the command: its state, and ways to answer. The client's event loop only. */
public interface Client {

    /** The server that the client is connected to. */
    Server server();

    /** What CLIENT LIST shows of it. */
    Session session();

    /** What its refused commands still affect. */
    RefusedModes refusedModes();

    /** Whether it wants replies. */
    ReplyMode replyMode();

    /** Sets whether it is authenticated. */
    void authenticated(boolean authenticated);

    /** Whether every earlier request has been answered. */
    boolean isAnswered();

    /**
     * Answers the command at once.
     *
     * @param encoder writes exactly one reply; or none, after {@link #replyWhenDone} or {@link #awaitShutdown}
     */
    void reply(Consumer<ReplyWriter> encoder);

    /** Answers the command with an error; {@code text} without the leading dash. */
    void error(String text);

    /**
     * Sends a command to the shard that owns the key; its result is the reply.
     *
     * @return false, without any effect, if the command must be tried again after the next answer
     */
    boolean call(byte[] key, Command command);

    /**
     * Sends one command to each shard that owns one of the keys; the reply is merged from their results.
     *
     * @param command builds a shard's command from the positions of its keys in {@code keys}
     * @return false, without any effect, if the command must be tried again after the next answer
     */
    boolean callAll(List<byte[]> keys, Function<int[], Command> command);

    /** Answers the command, which is a {@link CommandHandler.Barrier}, when the future completes. */
    <T> void replyWhenDone(Future<T> future, BiConsumer<AsyncResult<T>, ReplyWriter> encoder);

    /** Leaves the command without a reply: the connection ends when the node stops. */
    void awaitShutdown();

    /** Accepts no further requests; the connection ends when all replies have been sent. */
    void drain();
}

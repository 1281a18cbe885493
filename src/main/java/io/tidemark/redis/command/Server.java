package io.tidemark.redis.command;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a handler may ask of the server. Any thread; no method blocks. */
public interface Server {

    /** The Redis version that the commands are compatible with. */
    String REDIS_VERSION = "7.0.0";

    /** All commands, in the order of the table. */
    List<CommandSpec> commands();

    /** How long the node has been running, in milliseconds, by the monotonic clock. */
    long upMillis();

    /** The connected clients, in no order. */
    Collection<Session> sessions();

    /** Whether clients must authenticate. */
    boolean requiresPassword();

    /** Whether the given password is the right one; any is, if none is required. */
    boolean isPassword(byte[] given);

    /** The error that PING answers, without the leading dash; empty for PONG. */
    String pingError();

    /** The settings that CONFIG GET shows. */
    Map<String, String> settings();

    /** The sections of INFO by name in lower case, in Redis' order; each is built on request. */
    Map<String, Supplier<String>> infoSections();

    /** Number of keys. */
    long keys();

    /** Makes everything applied so far durable in the data files of every shard. */
    Future<Void> save();

    /** Starts to make everything durable; false if that is running already. */
    boolean startBackgroundSave();

    /** The moment up to which everything is known to be durable, in seconds since 1970 by the machine's clock at that moment. */
    long lastSaveSeconds();

    /** Whether a client has requested the node's shutdown. */
    boolean isShuttingDown();

    /** Starts the node's orderly shutdown, once, and returns. */
    void shutDown(Session requestedBy);
}

package io.tidemark.redis;

import io.tidemark.redis.command.Server;
import io.tidemark.redis.protocol.ReplyWriter;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The state that all connections of one event loop share: reply buffers, outgoing and completed calls. Event loop only. */
final class ServerLoop {

    /** A connection of this event loop. */
    interface Client extends IdleClients.Client {
        /** The server is stopping: a client that does not read its replies must not delay it. */
        void serverStopping();
    }

    /** What handlers may ask of the server. */
    final Server view;
    /** Replies of the connection that is being served; otherwise empty. */
    final ReplyWriter out = new ReplyWriter();
    /** One reply that must wait for earlier ones, while it is encoded; otherwise empty. */
    final ReplyWriter scratch = new ReplyWriter();
    /** Calls that shards have answered. */
    final CompletedCalls completedCalls;

    /** Calls to be submitted to shards. */
    final ShardOutbox outbox;
    /** The open connections. */
    final Set<Client> connections = new HashSet<>();

    private final IdleClients idleClients;
    private final Context context;
    private byte[] chunk = new byte[64 * 1024];

    ServerLoop(Context context, RedisServer server) {
        this.context = context;
        this.view = new ServerView(server);
        this.outbox = new ShardOutbox(server.shards(), context);
        this.completedCalls = new CompletedCalls(context);
        this.idleClients = new IdleClients(
                connections,
                server.options().getIdleTimeoutSeconds(),
                server::upMillis,
                (delayMillis, task) -> context.owner().setTimer(delayMillis, id -> task.run()));
    }

    /** Runs a task on this event loop, later. Any thread. */
    void run(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** A client has connected. */
    void opened(Client connection) {
        connections.add(connection);
        idleClients.opened();
    }

    /** Runs a task on this event loop after a delay; returns the timer for {@link #cancel}. */
    long after(long millis, Runnable task) {
        return context.owner().setTimer(Math.max(1, millis), ignored -> task.run());
    }

    /** Cancels a timer, if it has not run yet. */
    void cancel(long timer) {
        context.owner().cancelTimer(timer);
    }

    /** Disconnects clients that would delay the stop of the server. */
    void stop() {
        List.copyOf(connections).forEach(Client::serverStopping);
    }

    /** The buffer's bytes, from index 0, in a reused array that is valid until the next call. */
    byte[] bytes(Buffer buffer) {
        if (buffer.length() > chunk.length) {
            chunk = new byte[buffer.length()];
        }
        buffer.getBytes(chunk);
        return chunk;
    }
}

package io.tidemark.redis;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What all connections of one event loop share: scratch space and the calls that come back. Event loop only. */
final class ServerLoop {

    /** For the replies of the connection that is being served; empty whenever none is. */
    final ReplyWriter out = new ReplyWriter();
    /** For one reply that must wait for others; empty whenever none is being encoded. */
    final ReplyWriter aside = new ReplyWriter();
    /** Where shards' answers arrive. */
    final CompletedCalls completedCalls;

    /** Where calls for shards gather. */
    final ShardOutbox outbox;
    /** Those that are open. */
    final Set<Connection> connections = new HashSet<>();

    private final IdleClients idleClients;
    private final Context context;
    private byte[] chunk = new byte[64 * 1024];

    ServerLoop(Context context, RedisServer server) {
        this.context = context;
        this.outbox = new ShardOutbox(server.shards(), context);
        this.completedCalls = new CompletedCalls(context);
        this.idleClients = new IdleClients(
                connections,
                server.options().getIdleTimeoutSeconds(),
                server::upMillis,
                (delayMillis, task) -> context.owner().setTimer(delayMillis, id -> task.run()));
    }

    /** Runs something on this event loop, later. Any thread. */
    void run(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** A client has come. */
    void opened(Connection connection) {
        connections.add(connection);
        idleClients.opened();
    }

    /** Runs something on this event loop after a time; the result is for {@link #cancel}. */
    long after(long millis, Runnable task) {
        return context.owner().setTimer(Math.max(1, millis), ignored -> task.run());
    }

    /** Forgets what was to run after a time, if it has not. */
    void cancel(long timer) {
        context.owner().cancelTimer(timer);
    }

    /** Lets go of clients that would keep a stopping server waiting. */
    void stop() {
        List.copyOf(connections).forEach(Connection::serverStops);
    }

    /** The buffer's bytes from 0 to its length, in an array that is good until the next call. */
    byte[] bytes(Buffer buffer) {
        if (buffer.length() > chunk.length) {
            chunk = new byte[buffer.length()];
        }
        buffer.getBytes(chunk);
        return chunk;
    }
}

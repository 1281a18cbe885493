package io.tidemark.redis;

import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.ErrorLines;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of a {@link RedisServer}: listens on its port, and serves its share of the connections. The instances of one
 * deployment share the port, also an ephemeral one. When undeployed, it closes its connections without sending pending replies.
 */
public final class RedisServerVerticle extends VerticleBase {

    private static final Buffer TOO_MANY_CLIENTS =
            Buffer.buffer(("-" + ErrorLines.TOO_MANY_CLIENTS + "\r\n").getBytes(StandardCharsets.US_ASCII));
    /** In Vert.x: any free port, the same for all instances of the deployment. */
    private static final int SHARED_EPHEMERAL_PORT = -1;

    private final RedisServer server;
    private @Nullable ServerLoop loop;
    private @Nullable NetServer netServer;

    /** @param server shared with the other instances */
    public RedisServerVerticle(RedisServer server) {
        this.server = server;
    }

    @Override
    public Future<?> start() {
        ServerLoop own = new ServerLoop(context, server);
        loop = own;
        int port = server.options().getPort();
        NetServer listening = vertx.createNetServer(new NetServerOptions()
                .setHost(server.options().getHost())
                .setPort(port == 0 ? SHARED_EPHEMERAL_PORT : port)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(server.options().getTcpKeepAliveSeconds() > 0));
        listening.connectHandler(socket -> accept(own, socket));
        netServer = listening;
        return listening.listen().onSuccess(bound -> server.port(bound.actualPort()));
    }

    @Override
    public Future<?> stop() {
        ServerLoop own = loop;
        if (own != null) {
            own.stop();
        }
        NetServer listening = netServer;
        return listening == null ? Future.succeededFuture() : listening.close();
    }

    private void accept(ServerLoop own, NetSocket socket) {
        Session session =
                server.connected(String.valueOf(socket.remoteAddress()), String.valueOf(socket.localAddress()));
        if (session == null) {
            socket.end(TOO_MANY_CLIENTS.copy());
        } else {
            if (server.options().getTcpKeepAliveSeconds() > 0) {
                TcpKeepAlive.set(socket, server.options().getTcpKeepAliveSeconds());
            }
            new Connection(server, own, socket, session).open();
        }
    }
}

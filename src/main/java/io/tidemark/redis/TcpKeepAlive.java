package io.tidemark.redis;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.net.SocketOption;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the times of the kernel's keepalive probes, as Redis does: the first after a number of seconds without traffic, then three
 * more at intervals of a third of that; a client that answers none is closed. Vert.x' own options only enable keepalive with the
 * kernel's times, two hours on most machines.
 */
final class TcpKeepAlive {
    private static final Logger LOG = LoggerFactory.getLogger(TcpKeepAlive.class);
    private static final int PROBES = 3;

    private TcpKeepAlive() {}

    /** Sets the times for a connection with keepalive enabled. If the system has no such options, its own times apply. */
    static void set(NetSocket socket, int seconds) {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        try {
            set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, seconds);
            set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, Math.max(1, seconds / PROBES));
            set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
        } catch (ChannelException | UnsupportedOperationException e) {
            LOG.debug("client {}: could not set the keepalive times", socket.remoteAddress(), e);
        }
    }

    private static void set(Channel channel, SocketOption<Integer> option, int value) {
        boolean unused = channel.config().setOption(NioChannelOption.of(option), value);
    }
}

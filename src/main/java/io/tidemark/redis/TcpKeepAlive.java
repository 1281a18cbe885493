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
 * Sets when the kernel asks whether a silent client is still there: first after so many seconds, then three times, each a third
 * of that later, as Redis does; a client that has answered none is closed. Vert.x' own options only switch keepalive on, by the
 * kernel's times, two hours on most machines.
 */
final class TcpKeepAlive {
    private static final Logger LOG = LoggerFactory.getLogger(TcpKeepAlive.class);
    private static final int PROBES = 3;

    private TcpKeepAlive() {}

    /** Sets it for one connection, for which keepalive is on. Where the system has no such options, its own times stay. */
    static void set(NetSocket socket, int seconds) {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        try {
            set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, seconds);
            set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, Math.max(1, seconds / PROBES));
            set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
        } catch (ChannelException | UnsupportedOperationException gone) {
            LOG.debug("client {}: its keepalive could not be set", socket.remoteAddress(), gone);
        }
    }

    private static void set(Channel channel, SocketOption<Integer> option, int value) {
        boolean unused = channel.config().setOption(NioChannelOption.of(option), value);
    }
}

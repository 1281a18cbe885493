package io.tidemark.redis;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * The socket of one client. Beyond what Vert.x offers: the client may end its sending and still be answered; reading stops
 * behind the very chunk after which it is paused, so that nothing is kept for a paused client; it can be closed at once.
 *
 * <p>Event loop only.
 */
final class ClientSocket {

    /** Hears when the client has ended its sending. Behind everything that was received. */
    private static final class EndOfInput extends ChannelInboundHandlerAdapter {
        private final Runnable ended;

        EndOfInput(Runnable ended) {
            this.ended = ended;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ended.run();
            } else {
                context.fireUserEventTriggered(event);
            }
        }
    }

    private final NetSocket socket;
    private final ChannelHandlerContext channel;

    ClientSocket(NetSocket socket) {
        this.socket = socket;
        this.channel = ((NetSocketInternal) socket).channelHandlerContext();
    }

    /**
     * Starts reading.
     *
     * @param received gets what the client sends
     * @param ended run once the client sends no more; replies still reach it
     * @param closed run once the socket is closed
     */
    void open(Handler<Buffer> received, Runnable ended, Handler<Throwable> failed, Runnable closed) {
        channel.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addBefore(channel.name(), "end-of-input", new EndOfInput(ended));
        socket.handler(received);
        socket.exceptionHandler(failed);
        socket.closeHandler(ignored -> closed.run());
    }

    /** Reads, or stops behind the current chunk. The end of the client's sending is seen only while it reads. */
    void reads(boolean now) {
        channel.channel().config().setAutoRead(now);
    }

    Future<Void> write(Buffer reply) {
        return socket.write(reply);
    }

    /** Closes once all that was written has been read. */
    void end() {
        socket.end();
    }

    /** Ends the sending of replies; the client may go on to send. Only once all that was written has been sent. */
    void endOutput() {
        if (channel.channel() instanceof DuplexChannel duplex) {
            ChannelFuture unused = duplex.shutdownOutput();
        } else {
            end();
        }
    }

    /** Closes at once. {@code NetSocket.close} first waits until all that was written has been read. */
    void disconnect() {
        ChannelFuture unused = channel.close();
    }
}

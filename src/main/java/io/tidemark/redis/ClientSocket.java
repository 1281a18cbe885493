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
 * The socket of one client. It adds to Vert.x' socket: half-close, so that a client that has shut down its output still gets
 * its replies; pausing right after the current chunk, so that nothing is buffered for a paused client; closing at once.
 *
 * <p>Event loop only.
 */
final class ClientSocket {

    /** Notifies when the client has shut down its output, after everything that was received. */
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
     * @param received called with each chunk that the client sends
     * @param ended called when the client has shut down its output; it can still receive replies
     * @param failed called with each error of the socket
     * @param closed called when the socket is closed
     */
    void open(Handler<Buffer> received, Runnable ended, Handler<Throwable> failed, Runnable closed) {
        channel.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addBefore(channel.name(), "end-of-input", new EndOfInput(ended));
        socket.handler(received);
        socket.exceptionHandler(failed);
        socket.closeHandler(ignored -> closed.run());
    }

    /** Resumes reading, or pauses it after the current chunk. The end of the client's input is noticed only while reading. */
    void setReading(boolean on) {
        channel.channel().config().setAutoRead(on);
    }

    Future<Void> write(Buffer reply) {
        return socket.write(reply);
    }

    /** Closes when the client has read everything that was written. */
    void end() {
        socket.end();
    }

    /** Shuts down the output; the client may still send. To be called only when everything written has been sent. */
    void endOutput() {
        if (channel.channel() instanceof DuplexChannel duplex) {
            ChannelFuture unused = duplex.shutdownOutput();
        } else {
            end();
        }
    }

    /** Closes at once. {@code NetSocket.close} would first wait until everything written has been read. */
    void disconnect() {
        ChannelFuture unused = channel.close();
    }
}

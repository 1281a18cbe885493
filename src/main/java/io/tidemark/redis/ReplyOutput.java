package io.tidemark.redis;

import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.ReplyWriter;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** Sends the encoded replies of one client, and counts the bytes that the client has not read. Event loop only. */
final class ReplyOutput {

    private static final int FLUSH_BYTES = 1 << 20;

    private final RedisServer server;
    private final ClientSocket socket;
    private final Session session;
    private final Runnable sent;
    private final Runnable failed;
    private long unsentBytes;

    /**
     * An unused output.
     *
     * @param sent run each time the client has read something
     * @param failed run when a reply could not be sent: the client would take a later reply for it
     */
    ReplyOutput(RedisServer server, ClientSocket socket, Session session, Runnable sent, Runnable failed) {
        this.server = server;
        this.socket = socket;
        this.session = session;
        this.sent = sent;
        this.failed = failed;
    }

    /** Reply bytes that the client has not read. */
    long unsentBytes() {
        return unsentBytes;
    }

    /** Whether enough has been encoded to be sent before the next reply is. */
    static boolean isLong(ReplyWriter out) {
        return out.slicedBytes() >= FLUSH_BYTES;
    }

    /**
     * Sends what the writer holds, and empties it.
     *
     * @return false if nothing was sent, because the client leaves too much unread and must be disconnected
     */
    boolean send(ReplyWriter out) {
        List<Buffer> replies = out.take();
        if (unsentBytes > server.options().getMaxOutputBytes()) {
            server.slowReader(session, unsentBytes);
            return false;
        }
        session.active(server.upMillis());
        for (Buffer reply : replies) {
            unsentBytes += reply.length(); // before the first write, which may complete at once
        }
        for (Buffer reply : replies) {
            int length = reply.length();
            server.stats().outputBytes.add(length);
            socket.write(reply).onComplete(written -> completed(length, written.succeeded()));
        }
        return true;
    }

    private void completed(int length, boolean written) {
        unsentBytes -= length;
        if (written) {
            session.active(server.upMillis());
            sent.run();
        } else {
            failed.run();
        }
    }
}

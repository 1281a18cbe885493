package io.tidemark.redis;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one client sends: cut into requests; not read while there is too much of it; discarded behind bytes that are no
 * request or too large a one, so that the client can read why before the connection ends.
 *
 * <p>Event loop only.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** Less than this in one look at a turn, and the client is taken to have stopped. */
    private static final long MIN_TURN_BYTES = 256 * 1024;

    private final RedisServer server;
    private final ServerLoop loop;
    private final ClientSocket socket;
    private final Session session;
    private final Runnable again;
    private final IntakeBudget.Ticket ticket;
    private RespParser parser;
    private @Nullable String refusal;
    private long receivedBytes;
    private long discardedBytes;
    private boolean discards;
    private boolean ended;
    private boolean paused;
    private boolean reads = true;
    private int turnLookedAt;
    private long turnTimer = -1;
    private long discardTimer = -1;

    /** @param again run on the event loop when more may be read, or the client is not to be read from any more */
    Intake(RedisServer server, ServerLoop loop, ClientSocket socket, Session session, Runnable again) {
        this.server = server;
        this.loop = loop;
        this.socket = socket;
        this.session = session;
        this.again = again;
        this.ticket = server.intake().ticket(() -> loop.run(again));
        this.parser = newParser();
    }

    private RespParser newParser() {
        return new RespParser(server.requestLimits(session.authenticated()));
    }

    /** The client's rights have changed; its next request is measured by others' limits. */
    void limitsChanged() {
        parser.limits(server.requestLimits(session.authenticated()));
    }

    /** Takes what has arrived; requests go to {@code sink} as they become whole. */
    void received(Buffer chunk, RespParser.Sink sink) {
        receivedBytes += chunk.length();
        try {
            parser.parse(loop.bytes(chunk), 0, chunk.length(), sink);
        } catch (ProtocolException e) {
            refuse("ERR Protocol error: " + e.getMessage());
            if (e.isOverLimit()) {
                server.overLimit(session, String.valueOf(e.getMessage()));
            }
        } catch (OutOfMemoryError e) {
            parser = newParser(); // what there was of the request is given back before anything else is done
            LOG.error("client {}: no memory for a request", session.remoteAddress(), e);
            refuse("OOM this node has no memory left for the request; nothing of it was carried out");
        }
    }

    /** A request of what is being received is whole. */
    void requestIsWhole() {
        ticket.requestIsWhole();
    }

    /** Takes nothing more; the client hears why, behind the answers to what it sent before. */
    private void refuse(String why) {
        refusal = why;
        parser = newParser();
    }

    /** Why nothing more is taken, as an error line without its dash. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** The client has ended its sending. */
    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether nothing more will be taken, because there is nothing or because of an error. */
    boolean isOver() {
        return ended || refusal != null;
    }

    /**
     * Reads on, or not for now.
     *
     * @param unanswered how many requests, and what they take of the heap
     */
    void pauseOrResume(int unanswered, long unansweredBytes) {
        int most = server.options().getMaxPendingCommands();
        int mostBytes = server.options().getMaxPendingBytes();
        if (!paused && (unanswered > most || unansweredBytes > mostBytes)) {
            paused = true;
        } else if (paused && unanswered <= most / 2 && unansweredBytes <= mostBytes / 2) {
            paused = false;
        }
        boolean fits = ticket.takes(parser.memoryBytes(), unansweredBytes);
        read(fits && !paused);
        watchTurn();
    }

    private void read(boolean now) {
        if (now != reads) {
            reads = now;
            socket.reads(now);
        }
    }

    /** Nothing more is taken; what is unanswered still counts. */
    void takesNoMore(long unansweredBytes) {
        ticket.takesNoMore(unansweredBytes);
    }

    /** A client whose turn it is, and who does not send, must not keep the others waiting for ever. */
    private void watchTurn() {
        int turn = ticket.turn();
        if (turn != turnLookedAt && turn != 0) {
            turnLookedAt = turn;
            long before = receivedBytes;
            turnTimer = loop.after(server.options().getTurnMillis(), () -> lookAtTurn(turn, before));
        }
    }

    private void lookAtTurn(int turn, long before) {
        if (ticket.turn() != turn) {
            return;
        }
        boolean stopped = reads && parser.memoryBytes() > 0 && receivedBytes - before < MIN_TURN_BYTES;
        if (!stopped || !server.intake().isShort()) {
            turnLookedAt = 0;
            watchTurn();
            return;
        }
        server.stalled(session, receivedBytes - before);
        refuse("ERR the request stopped half-way for " + server.options().getTurnMillis()
                + " ms while others wait for the memory it takes; nothing of it was carried out");
        again.run();
    }

    /** The socket is closed. */
    void closed() {
        loop.cancel(turnTimer);
        loop.cancel(discardTimer);
        parser = newParser();
    }

    /** Reads and forgets what the client still sends, for a while; then closes. */
    void discard() {
        discards = true;
        read(true);
        discardTimer = loop.after(server.options().getDiscardMillis(), socket::disconnect);
    }

    /** Forgets what has arrived. */
    void discarded(Buffer chunk) {
        discardedBytes += chunk.length();
        if (discards && discardedBytes > server.options().getDiscardBytes()) {
            socket.disconnect();
        }
    }
}

package io.tidemark.redis;

import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.ProtocolException;
import io.tidemark.redis.protocol.RespParser;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The input of one client. It splits the bytes into requests, pauses reading while too many are unanswered, and discards the
 * input after an invalid or too large request, so that the client can read the error before the connection ends.
 *
 * <p>Event loop only.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** A client that sends less than this during one check interval of its turn is considered stalled. */
    private static final long MIN_TURN_BYTES = 256 * 1024;

    private final RedisServer server;
    private final ServerLoop loop;
    private final ClientSocket socket;
    private final Session session;
    private final Runnable stateChanged;
    private final IntakeBudget.Ticket ticket;
    private RespParser parser;
    private @Nullable String refusal;
    private long receivedBytes;
    private long discardedBytes;
    private boolean discarding;
    private boolean ended;
    private boolean paused;
    private boolean reading = true;
    private int watchedTurn;
    private long turnTimer = -1;
    private long discardTimer = -1;

    /** @param stateChanged run on the event loop when reading may resume, or further input has been refused */
    Intake(RedisServer server, ServerLoop loop, ClientSocket socket, Session session, Runnable stateChanged) {
        this.server = server;
        this.loop = loop;
        this.socket = socket;
        this.session = session;
        this.stateChanged = stateChanged;
        this.ticket = server.intake().ticket(() -> loop.run(stateChanged));
        this.parser = newParser();
    }

    private RespParser newParser() {
        return new RespParser(server.requestLimits(session.authenticated()));
    }

    /** The client was authenticated, or no longer is; its next request has other limits. */
    void limitsChanged() {
        parser.limits(server.requestLimits(session.authenticated()));
    }

    /** Parses a chunk, and passes complete requests to {@code sink}. */
    void received(Buffer chunk, RespParser.Sink sink) {
        receivedBytes += chunk.length();
        try {
            parser.parse(loop.bytes(chunk), 0, chunk.length(), sink);
        } catch (ProtocolException e) {
            refuse("ERR Protocol error: " + e.getMessage());
            if (e.isOverLimit()) {
                server.requestOverLimit(session, String.valueOf(e.getMessage()));
            }
        } catch (OutOfMemoryError e) {
            parser = newParser(); // frees the incomplete request before anything else is done
            LOG.error("client {}: no memory for a request", session.remoteAddress(), e);
            refuse("OOM this node has no memory left for the request; nothing of it was carried out");
        }
    }

    /** A request of the current chunk is complete. */
    void requestCompleted() {
        ticket.requestCompleted();
    }

    /** Refuses all further input; the client gets the error after the replies to its earlier requests. */
    private void refuse(String why) {
        refusal = why;
        parser = newParser();
    }

    /** Why further input is refused, as an error line without the leading dash; {@code null} if it is not. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** The client has shut down its output. */
    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether no further request will be accepted: the client has shut down its output, or made an error. */
    boolean isOver() {
        return ended || refusal != null;
    }

    /**
     * Pauses or resumes reading.
     *
     * @param unanswered number of unanswered requests
     * @param unansweredBytes what they take of the heap
     */
    void pauseOrResume(int unanswered, long unansweredBytes) {
        int max = server.options().getMaxPendingCommands();
        int maxBytes = server.options().getMaxPendingBytes();
        if (!paused && (unanswered > max || unansweredBytes > maxBytes)) {
            paused = true;
        } else if (paused && unanswered <= max / 2 && unansweredBytes <= maxBytes / 2) {
            paused = false;
        }
        boolean fits = ticket.update(parser.memoryBytes(), unansweredBytes);
        read(fits && !paused);
        watchTurn();
    }

    private void read(boolean on) {
        if (on != reading) {
            reading = on;
            socket.setReading(on);
        }
    }

    /** Accepts no further requests; unanswered ones still count. */
    void stopAccepting(long unansweredBytes) {
        ticket.stopAccepting(unansweredBytes);
    }

    /** A client that has the turn and stops sending must not block the others for ever. */
    private void watchTurn() {
        int turn = ticket.turn();
        if (turn != watchedTurn && turn != 0) {
            watchedTurn = turn;
            long before = receivedBytes;
            turnTimer = loop.after(server.options().getTurnMillis(), () -> checkTurn(turn, before));
        }
    }

    private void checkTurn(int turn, long before) {
        if (ticket.turn() != turn) {
            return;
        }
        boolean stalled = reading && parser.memoryBytes() > 0 && receivedBytes - before < MIN_TURN_BYTES;
        if (!stalled || !server.intake().hasWaiters()) {
            watchedTurn = 0;
            watchTurn();
            return;
        }
        server.stalledRequest(session, receivedBytes - before);
        refuse("ERR the request stopped half-way for " + server.options().getTurnMillis()
                + " ms while others wait for the memory it takes; nothing of it was carried out");
        stateChanged.run();
    }

    /** The socket is closed. */
    void closed() {
        loop.cancel(turnTimer);
        loop.cancel(discardTimer);
        parser = newParser();
    }

    /** Discards further input for a limited time, then closes. */
    void discard() {
        discarding = true;
        read(true);
        discardTimer = loop.after(server.options().getDiscardMillis(), socket::disconnect);
    }

    /** Counts a discarded chunk; closes when there have been too many bytes. */
    void countDiscarded(Buffer chunk) {
        discardedBytes += chunk.length();
        if (discarding && discardedBytes > server.options().getDiscardBytes()) {
            socket.disconnect();
        }
    }
}

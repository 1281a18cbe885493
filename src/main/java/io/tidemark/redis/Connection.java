package io.tidemark.redis;

import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.RequestLimits;
import io.tidemark.redis.protocol.RespParser;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: reads requests, dispatches them in order, and sends the replies in that order.
 *
 * <p>A request that can be answered at once is encoded at once if no earlier reply is pending. A request that was sent to a
 * shard, or whose reply must wait for an earlier one, is in {@code replies}. A request that can't be dispatched yet, and every
 * request after it, is in {@code held} until a reply arrives. If the two hold too much, reading pauses. If the client leaves too
 * many reply bytes unread, it is disconnected.
 *
 * <p>Event loop only, except {@link #completed}.
 */
final class Connection implements RespParser.Sink, ServerLoop.Client, RequestExecutor.Owner {

    private enum State {
        /** Accepts requests. */
        OPEN,
        /** Accepts no further requests; closes when all pending replies have been sent. */
        DRAINING,
        /** Every request is answered, the last one with an error; further input is discarded. */
        DISCARDING,
        /** Closed; pending replies are no longer sent. */
        CLOSED
    }

    private record Held(byte[][] arguments, long bytes) {}

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** While more reply bytes than this are unsent, postponed reads are not submitted again. */
    private static final int MAX_UNSENT_BYTES_BEFORE_RESUBMIT = 1 << 20;

    private final RedisServer server;
    private final ServerLoop loop;
    private final ClientSocket socket;
    private final Session session;
    private final Intake intake;
    private final ReplyOutput output;
    private final ReplyQueue replies = new ReplyQueue();
    private final RequestExecutor executor;
    private final Deque<Held> held = new ArrayDeque<>();

    private State state = State.OPEN;
    private long heldBytes;
    private boolean notified;

    Connection(RedisServer server, ServerLoop loop, NetSocket socket, Session session) {
        this.server = server;
        this.loop = loop;
        this.socket = new ClientSocket(socket);
        this.session = session;
        this.intake = new Intake(server, loop, this.socket, session, this::readingMayResume);
        this.output = new ReplyOutput(server, this.socket, session, this::sent, this::sendingFailed);
        this.executor = new RequestExecutor(server, loop, session, replies, this);
    }

    /** Starts reading. */
    void open() {
        loop.opened(this);
        socket.open(
                this::received,
                () -> loop.run(this::inputEnded),
                cause -> LOG.debug("client {}: {}", session.remoteAddress(), cause.toString()),
                this::closed);
    }

    @Override
    public void authenticationChanged() {
        intake.limitsChanged();
    }

    private void received(Buffer chunk) {
        server.stats().inputBytes.add(chunk.length());
        if (state != State.OPEN || intake.isOver()) {
            intake.countDiscarded(chunk);
            return;
        }
        session.active(server.upMillis());
        guarded(() -> intake.received(chunk, this));
    }

    /** The client has shut down its output. Everything it has sent is still executed and answered. */
    private void inputEnded() {
        intake.end();
        if (state == State.DISCARDING) {
            close();
        } else if (state != State.CLOSED) {
            guarded(() -> {});
        }
    }

    /** The cause of a pause may have ended, or the intake has refused further input. */
    private void readingMayResume() {
        if (state == State.OPEN) {
            guarded(() -> {});
        }
    }

    @Override
    public boolean request(byte[][] arguments, int wireBytes) {
        intake.requestCompleted();
        long bytes = RequestLimits.memory(wireBytes, arguments.length);
        if (!held.isEmpty() || !executor.execute(arguments, bytes)) {
            held.add(new Held(arguments, bytes));
            heldBytes += bytes;
        }
        return state == State.OPEN;
    }

    @Override
    public void httpReceived() {
        LOG.warn("client {} speaks HTTP to the Redis port; disconnected", session.remoteAddress());
        disconnect();
    }

    @Override
    public void encoded() {
        if (ReplyOutput.isLong(loop.out)) {
            flush();
        }
    }

    @Override
    public void drain() {
        if (state == State.OPEN) {
            state = State.DRAINING;
        }
    }

    @Override
    public void completed(ShardCall call) {
        loop.completedCalls.push(call);
    }

    @Override
    public boolean answered(ShardCall call) {
        executor.answered(call);
        boolean first = !notified;
        notified = true;
        return first;
    }

    @Override
    public void answersArrived() {
        notified = false;
        if (state == State.CLOSED) {
            dropFinishedReplies();
        } else {
            guarded(this::encodeReady);
        }
    }

    private void encodeReady() {
        PendingReply reply = replies.pollReady();
        while (reply != null) {
            if (!reply.silent) {
                reply.encode(loop.out);
                encoded();
            }
            reply = state == State.CLOSED ? null : replies.pollReady();
        }
    }

    private void dispatchHeldRequests() {
        while (state == State.OPEN && !held.isEmpty()) {
            Held next = held.element();
            if (!executor.execute(next.arguments(), next.bytes())) {
                break;
            }
            if (held.poll() != null) {
                heldBytes -= next.bytes();
            }
        }
        if (state == State.OPEN && held.isEmpty() && intake.isOver()) {
            String refusal = intake.refusal();
            if (refusal != null) {
                executor.answerRefusedInput(refusal);
            }
            drain();
        }
        if (state != State.OPEN) {
            dropHeldRequests();
        }
    }

    private void dropHeldRequests() {
        held.clear();
        heldBytes = 0;
    }

    private void guarded(Runnable step) {
        try {
            step.run();
            dispatchHeldRequests();
            executor.submit();
            flush();
            resubmitPostponed();
        } catch (RuntimeException | Error e) {
            loop.scratch.clear();
            disconnect(); // drops the encoded replies: they must not reach the next client
            LOG.error(
                    "client {} is disconnected: a bug in the server, or not enough memory", session.remoteAddress(), e);
        }
        if (state == State.DRAINING && replies.isEmpty()) {
            if (intake.refusal() == null || intake.hasEnded()) {
                close();
            } else {
                state = State.DISCARDING;
                intake.discard();
                endOutputIfSent();
            }
        }
        if (state == State.OPEN) {
            intake.pauseOrResume(replies.size() + held.size(), unansweredBytes());
        } else {
            intake.stopAccepting(unansweredBytes());
        }
    }

    /** What the unanswered requests take of the heap. */
    private long unansweredBytes() {
        return replies.requestBytes() + heldBytes;
    }

    private void close() {
        state = State.CLOSED;
        socket.end();
    }

    /** Shuts down the output once the last reply, an error, has been sent. */
    private void endOutputIfSent() {
        if (state == State.DISCARDING && output.unsentBytes() == 0) {
            socket.endOutput();
        }
    }

    /** Submits postponed reads again once the client has read the replies it was sent. */
    private void resubmitPostponed() {
        if (output.unsentBytes() <= MAX_UNSENT_BYTES_BEFORE_RESUBMIT && state != State.CLOSED) {
            executor.resubmitPostponed();
        }
    }

    private void flush() {
        if (loop.out.isEmpty()) {
            return;
        }
        if (state == State.CLOSED) {
            loop.out.clear();
        } else if (!output.send(loop.out)) {
            disconnect();
        }
    }

    private void sent() {
        resubmitPostponed();
        endOutputIfSent();
    }

    private void sendingFailed() {
        if (state != State.CLOSED) {
            disconnect();
        }
    }

    @Override
    public long idleMillis(long upMillis) {
        return replies.isEmpty() && held.isEmpty() ? session.idleMillis(upMillis) : 0;
    }

    @Override
    public void closeIdle() {
        LOG.debug("client {} reached the idle timeout; closed", session.remoteAddress());
        disconnect();
    }

    @Override
    public void serverStopping() {
        if (output.unsentBytes() > 0) {
            disconnect();
        }
    }

    private void disconnect() {
        state = State.CLOSED;
        loop.out.clear();
        socket.disconnect();
    }

    private void closed() {
        state = State.CLOSED;
        loop.connections.remove(this);
        intake.closed();
        dropHeldRequests();
        dropFinishedReplies();
        server.disconnected(session);
    }

    private void dropFinishedReplies() {
        replies.dropFinished();
        intake.stopAccepting(unansweredBytes());
    }
}

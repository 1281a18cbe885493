package io.tidemark.redis;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.redis.protocol.RequestLimits;
import io.tidemark.redis.protocol.RespParser;
import io.tidemark.shard.Command;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: reads requests, dispatches them in order, and sends the replies in that order.
 *
 * <p>A request that can be answered at once is encoded at once if no earlier reply is pending. A request that was sent to a
 * shard, or whose reply must wait for an earlier one, is in {@code pending}. A request that can't be dispatched yet, and every
 * request after it, is in {@code held} until a reply arrives. If the two hold too much, reading pauses. If the client leaves too
 * many reply bytes unread, it is disconnected.
 *
 * <p>Event loop only, except {@link #completedCalls}.
 */
final class Connection implements RespParser.Sink, IdleClients.Client {

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
    private static final int FLUSH_BYTES = 1 << 20;

    /**
     * While more reply bytes than this are unsent, postponed reads are not submitted again; while more value bytes than this wait
     * for an earlier reply, only those at the head of the queue are.
     */
    private static final int MAX_BYTES_BEFORE_RESUBMIT = 1 << 20;

    private final RedisServer server;
    private final ServerLoop loop;
    private final ClientSocket socket;
    private final Session session;
    private final Intake intake;
    private final ShardDispatch dispatch;
    private final RefusedModes refusedModes = new RefusedModes();
    private final ReplyMode replyMode = new ReplyMode();
    private final Deque<PendingReply> pending = new ArrayDeque<>();
    private final Deque<Held> held = new ArrayDeque<>();

    private State state = State.OPEN;
    private long requestBytes;
    private long pendingBytes;
    private long unsentBytes;
    private long bufferedValueBytes;
    private int postponed;
    private boolean notified;

    Connection(RedisServer server, ServerLoop loop, NetSocket socket, Session session) {
        this.server = server;
        this.loop = loop;
        this.socket = new ClientSocket(socket);
        this.session = session;
        this.intake = new Intake(server, loop, this.socket, session, this::readingMayResume);
        this.dispatch = new ShardDispatch(loop.outbox, server.shards().count());
    }

    RedisServer server() {
        return server;
    }

    Session session() {
        return session;
    }

    /** What its refused commands still affect. */
    RefusedModes refusedModes() {
        return refusedModes;
    }

    /** Whether the client wants replies. */
    ReplyMode replyMode() {
        return replyMode;
    }

    /** The queue for answers to this connection's calls. Any thread. */
    CompletedCalls completedCalls() {
        return loop.completedCalls;
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

    /** Sets whether the client is authenticated. */
    void authenticated(boolean authenticated) {
        session.authenticated(authenticated);
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
        if (!held.isEmpty() || !execute(arguments, bytes)) {
            held.add(new Held(arguments, bytes));
            pendingBytes += bytes;
        }
        return state == State.OPEN;
    }

    /** Executes or dispatches a command; false if it must be held. */
    private boolean execute(byte[][] arguments, long bytes) {
        requestBytes = bytes;
        replyMode.begin();
        CommandSpec command = server.commands().find(arguments[0]);
        if (command == null && isHttp(arguments[0])) {
            LOG.warn("client {} speaks HTTP to the Redis port; disconnected", session.remoteAddress());
            disconnect();
        } else if (!refusedModes.inTransaction() || !refusedModes.answer(this, arguments)) {
            String refusal = command == null ? ErrorLines.unknownCommand(arguments) : refusal(command, arguments);
            if (refusal != null) {
                refusedModes.refused(arguments);
                error(refusal);
            } else if (command != null && !run(command.handler(), arguments)) {
                return false;
            }
        }
        replyMode.end();
        server.stats().commands.increment();
        return true;
    }

    private @Nullable String refusal(CommandSpec command, byte[][] arguments) {
        if (!command.acceptsArgumentCount(arguments.length)) {
            return ErrorLines.wrongArity(command.name());
        }
        if (!session.authenticated() && !command.beforeAuth()) {
            return ErrorLines.NO_AUTH;
        }
        if (!command.whileLoading() && server.isLoading()) {
            return ErrorLines.LOADING;
        }
        return refusedModes.refusal(command);
    }

    private boolean run(CommandHandler handler, byte[][] arguments) {
        if (handler instanceof CommandHandler.Keyed keyed) {
            return keyed.run(this, arguments);
        }
        if (handler instanceof CommandHandler.Immediate immediate) {
            reply(out -> immediate.run(this, arguments, out));
            return true;
        }
        if (!pending.isEmpty()) {
            return false;
        }
        reply(out -> ((CommandHandler.Barrier) handler).run(this, arguments, out));
        return true;
    }

    /** Answers the current request with an error; {@code text} without the leading dash. */
    void error(String text) {
        reply(out -> out.error(text));
    }

    /** Answers the current request with OK. */
    void ok() {
        reply(ReplyWriter::ok);
    }

    private void reply(Consumer<ReplyWriter> encoder) {
        if (pending.isEmpty() && !replyMode.silent()) {
            encoder.accept(loop.out);
            flushIfLong();
            return;
        }
        encoder.accept(loop.scratch);
        if (replyMode.silent()) { // checked after the command, which may have changed it
            loop.scratch.clear();
        } else if (pending.isEmpty()) {
            loop.scratch.take().forEach(part -> loop.out.raw(part.getBytes()));
        } else {
            enqueue(new EncodedReply(loop.scratch.take()));
        }
    }

    /** Sends the current request to one shard; false if it must be held. */
    boolean call(int shard, Command command) {
        if (!dispatch.admits(shard, command)) {
            return false;
        }
        ShardCall call = new ShardCall(this, shard, command);
        enqueue(call);
        dispatch.add(call);
        return true;
    }

    /** Sends the current request to several shards, one command each; false if it must be held. */
    boolean callAll(KeysByShard keys) {
        for (KeysByShard.Share share : keys.shares()) {
            if (!dispatch.admits(share.shard(), share.command())) {
                return false;
            }
        }
        List<MultiShardReply.Part> parts = keys.shares().stream()
                .map(share -> new MultiShardReply.Part(
                        new ShardCall(this, share.shard(), share.command()), share.positions()))
                .toList();
        parts.forEach(part -> dispatch.add(part.call()));
        enqueue(new MultiShardReply(parts));
        return true;
    }

    /** Answers the current request, which is a barrier, when the future completes. */
    <T> void replyWhenDone(Future<T> future, DeferredReply.Encoder<T> encoder) {
        DeferredReply reply = new DeferredReply();
        enqueue(reply);
        future.onComplete(outcome -> loop.run(() -> {
            reply.resolve(out -> encoder.encode(outcome, out));
            answersArrived();
        }));
    }

    /** Leaves the current request without a reply: the connection ends when the node stops. */
    void awaitShutdown() {
        enqueue(new DeferredReply());
        drain();
    }

    private void enqueue(PendingReply reply) {
        reply.requestBytes = requestBytes;
        reply.silent = replyMode.silent();
        pendingBytes += requestBytes;
        pending.add(reply);
    }

    /** Accepts no further requests; closes when all pending replies have been sent. */
    void drain() {
        if (state == State.OPEN) {
            state = State.DRAINING;
        }
    }

    /** Counts an answer; true if the caller must call {@link #answersArrived} for it. */
    boolean answered(ShardCall call) {
        if (call.isPostponed()) {
            postponed++;
        } else {
            bufferedValueBytes += call.valueBytes();
            dispatch.answered(call);
        }
        boolean first = !notified;
        notified = true;
        return first;
    }

    /** Sends the replies that are ready, and dispatches held requests. */
    void answersArrived() {
        notified = false;
        if (state == State.CLOSED) {
            dropFinishedReplies();
        } else {
            guarded(this::encodeReady);
        }
    }

    private void encodeReady() {
        PendingReply reply = pending.peek();
        while (reply != null && reply.ready() && state != State.CLOSED) {
            pending.remove();
            pendingBytes -= reply.requestBytes;
            bufferedValueBytes -= reply.valueBytes();
            if (!reply.silent) {
                reply.encode(loop.out);
                flushIfLong();
            }
            reply = pending.peek();
        }
    }

    private void dispatchHeldRequests() {
        while (state == State.OPEN && !held.isEmpty()) {
            Held next = held.element();
            if (!execute(next.arguments(), next.bytes())) {
                break;
            }
            held.poll();
            pendingBytes -= next.bytes();
        }
        if (state == State.OPEN && held.isEmpty() && intake.isOver()) {
            String refusal = intake.refusal();
            if (refusal != null) {
                requestBytes = 0;
                replyMode.begin();
                error(refusal);
            }
            drain();
        }
        if (state != State.OPEN) {
            dropHeldRequests();
        }
    }

    private void dropHeldRequests() {
        for (Held each : held) {
            pendingBytes -= each.bytes();
        }
        held.clear();
    }

    private void guarded(Runnable step) {
        try {
            step.run();
            dispatchHeldRequests();
            dispatch.submit();
            flush();
            resubmitPostponed();
        } catch (RuntimeException | Error e) {
            loop.scratch.clear();
            disconnect(); // drops the encoded replies: they must not reach the next client
            LOG.error(
                    "client {} is disconnected: a bug in the server, or not enough memory", session.remoteAddress(), e);
        }
        if (state == State.DRAINING && pending.isEmpty()) {
            if (intake.refusal() == null || intake.hasEnded()) {
                close();
            } else {
                state = State.DISCARDING;
                intake.discard();
                endOutputIfSent();
            }
        }
        if (state == State.OPEN) {
            intake.pauseOrResume(pending.size() + held.size(), pendingBytes);
        } else {
            intake.stopAccepting(pendingBytes);
        }
    }

    private void close() {
        state = State.CLOSED;
        socket.end();
    }

    /** Shuts down the output once the last reply, an error, has been sent. */
    private void endOutputIfSent() {
        if (state == State.DISCARDING && unsentBytes == 0) {
            socket.endOutput();
        }
    }

    /**
     * Submits postponed reads again, in order, once the client has read the replies it was sent. If many value bytes wait for an
     * earlier reply, only the reads at the head of the queue that belong to one shard are submitted.
     */
    private void resubmitPostponed() {
        if (postponed == 0 || unsentBytes > MAX_BYTES_BEFORE_RESUBMIT || state == State.CLOSED) {
            return;
        }
        boolean all = bufferedValueBytes <= MAX_BYTES_BEFORE_RESUBMIT;
        int shard = pending.isEmpty() ? -1 : pending.element().shard();
        for (PendingReply reply : pending) {
            boolean resubmitted = reply.resubmitPostponed(this::resubmit);
            if (!all && (!resubmitted || shard < 0 || reply.shard() != shard)) {
                break;
            }
        }
    }

    private void resubmit(ShardCall call) {
        postponed--;
        dispatch.resubmit(call);
    }

    private void flushIfLong() {
        if (loop.out.slicedBytes() >= FLUSH_BYTES) {
            flush();
        }
    }

    private void flush() {
        if (loop.out.isEmpty()) {
            return;
        }
        List<Buffer> replies = loop.out.take();
        if (state == State.CLOSED) {
            return;
        }
        if (unsentBytes > server.options().getMaxOutputBytes()) {
            server.slowReader(session, unsentBytes);
            disconnect();
            return;
        }
        session.active(server.upMillis());
        for (Buffer reply : replies) {
            unsentBytes += reply.length(); // before the first write, which may complete at once
        }
        for (Buffer reply : replies) {
            int length = reply.length();
            server.stats().outputBytes.add(length);
            socket.write(reply).onComplete(written -> sent(length, written.succeeded()));
        }
    }

    private void sent(int length, boolean written) {
        unsentBytes -= length;
        if (written) {
            session.active(server.upMillis());
            resubmitPostponed();
            endOutputIfSent();
        } else if (state != State.CLOSED) {
            disconnect(); // the client would take later replies for this one
        }
    }

    @Override
    public long idleMillis(long upMillis) {
        return pending.isEmpty() && held.isEmpty() ? session.idleMillis(upMillis) : 0;
    }

    @Override
    public void closeIdle() {
        LOG.debug("client {} reached the idle timeout; closed", session.remoteAddress());
        disconnect();
    }

    /** The server is stopping: a client that does not read its replies must not delay it. */
    void serverStopping() {
        if (unsentBytes > 0) {
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

    /** Drops replies whose calls have finished. A request that a shard is still executing keeps its memory accounted. */
    private void dropFinishedReplies() {
        while (!pending.isEmpty() && pending.element().isFinished()) {
            pendingBytes -= pending.remove().requestBytes;
        }
        intake.stopAccepting(pendingBytes);
    }

    private static boolean isHttp(byte[] word) {
        return Arguments.matches(word, "post") || Arguments.matches(word, "host:");
    }
}

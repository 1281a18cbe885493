package io.tidemark.redis;

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
 * <p>A request is in one of three places. What can be answered at once is encoded at once if nothing is owed before it.
 * What went to a shard, or must wait for such, is {@code owed}. What may not be dispatched yet, and everything after it,
 * is {@code held} until something is answered. Too much of the two and reading pauses; too many reply bytes that the
 * client does not read and it is disconnected.
 *
 * <p>Event loop only, but for {@link #completedCalls}.
 */
final class Connection implements RespParser.Sink, IdleClients.Client {

    private enum State {
        /** Takes requests. */
        OPEN,
        /** Takes no more; closes when what is owed has been sent. */
        DRAINING,
        /** All is answered, the last answer being an error; what the client still sends is forgotten. */
        DISCARDING,
        /** Gone. */
        CLOSED
    }

    private record Held(byte[][] arguments, long bytes) {}

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final int FLUSH_BYTES = 1 << 20;

    /** As long as more than this waits for the client to read it, or for a reply before it, what shards have postponed waits. */
    private static final int ASK_AGAIN_BYTES = 1 << 20;

    private final RedisServer server;
    private final ServerLoop loop;
    private final ClientSocket socket;
    private final Session session;
    private final Intake intake;
    private final ShardDispatch dispatch;
    private final RefusedModes refusedModes = new RefusedModes();
    private final ReplyMode replyMode = new ReplyMode();
    private final Deque<PendingReply> owed = new ArrayDeque<>();
    private final Deque<Held> held = new ArrayDeque<>();

    private State state = State.OPEN;
    private long requestBytes;
    private long pendingBytes;
    private long unsentBytes;
    private long heldBytes;
    private int postponed;
    private boolean concerned;

    Connection(RedisServer server, ServerLoop loop, NetSocket socket, Session session) {
        this.server = server;
        this.loop = loop;
        this.socket = new ClientSocket(socket);
        this.session = session;
        this.intake = new Intake(server, loop, this.socket, session, this::readAgain);
        this.dispatch = new ShardDispatch(loop.outbox, server.shards().count());
    }

    RedisServer server() {
        return server;
    }

    Session session() {
        return session;
    }

    /** What its refused commands have left behind. */
    RefusedModes refusedModes() {
        return refusedModes;
    }

    /** Whether it wants replies. */
    ReplyMode replyMode() {
        return replyMode;
    }

    /** Where answers to this connection's calls go. Any thread. */
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

    /** The client may from now on do everything, or must authenticate again. */
    void authenticated(boolean now) {
        session.authenticated(now);
        intake.limitsChanged();
    }

    private void received(Buffer chunk) {
        server.stats().inputBytes.add(chunk.length());
        if (state != State.OPEN || intake.isOver()) {
            intake.discarded(chunk);
            return;
        }
        session.active(server.upMillis());
        guarded(() -> intake.received(chunk, this));
    }

    /** The client sends no more, and may wait for answers still: what it has sent is carried out, and answered. */
    private void inputEnded() {
        intake.end();
        if (state == State.DISCARDING) {
            close();
        } else if (state != State.CLOSED) {
            guarded(() -> {});
        }
    }

    /** What stopped the reading may be over; or the client is not to be read from any more. */
    private void readAgain() {
        if (state == State.OPEN) {
            guarded(() -> {});
        }
    }

    @Override
    public boolean request(byte[][] arguments, int wireBytes) {
        intake.requestIsWhole();
        long bytes = RequestLimits.memory(wireBytes, arguments.length);
        if (!held.isEmpty() || !execute(arguments, bytes)) {
            held.add(new Held(arguments, bytes));
            pendingBytes += bytes;
        }
        return state == State.OPEN;
    }

    /** Carries a command out as far as can be done now; false if it must be held. */
    private boolean execute(byte[][] arguments, long bytes) {
        requestBytes = bytes;
        replyMode.begin();
        CommandSpec command = server.commands().find(arguments[0]);
        if (command == null && isHttp(arguments[0])) {
            LOG.warn("client {} speaks HTTP to the Redis port; disconnected", session.remoteAddress());
            disconnect();
        } else if (!refusedModes.inTransaction() || !refusedModes.answer(this, arguments)) {
            String refusal = command == null ? ErrorTexts.unknownCommand(arguments) : refusal(command, arguments);
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
        if (!command.takes(arguments.length)) {
            return ErrorTexts.wrongArity(command.name());
        }
        if (!session.authenticated() && !command.beforeAuth()) {
            return ErrorTexts.NO_AUTH;
        }
        if (!command.whileLoading() && server.isLoading()) {
            return ErrorTexts.LOADING;
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
        if (!owed.isEmpty()) {
            return false;
        }
        reply(out -> ((CommandHandler.Barrier) handler).run(this, arguments, out));
        return true;
    }

    /** Answers the current request with an error; {@code text} without its dash. */
    void error(String text) {
        reply(out -> out.error(text));
    }

    /** Answers the current request with OK. */
    void ok() {
        reply(ReplyWriter::ok);
    }

    private void reply(Consumer<ReplyWriter> encoder) {
        if (owed.isEmpty() && !replyMode.silent()) {
            encoder.accept(loop.out);
            flushIfLong();
            return;
        }
        encoder.accept(loop.aside);
        if (replyMode.silent()) { // asked after the command, which may have changed it
            loop.aside.clear();
        } else if (owed.isEmpty()) {
            loop.aside.take().forEach(part -> loop.out.raw(part.getBytes()));
        } else {
            owe(new EncodedReply(loop.aside.take()));
        }
    }

    /** Sends the current request to one shard; false if it must be held. */
    boolean call(int shard, Command command) {
        if (!dispatch.admits(shard, command)) {
            return false;
        }
        ShardCall call = new ShardCall(this, shard, command);
        owe(call);
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
        owe(new MultiShardReply(parts));
        return true;
    }

    /** Answers the current request, a settled one, when the future is done. */
    <T> void replyLater(Future<T> future, DeferredReply.Encoder<T> encoder) {
        DeferredReply reply = new DeferredReply();
        owe(reply);
        future.onComplete(outcome -> loop.run(() -> {
            reply.resolve(out -> encoder.encode(outcome, out));
            answersArrived();
        }));
    }

    /** Takes the current request's reply to be the end of the connection, when the node stops. */
    void awaitShutdown() {
        owe(new DeferredReply());
        drain();
    }

    private void owe(PendingReply reply) {
        reply.requestBytes = requestBytes;
        reply.silent = replyMode.silent();
        pendingBytes += requestBytes;
        owed.add(reply);
    }

    /** Takes no further request; closes once what is owed has been sent. */
    void drain() {
        if (state == State.OPEN) {
            state = State.DRAINING;
        }
    }

    /** Counts an answer; true if {@link #answersArrived} must follow and nobody knows it yet. */
    boolean answered(ShardCall call) {
        if (call.isPostponed()) {
            postponed++;
        } else {
            heldBytes += call.valueBytes();
            dispatch.answered(call);
        }
        boolean first = !concerned;
        concerned = true;
        return first;
    }

    /** Sends what can be sent now, and dispatches what was held. */
    void answersArrived() {
        concerned = false;
        if (state == State.CLOSED) {
            forgetOwed();
        } else {
            guarded(this::encodeReady);
        }
    }

    private void encodeReady() {
        PendingReply reply = owed.peek();
        while (reply != null && reply.ready() && state != State.CLOSED) {
            owed.remove();
            pendingBytes -= reply.requestBytes;
            heldBytes -= reply.valueBytes();
            if (!reply.silent) {
                reply.encode(loop.out);
                flushIfLong();
            }
            reply = owed.peek();
        }
    }

    private void dispatchHeld() {
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
            forgetHeld();
        }
    }

    private void forgetHeld() {
        for (Held each : held) {
            pendingBytes -= each.bytes();
        }
        held.clear();
    }

    private void guarded(Runnable step) {
        try {
            step.run();
            dispatchHeld();
            dispatch.submit();
            flush();
            askAgain();
        } catch (RuntimeException | Error e) {
            loop.aside.clear();
            disconnect(); // which forgets what has been encoded: it must not reach the next client
            LOG.error(
                    "client {} is disconnected because of a bug in the server, or for want of memory",
                    session.remoteAddress(),
                    e);
        }
        if (state == State.DRAINING && owed.isEmpty()) {
            if (intake.refusal() == null || intake.hasEnded()) {
                close();
            } else {
                state = State.DISCARDING;
                intake.discard();
                endOutputIfSent();
            }
        }
        if (state == State.OPEN) {
            intake.pauseOrResume(owed.size() + held.size(), pendingBytes);
        } else {
            intake.takesNoMore(pendingBytes);
        }
    }

    private void close() {
        state = State.CLOSED;
        socket.end();
    }

    /** The client reads its error, and then that there is no more. */
    private void endOutputIfSent() {
        if (state == State.DISCARDING && unsentBytes == 0) {
            socket.endOutput();
        }
    }

    /**
     * Submits again, in order, what shards have postponed, once the client has read what it was sent. If there are answers that
     * wait for another before them, no more than what that needs: from the first reply on, those of one shard.
     */
    private void askAgain() {
        if (postponed == 0 || unsentBytes > ASK_AGAIN_BYTES || state == State.CLOSED) {
            return;
        }
        boolean all = heldBytes <= ASK_AGAIN_BYTES;
        int shard = owed.isEmpty() ? -1 : owed.element().shard();
        for (PendingReply reply : owed) {
            boolean asked = reply.askAgain(this::again);
            if (!all && (!asked || shard < 0 || reply.shard() != shard)) {
                break;
            }
        }
    }

    private void again(ShardCall call) {
        postponed--;
        dispatch.again(call);
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
            unsentBytes += reply.length(); // before the first is written: that may come back at once
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
            askAgain();
            endOutputIfSent();
        } else if (state != State.CLOSED) {
            disconnect(); // later replies would be taken for this one
        }
    }

    @Override
    public long idleMillis(long upMillis) {
        return owed.isEmpty() && held.isEmpty() ? session.idleMillis(upMillis) : 0;
    }

    @Override
    public void closeIdle() {
        LOG.debug("client {} has been idle for too long; closed", session.remoteAddress());
        disconnect();
    }

    /** The server stops: a client that does not read must not keep it waiting. */
    void serverStops() {
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
        forgetHeld();
        forgetOwed();
        server.disconnected(session);
    }

    /** What shards still work at takes its memory until they have done with it. */
    private void forgetOwed() {
        while (!owed.isEmpty() && owed.element().over()) {
            pendingBytes -= owed.remove().requestBytes;
        }
        intake.takesNoMore(pendingBytes);
    }

    private static boolean isHttp(byte[] word) {
        return Words.matches(word, "post") || Words.matches(word, "host:");
    }
}

package io.tidemark.redis;

import io.tidemark.redis.command.Client;
import io.tidemark.redis.command.CommandSpec;
import io.tidemark.redis.command.CommandTable;
import io.tidemark.redis.command.RefusedModes;
import io.tidemark.redis.command.ReplyMode;
import io.tidemark.redis.command.Server;
import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Command;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Executes the requests of one client: finds the command, refuses or runs it, and encodes its reply, or queues it behind earlier
 * ones. Event loop only.
 */
final class RequestExecutor implements Client {

    /** What the connection does for its requests. */
    interface Owner extends ShardCall.Receiver {
        /** The client was authenticated, or no longer is. */
        void authenticationChanged();

        /** Replies have been encoded; sends them if they are many. */
        void encoded();

        /** The client speaks HTTP, not RESP. */
        void httpReceived();

        /** Accepts no further requests; closes when all pending replies have been sent. */
        void drain();
    }

    private final RedisServer server;
    private final ServerLoop loop;
    private final Session session;
    private final Owner owner;
    private final ReplyQueue replies;
    private final CommandTable commands;
    private final ServerStats stats;
    private final int shards;
    private final ShardDispatch dispatch;
    private final RefusedModes refusedModes = new RefusedModes();
    private final ReplyMode replyMode = new ReplyMode();
    private long requestBytes;

    /** @param replies where replies wait for earlier ones */
    RequestExecutor(RedisServer server, ServerLoop loop, Session session, ReplyQueue replies, Owner owner) {
        this.server = server;
        this.loop = loop;
        this.session = session;
        this.replies = replies;
        this.owner = owner;
        this.commands = server.commands();
        this.stats = server.stats();
        this.shards = server.shards().count();
        this.dispatch = new ShardDispatch(loop.outbox, shards);
    }

    /**
     * Executes or dispatches a request.
     *
     * @param bytes what it takes of the heap
     * @return false, without any effect, if it must be held until an answer arrives
     */
    boolean execute(byte[][] arguments, long bytes) {
        requestBytes = bytes;
        replyMode.begin();
        CommandTable.Row command = commands.find(arguments[0]);
        if (command == null && isHttp(arguments[0])) {
            owner.httpReceived();
        } else if (!answeredInRefusedTransaction(arguments) && !run(command, arguments)) {
            return false;
        }
        replyMode.end();
        stats.commands.increment();
        return true;
    }

    private boolean answeredInRefusedTransaction(byte[][] arguments) {
        Consumer<ReplyWriter> answer = refusedModes.answer(arguments);
        if (answer != null) {
            reply(answer);
        }
        return answer != null;
    }

    private boolean run(CommandTable.@Nullable Row command, byte[][] arguments) {
        if (command == null) {
            refuse(ErrorLines.unknownCommand(arguments), arguments);
            return true;
        }
        String refusal = refusal(command.spec(), arguments);
        if (refusal != null) {
            refuse(refusal, arguments);
            return true;
        }
        return command.handler().execute(this, arguments);
    }

    private void refuse(String why, byte[][] arguments) {
        refusedModes.refused(arguments);
        error(why);
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

    /** Answers input that is no request, after all requests before it. */
    void answerRefusedInput(String error) {
        requestBytes = 0;
        replyMode.begin();
        error(error);
    }

    /** Submits what has been dispatched. */
    void submit() {
        dispatch.submit();
    }

    /** A shard has answered a call, or postponed it. */
    void answered(ShardCall call) {
        if (!call.isPostponed()) {
            stats.answered(call.command(), call.answer());
            dispatch.answered(call);
        }
        replies.answered(call);
    }

    /** Submits postponed reads again. */
    void resubmitPostponed() {
        replies.resubmitPostponed(dispatch::resubmit);
    }

    @Override
    public Server server() {
        return loop.view;
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public RefusedModes refusedModes() {
        return refusedModes;
    }

    @Override
    public ReplyMode replyMode() {
        return replyMode;
    }

    @Override
    public void authenticated(boolean authenticated) {
        session.authenticated(authenticated);
        owner.authenticationChanged();
    }

    @Override
    public boolean isAnswered() {
        return replies.isEmpty();
    }

    @Override
    public void reply(Consumer<ReplyWriter> encoder) {
        if (replies.isEmpty() && !replyMode.silent()) {
            encoder.accept(loop.out);
            owner.encoded();
            return;
        }
        encoder.accept(loop.scratch);
        if (replyMode.silent()) { // checked after the command, which may have changed it
            loop.scratch.clear();
        } else if (replies.isEmpty()) {
            loop.scratch.take().forEach(part -> loop.out.raw(part.getBytes()));
        } else {
            enqueue(new EncodedReply(loop.scratch.take()));
        }
    }

    @Override
    public void error(String text) {
        reply(out -> out.error(text));
    }

    @Override
    public boolean call(byte[] key, Command command) {
        int shard = KeySlots.shard(key, shards);
        if (!dispatch.admits(shard, command)) {
            return false;
        }
        ShardCall call = new ShardCall(owner, shard, command);
        enqueue(call);
        dispatch.add(call);
        return true;
    }

    @Override
    public boolean callAll(List<byte[]> keys, Function<int[], Command> command) {
        List<KeysByShard.Share> shares =
                KeysByShard.split(keys, shards, command).shares();
        for (KeysByShard.Share share : shares) {
            if (!dispatch.admits(share.shard(), share.command())) {
                return false;
            }
        }
        List<MultiShardReply.Part> parts = shares.stream()
                .map(share -> new MultiShardReply.Part(
                        new ShardCall(owner, share.shard(), share.command()), share.positions()))
                .toList();
        parts.forEach(part -> dispatch.add(part.call()));
        enqueue(new MultiShardReply(parts));
        return true;
    }

    @Override
    public <T> void replyWhenDone(Future<T> future, BiConsumer<AsyncResult<T>, ReplyWriter> encoder) {
        DeferredReply reply = new DeferredReply();
        enqueue(reply);
        future.onComplete(outcome -> loop.run(() -> {
            reply.resolve(out -> encoder.accept(outcome, out));
            owner.answersArrived();
        }));
    }

    @Override
    public void awaitShutdown() {
        enqueue(new DeferredReply());
        drain();
    }

    @Override
    public void drain() {
        owner.drain();
    }

    private void enqueue(PendingReply reply) {
        replies.add(reply, requestBytes, replyMode.silent());
    }

    private static boolean isHttp(byte[] word) {
        return Arguments.matches(word, "post") || Arguments.matches(word, "host:");
    }
}

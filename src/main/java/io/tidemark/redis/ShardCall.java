package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command to one shard, and its answer: the pending reply of a connection, or one part of it. Completed on any thread, it is
 * pushed onto the {@link CompletedCalls} of its connection's event loop; everything else is done there.
 */
final class ShardCall extends PendingReply implements Call {

    private static final Logger LOG = LoggerFactory.getLogger(ShardCall.class);
    private static final VarHandle RESULT;

    static {
        try {
            RESULT = MethodHandles.lookup().findVarHandle(ShardCall.class, "result", Result.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Who awaits calls: the connection. */
    interface Receiver {
        /** Receives a call that its shard has answered. Any thread; never blocks. */
        void completed(ShardCall call);

        /** Counts an answer, on the event loop; true if the caller must call {@link #answersArrived} for it. */
        boolean answered(ShardCall call);

        /** Sends the replies that are ready, and dispatches held requests. Event loop. */
        void answersArrived();
    }

    /** The next completed call; belongs to {@link CompletedCalls}. */
    @Nullable
    ShardCall next;

    private final Receiver receiver;
    private final int shard;
    private final Command command;
    private @Nullable Result result;
    private boolean answered;
    private boolean postponed;

    ShardCall(Receiver receiver, int shard, Command command) {
        this.receiver = receiver;
        this.shard = shard;
        this.command = command;
    }

    @Override
    public Command command() {
        return command;
    }

    @Override
    public void complete(Result answer) {
        if (RESULT.compareAndSet(this, null, answer)) {
            receiver.completed(this);
        } else {
            LOG.error("shard {} answered a call twice; the second answer, {}, is ignored", shard, answer.getClass());
        }
    }

    Receiver receiver() {
        return receiver;
    }

    @Override
    int shard() {
        return shard;
    }

    boolean isWrite() {
        return command instanceof Command.Write;
    }

    /** Takes note of the answer, on the event loop. A postponed call must be submitted again. */
    void observe() {
        postponed = result == Result.Postponed.POSTPONED;
        if (postponed) {
            result = null;
        } else {
            answered = true;
        }
    }

    /** Whether the shard has postponed the call: it must be submitted again. */
    boolean isPostponed() {
        return postponed;
    }

    /** The answer; to be called only when {@link #ready}. */
    Result answer() {
        Result answer = result;
        if (answer == null) {
            throw new IllegalStateException("shard " + shard + " has not answered yet");
        }
        return answer;
    }

    @Override
    boolean ready() {
        return answered;
    }

    @Override
    boolean isFinished() {
        return answered || postponed;
    }

    @Override
    boolean resubmitPostponed(Consumer<ShardCall> resubmit) {
        if (!postponed) {
            return false;
        }
        postponed = false;
        resubmit.accept(this);
        return true;
    }

    @Override
    long valueBytes() {
        return answered ? answer().valueBytes() : 0;
    }

    @Override
    void encode(ReplyWriter out) {
        ResultEncoder.encode(answer(), out);
    }
}

package io.tidemark.redis;

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
 * A command on its way to one shard and back: the reply a connection owes, or one part of it. Completed on any thread,
 * it goes onto the {@link CompletedCalls} of its connection's event loop; everything else happens there.
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

    /** The next completed call; belongs to {@link CompletedCalls}. */
    @Nullable
    ShardCall next;

    private final Connection connection;
    private final int shard;
    private final Command command;
    private @Nullable Result result;
    private boolean settled;
    private boolean postponed;

    ShardCall(Connection connection, int shard, Command command) {
        this.connection = connection;
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
            connection.completedCalls().push(this);
        } else {
            LOG.error("shard {} answered a call twice; the second answer, {}, is ignored", shard, answer.getClass());
        }
    }

    Connection connection() {
        return connection;
    }

    @Override
    int shard() {
        return shard;
    }

    boolean isWrite() {
        return command instanceof Command.Write;
    }

    /** The event loop has seen the answer; if it was none yet, the call is to be submitted again. */
    void settle() {
        postponed = result == Result.Postponed.POSTPONED;
        if (postponed) {
            result = null;
        } else {
            settled = true;
            connection.server().stats().answered(command, answer());
        }
    }

    /** Whether the shard wants it to be submitted again. */
    boolean isPostponed() {
        return postponed;
    }

    /** The answer; only when {@link #ready}. */
    Result answer() {
        Result answer = result;
        if (answer == null) {
            throw new IllegalStateException("shard " + shard + " has not answered yet");
        }
        return answer;
    }

    @Override
    boolean ready() {
        return settled;
    }

    @Override
    boolean over() {
        return settled || postponed;
    }

    @Override
    boolean askAgain(Consumer<ShardCall> again) {
        if (!postponed) {
            return false;
        }
        postponed = false;
        again.accept(this);
        return true;
    }

    @Override
    long valueBytes() {
        return settled ? answer().valueBytes() : 0;
    }

    @Override
    void encode(ReplyWriter out) {
        ResultEncoder.encode(answer(), out);
    }
}

package io.tidemark.shard;

import io.tidemark.disk.NoDescriptorsException;
import io.tidemark.log.BatchRefusedException;
import io.tidemark.log.LogBatch;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls that will share one log entry. Endpoints add to it until the log closes it: all calls that arrive while one entry is
 * being forced become the next.
 */
final class WriteBatch implements LogBatch {
    /** Calls beyond this size get an entry of their own. */
    static final long FULL_BYTES = 4L << 20;

    private final ShedFailures shedFailures;
    private final String shard;
    private final LongConsumer onEnd;
    private final Object lock = new Object();
    private List<Call> calls = new ArrayList<>();
    private boolean closed;
    private boolean answered;
    private boolean ended;
    private long bytes;

    /**
     * An empty, open batch.
     *
     * @param shedFailures messages for shed writes
     * @param ended gets the batch's weight in bytes once all its calls have been answered
     */
    WriteBatch(ShedFailures shedFailures, LongConsumer ended) {
        this.shedFailures = shedFailures;
        this.shard = shedFailures.shard();
        this.onEnd = ended;
    }

    /** Adds calls; false if the batch is closed or full. Any thread. */
    boolean add(List<Call> more, long moreBytes) {
        synchronized (lock) {
            if (closed || (bytes > 0 && bytes + moreBytes > FULL_BYTES)) {
                return false;
            }
            calls.addAll(more);
            bytes += moreBytes;
            return true;
        }
    }

    @Override
    public @Nullable ByteBuffer close() {
        synchronized (lock) {
            closed = true;
        }
        int size = 0;
        for (Call call : calls) {
            if (call.command() instanceof Command.Write write) {
                size = Math.addExact(size, write.encodedBytes());
            }
        }
        if (size == 0) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocate(size);
        for (Call call : calls) {
            if (call.command() instanceof Command.Write write) {
                write.encode(payload);
            }
        }
        return payload.flip();
    }

    /** Its calls that have not been answered; only after {@link #close}. */
    List<Call> calls() {
        return calls;
    }

    /** Answers every call, in order; on the applying thread. */
    void answer(List<Result> results) {
        if (end()) {
            for (int i = 0; i < calls.size(); i++) {
                calls.get(i).complete(results.get(i));
            }
        }
        calls = List.of(); // this object is kept until the next write, maybe for long; the written data must not be
    }

    /** @return whether its calls still have to be answered */
    private boolean end() {
        boolean open;
        long weight;
        synchronized (lock) {
            if (ended) {
                return false;
            }
            ended = true;
            closed = true; // before the weight is read: calls added later would never be subtracted
            open = !answered;
            answered = true;
            weight = bytes;
        }
        onEnd.accept(weight);
        return open;
    }

    /** Whether it has been carried out or has failed. Any thread. */
    boolean isEnded() {
        synchronized (lock) {
            return ended;
        }
    }

    /**
     * Answers its calls although it has not ended. If the log has it already, it is still carried out, without an answer;
     * otherwise nothing of it will be carried out. Any thread.
     *
     * @param why what it waits for
     */
    void timeOut(String why) {
        List<Call> unanswered;
        Result failure;
        synchronized (lock) {
            if (answered) {
                return;
            }
            answered = true;
            unanswered = calls;
            failure = closed
                    ? new Result.Failure(
                            Result.Kind.OUTCOME_UNKNOWN,
                            shard + ": " + why + "; it is in the log or may be, and is carried out once that is over")
                    : new Result.Failure(Result.Kind.SHED, shard + ": not carried out: " + why);
            if (!closed) {
                closed = true;
                calls = List.of();
            }
        }
        for (Call call : unanswered) {
            call.complete(failure);
        }
    }

    @Override
    public void failed(IOException cause, boolean outcomeUnknown) {
        Result failure = outcomeUnknown
                ? new Result.Failure(
                        Result.Kind.OUTCOME_UNKNOWN,
                        shard + ": " + cause.getMessage() + "; whether it was carried out shows after a restart")
                : notCarriedOut(cause);
        if (end()) {
            for (Call call : calls) {
                call.complete(failure);
            }
        }
        calls = List.of();
    }

    private Result.Failure notCarriedOut(IOException cause) {
        if (cause instanceof RetryLaterException) {
            return NoDescriptorsException.isCauseOf(cause) ? shedFailures.noDescriptors() : shedFailures.lowSpace();
        }
        Result.Kind kind = !(cause instanceof BatchRefusedException)
                ? Result.Kind.STOPPED
                : cause.getCause() instanceof OutOfMemoryError ? Result.Kind.NO_MEMORY : Result.Kind.NOT_CARRIED_OUT;
        return new Result.Failure(kind, shard + ": not carried out: " + cause.getMessage());
    }
}

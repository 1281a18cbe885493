package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogRecovery;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.ShardStatus.Phase;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: its log, its data, its counter, and its life from recovery to stop.
 *
 * <p>Two lanes: writes go through the log, which calls {@link EntryApplier} on its own serial executor; reads that follow
 * no unanswered write of their connection are answered on a second one from what has been applied, so that they never wait
 * for the log's disk.
 */
final class Shard {
    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

    /** Calls that wait for the log may weigh this much; a single larger one passes when nothing else waits. */
    static final long MOST_WAITING_BYTES = 128L << 20;

    private final int number;
    private final String name;
    private final Bitcask data;
    private final CommitLog log;
    private final DirtyCounter dirty;
    private final EntryApplier applier;
    private final Executor reads;
    private final ShardTarget target;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Object batchGate = new Object();
    private final Promise<Void> drained = Promise.promise();
    private final long startMillis = System.currentTimeMillis();

    private WriteBatch batch;
    private volatile Phase phase = Phase.RECOVERING;
    private volatile @Nullable CheckpointOutcome lastOutcome;
    private volatile long lastSuccessMillis = startMillis;
    private volatile PressureLevel level = PressureLevel.NORMAL;
    private volatile String detail = "";
    private volatile boolean draining;
    private volatile boolean replaying;

    /**
     * A shard whose data files are open and whose log is not.
     *
     * @param reads runs this shard's read tasks one at a time
     */
    Shard(int number, Bitcask data, CommitLog log, DirtyCounter dirty, Executor reads) {
        this.number = number;
        this.name = "shard " + number;
        this.data = data;
        this.log = log;
        this.dirty = dirty;
        this.reads = reads;
        this.applier = new EntryApplier(data, dirty, () -> draining);
        this.target = new ShardTarget(data, log, this::drain);
        this.batch = new WriteBatch(name, bytes -> {});
        this.batch.close();
    }

    CheckpointTarget target() {
        return target;
    }

    /**
     * Replays the log and begins to serve. Blocks; on the log's thread, so that releases wait until it is done. A stop ends it
     * before its next entry, with a {@link RecoveryStoppedException}.
     */
    LogRecovery recover() throws IOException {
        synchronized (batchGate) {
            if (draining) {
                throw new RecoveryStoppedException(data.durableIndex() + 1);
            }
            replaying = true;
        }
        try {
            LogRecovery found = log.open(data.durableIndex(), applier);
            phase = Phase.SERVING;
            return found;
        } catch (RecoveryStoppedException stopped) {
            LOG.info("{}: {}; the next start goes on from there", name, stopped.getMessage());
            throw stopped;
        } finally {
            replaying = false;
            if (draining) {
                answered(0);
            }
        }
    }

    /** See {@link Shards#submit}. */
    void submit(List<Call> calls) {
        Phase now = phase;
        if (now == Phase.RECOVERING) {
            refuse(calls, new Result.Failure(Result.Kind.LOADING, name + " is recovering"));
        } else if (now == Phase.STOPPED) {
            refuse(calls, stopping());
        } else if (readsOnly(calls)) {
            reads.execute(() -> read(calls));
        } else if (now == Phase.FAILED || dirty.shedding()) {
            String why = detail.isEmpty() ? name + ": FSYNC_FAILED" : detail;
            shed(calls, new Result.Failure(Result.Kind.SHED, why));
        } else {
            write(calls);
        }
    }

    private static void refuse(List<Call> calls, Result.Failure why) {
        for (Call call : calls) {
            call.complete(why);
        }
    }

    private Result.Failure stopping() {
        return new Result.Failure(Result.Kind.STOPPED, name + " is being stopped");
    }

    /** Refuses the writes among the calls; reads go on. */
    private void shed(List<Call> calls, Result.Failure why) {
        reads.execute(() -> {
            for (Call call : calls) {
                call.complete(call.command() instanceof Command.Read read ? Evaluator.read(read, data) : why);
            }
        });
    }

    private static boolean readsOnly(List<Call> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).command() instanceof Command.Write) {
                return false;
            }
        }
        return true;
    }

    private void read(List<Call> calls) {
        for (Call call : calls) {
            call.complete(Evaluator.read((Command.Read) call.command(), data));
        }
    }

    private void write(List<Call> calls) {
        long weight = weight(calls);
        Result.Failure refusal = null;
        synchronized (batchGate) {
            long waiting = waitingBytes.get();
            if (draining) {
                refusal = stopping();
            } else if (waiting > 0 && waiting + weight > MOST_WAITING_BYTES) {
                refusal = new Result.Failure(
                        Result.Kind.SHED, name + ": LOG_BACKLOG; " + waiting + " bytes wait for the log; retry in 1 s");
            } else {
                waitingBytes.addAndGet(weight);
                enqueue(calls, weight);
            }
        }
        if (refusal != null) {
            shed(calls, refusal);
        }
    }

    private void enqueue(List<Call> calls, long weight) {
        if (!batch.add(calls, weight)) {
            WriteBatch next = new WriteBatch(name, this::answered);
            next.add(calls, weight);
            batch = next;
            log.append(next);
        }
    }

    private static long weight(List<Call> calls) {
        long bytes = 0;
        for (Call call : calls) {
            bytes += call.command() instanceof Command.Write write ? CommandCodec.size(write) + 32L : 32L;
        }
        return bytes;
    }

    private void answered(long bytes) {
        long left = waitingBytes.addAndGet(-bytes);
        if (draining && left == 0 && !replaying) {
            drained.tryComplete();
        }
    }

    /** Takes no further call, and completes when every call taken has been answered and nothing is replayed any more. */
    Future<Void> drain() {
        synchronized (batchGate) {
            draining = true;
        }
        answered(0);
        return drained.future();
    }

    /** Closes log and files; after the checkpointer has been stopped. */
    Future<Void> close() {
        draining = true;
        // of a log that is not open because its replay was stopped there is nothing to finish
        Future<Void> finished = phase == Phase.RECOVERING ? log.close().otherwiseEmpty() : log.close();
        return finished.eventually(() -> {
            phase = Phase.STOPPED;
            try {
                data.close();
            } catch (IOException e) {
                LOG.warn("{}: closing its files failed", name, e);
            }
            return Future.succeededFuture();
        });
    }

    /** Out of service for writes until a restart recovers it from the log. Any thread. */
    void fail(String why) {
        phase = Phase.FAILED;
        level = PressureLevel.FAILED;
        detail = why;
        LOG.error("{}", why);
    }

    void checkpointed(CheckpointOutcome outcome) {
        lastOutcome = outcome;
        if (outcome.succeeded()) {
            lastSuccessMillis = outcome.endedEpochMillis();
        }
    }

    void pressed(PressureEvent event) {
        level = event.level();
        detail = event.level() == PressureLevel.NORMAL
                ? ""
                : name + ": " + event.reason() + "; "
                        + (event.level() == PressureLevel.FAILED ? "restart the node to recover it" : "retry in 5 s");
    }

    /** Why a stop that has run out of time can't say that all is well with this shard; empty if it can. */
    Optional<String> undurable() {
        long durable = data.durableIndex();
        long applied = data.snapshot().index();
        if (durable < applied || dirty.inFlight()) {
            return Optional.of(name + " (durable up to " + durable + " of " + applied + ")");
        }
        if (replaying) {
            return Optional.of(name + " (its replay has not ended)");
        }
        return waitingBytes.get() > 0 ? Optional.of(name + " (writes under way have not come back)") : Optional.empty();
    }

    ShardStatus status() {
        CheckpointOutcome outcome = lastOutcome;
        return new ShardStatus(
                number,
                phase,
                data.keys(),
                data.snapshot().index(),
                data.durableIndex(),
                dirty.dirtyBytes(),
                dirty.inFlight(),
                lastSuccessMillis,
                outcome == null || outcome.succeeded(),
                level,
                detail,
                log.retainedBytes(),
                applier.replayedEntries());
    }
}

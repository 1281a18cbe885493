package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.LostRecordException;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.disk.Fence;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogActivity;
import io.tidemark.log.LogRecovery;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
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
    static final long MAX_WAITING_BYTES = 128L << 20;

    /** Once a list of reads has answers of this size, the rest of it comes later. */
    static final long MAX_ANSWER_BYTES = 4L << 20;

    private final int number;
    private final String name;
    private final LiveStore live;
    private final CommitLog log;
    private final DirtyCounter dirty;
    private final EntryApplier applier;
    private final Executor reads;
    private final ShardTarget target;
    private final ReplayCounter replay = new ReplayCounter();
    private final ChangeCounter changes = new ChangeCounter();
    private final ShardMeter meter;
    private final ShardVolumes room;
    private final PressureCauses causes;
    private final ShedFailures refusals;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final UnansweredWrites unanswered = new UnansweredWrites();
    private final Object batchGate = new Object();
    private final Promise<Void> drained = Promise.promise();

    private WriteBatch batch;
    private volatile Phase phase = Phase.RECOVERING;
    private volatile @Nullable CheckpointOutcome lastOutcome;
    private volatile String failure = "";
    private volatile boolean draining;
    private volatile boolean replaying;
    private volatile boolean backlogTold;
    private volatile boolean filesClosed;

    /**
     * A shard whose data files are open and whose log is not.
     *
     * @param lane runs this shard's log tasks one at a time
     * @param reads runs this shard's read tasks one at a time
     * @param fence asked before a write is acknowledged
     */
    Shard(
            int number,
            Bitcask data,
            CommitLog log,
            DirtyCounter dirty,
            Executor lane,
            Executor reads,
            ShardVolumes room,
            PressureCauses causes,
            Fence fence,
            ShardMeter meter,
            TimeSource clock) {
        this.number = number;
        this.name = "shard " + number;
        this.live = new LiveStore(data);
        this.log = log;
        this.dirty = dirty;
        this.reads = reads;
        this.meter = meter;
        this.room = room;
        this.causes = causes;
        this.refusals = new ShedFailures(name, room.dwellMillis());
        this.applier = new EntryApplier(live, dirty, replay, fence, () -> draining, changes);
        ShardRepair repair = new ShardRepair(name, live, log, () -> phase != Phase.RECOVERING, lane, reads);
        this.target = new ShardTarget(live, log, repair, room, this::drain, clock, changes);
        this.batch = new WriteBatch(refusals, bytes -> {});
        this.batch.close();
    }

    /** The store that it serves from now; a repair puts another in its place. */
    Bitcask live() {
        return live.current();
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
                throw new RecoveryStoppedException(live.current().durableIndex() + 1);
            }
            replaying = true;
        }
        try {
            long durable = live.current().snapshot().index();
            replay.begin(durable);
            LogRecovery found = log.open(durable, applier);
            replay.end();
            phase = Phase.SERVING;
            tellOf(found);
            return found;
        } catch (RecoveryStoppedException stopped) {
            LOG.info("{}: {}; the next start goes on from there", name, stopped.getMessage());
            throw stopped;
        } finally {
            replaying = false;
            if (draining) {
                drainedIfIdle();
            }
        }
    }

    private void tellOf(LogRecovery found) {
        if (found.replayedEntries() > 0) {
            RecoveryProgress took = replay.progress(log);
            LOG.info(
                    "{}: replayed {} entries, {} bytes, in {} ms ({} entries/s, {} bytes/s)",
                    name,
                    took.entries(),
                    took.bytes(),
                    took.elapsedMillis(),
                    Math.round(took.entriesPerSecond()),
                    Math.round(took.bytesPerSecond()));
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
            reads.execute(() -> read(calls, stopping())); // all of them are reads
        } else if (now == Phase.FAILED) {
            shed(calls, new Result.Failure(Result.Kind.SHED, failure));
            meter.shed(PressureReason.APPEND_FAILED, writes(calls));
        } else {
            submitWrites(calls);
        }
    }

    private void submitWrites(List<Call> calls) {
        PressureState pressure = dirty.pressure();
        if (!pressure.level().sheds() && !log.isSuspended()) {
            write(calls);
            return;
        }
        Result.Failure why = refusals.of(pressure);
        PressureReason reason = pressure.worstReason().orElse(PressureReason.LOW_SPACE);
        List<Call> passing = List.of();
        if (pressure.shedsOnlyFor(PressureReason.LOW_SPACE) && !log.isSuspended()) {
            passing = calls.stream().filter(call -> !adds(call.command())).toList();
        }
        if (readsOnly(passing)) {
            shed(calls, why);
            meter.shed(reason, writes(calls));
            return;
        }
        for (Call call : calls) {
            if (adds(call.command())) {
                call.complete(why);
            }
        }
        meter.shed(reason, writes(calls) - writes(passing));
        write(passing);
    }

    /** Whether a command may need room for good; a removal gives some back. */
    private static boolean adds(Command command) {
        return command instanceof Command.Write && !(command instanceof Command.Delete);
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
        reads.execute(() -> read(calls, why));
    }

    private static boolean readsOnly(List<Call> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).command() instanceof Command.Write) {
                return false;
            }
        }
        return true;
    }

    /**
     * Answers the reads among the calls, but not so many at once that their values fill the memory: see {@link Result.Postponed}.
     *
     * @param writes what the others hear
     */
    private void read(List<Call> calls, Result writes) {
        long bytes = 0;
        for (Call call : calls) {
            if (!(call.command() instanceof Command.Read read)) {
                call.complete(writes);
            } else if (bytes > MAX_ANSWER_BYTES) {
                call.complete(Result.Postponed.POSTPONED);
            } else {
                bytes += answer(call, read, true);
            }
        }
    }

    /**
     * Answers a read, if need be after a repair has brought back what it asks for. On the lane of reads.
     *
     * @return bytes of values in the answer, also if it comes later
     */
    private long answer(Call call, Command.Read read, boolean mayWait) {
        Result result;
        Bitcask data = live.current();
        try {
            result = phase == Phase.STOPPED ? stopping() : Evaluator.read(read, data);
        } catch (LostRecordException lost) {
            if (mayWait) {
                live.whenReplaced(data, reads, () -> answer(call, read, false));
                return Evaluator.valueBytes(read, data);
            }
            result = Evaluator.unreadable(lost);
        } catch (RuntimeException | Error failure) {
            LOG.error("{}: a read failed", name, failure);
            result = new Result.Failure(Result.Kind.UNREADABLE, name + ": the read failed: " + failure);
        }
        call.complete(result);
        return result.valueBytes();
    }

    private void write(List<Call> calls) {
        long weight = WriteCost.of(calls);
        Result.Failure refusal = null;
        long backlog = 0;
        boolean noRoom = false;
        synchronized (batchGate) {
            long waiting = waitingBytes.get();
            if (draining) {
                refusal = stopping();
            } else if (waiting > 0 && waiting + weight > MAX_WAITING_BYTES) {
                refusal = refusals.backlog(waiting);
                backlog = waiting;
            } else if (!room.admit(weight)) {
                refusal = refusals.lowSpace();
                noRoom = true;
            } else {
                waitingBytes.addAndGet(weight);
                enqueue(calls, weight);
            }
        }
        if (backlog > 0) {
            backlogged(backlog);
        }
        if (refusal != null) {
            shed(calls, refusal);
        }
        if (noRoom || backlog > 0) {
            meter.shed(noRoom ? PressureReason.LOW_SPACE : PressureReason.LOG_BACKLOG, writes(calls));
        }
    }

    /** Full for a moment: that is no reason to refuse what comes after; but operators should know. */
    private void backlogged(long waiting) {
        if (!backlogTold) {
            backlogTold = true;
            causes.raise(
                    PressureReason.LOG_BACKLOG,
                    PressureCauses.Place.QUEUE,
                    PressureLevel.WARN,
                    name + ": " + waiting + " bytes wait for the log; what comes on top is refused");
        }
    }

    /** Looks whether what waits for the log has become less, and answers what has waited too long. On the watch's timer. */
    void watchQueue(long nowNanos) {
        if (waitingBytes.get() > 0) {
            PressureState pressure = dirty.pressure();
            unanswered.giveUpOld(
                    nowNanos,
                    pressure.worstReason()
                            .map(reason -> reason + ": " + pressure.detail())
                            .orElse("the disk does not answer"));
        }
        if (backlogTold && waitingBytes.get() <= MAX_WAITING_BYTES / 2) {
            backlogTold = false;
            causes.clear(PressureReason.LOG_BACKLOG, PressureCauses.Place.QUEUE, name + ": the log has caught up");
        }
    }

    /** See {@link CommitLog#trim}. */
    void trimLog() {
        log.trim();
    }

    /** See {@link CommitLog#activity}. */
    @Nullable
    LogActivity logActivity() {
        return log.activity();
    }

    private void enqueue(List<Call> calls, long weight) {
        if (!batch.add(calls, weight)) {
            long began = System.nanoTime();
            WriteBatch next = new WriteBatch(refusals, bytes -> answered(bytes, began));
            next.add(calls, weight);
            batch = next;
            unanswered.add(next, began);
            log.append(next);
        }
    }

    private static int writes(List<Call> calls) {
        int writes = 0;
        for (Call call : calls) {
            writes += call.command() instanceof Command.Write ? 1 : 0;
        }
        return writes;
    }

    private void answered(long bytes, long beganNanos) {
        meter.answered(System.nanoTime() - beganNanos);
        room.releaseReservation(bytes);
        waitingBytes.addAndGet(-bytes);
        drainedIfIdle();
    }

    private void drainedIfIdle() {
        if (draining && waitingBytes.get() == 0 && !replaying) {
            drained.tryComplete();
        }
    }

    /** Takes no further call, and completes when every call taken has been answered and nothing is replayed any more. */
    Future<Void> drain() {
        synchronized (batchGate) {
            draining = true;
        }
        log.failFast();
        drainedIfIdle();
        return drained.future();
    }

    /** Closes the log, and the files behind every read that was taken; after the checkpointer has been stopped. */
    Future<Void> close() {
        draining = true;
        // of a log that is not open because its replay was stopped there is nothing to finish
        Future<Void> finished = phase == Phase.RECOVERING ? log.close().otherwiseEmpty() : log.close();
        return finished.eventually(() -> {
            phase = Phase.STOPPED;
            live.end();
            Promise<Void> closed = Promise.promise();
            reads.execute(() -> {
                closeFiles();
                closed.complete();
            });
            return closed.future();
        });
    }

    private void closeFiles() {
        try {
            live.current().close();
        } catch (IOException e) {
            LOG.warn("{}: closing its files failed", name, e);
        }
        filesClosed = true;
    }

    /** Out of service for writes until a restart recovers it from the log. Any thread. */
    void fail(String why) {
        failure = why;
        phase = Phase.FAILED;
        LOG.error("{}", why);
    }

    void checkpointed(CheckpointOutcome outcome) {
        lastOutcome = outcome;
    }

    /** Why a stop that has run out of time can't say that all is well with this shard; empty if it can. */
    Optional<String> shutdownBlocker() {
        Bitcask data = live.current();
        long durable = data.durableIndex();
        long applied = data.snapshot().index();
        if (durable < applied || dirty.inFlight()) {
            return Optional.of(name + " (durable up to " + durable + " of " + applied + ")");
        }
        if (replaying) {
            return Optional.of(name + " (its replay has not ended)");
        }
        if (waitingBytes.get() > 0) {
            return Optional.of(name + " (writes under way have not come back)");
        }
        boolean reading = phase == Phase.STOPPED && !filesClosed;
        return reading ? Optional.of(name + " (a read has not come back; nothing is lost)") : Optional.empty();
    }

    ShardStatus status() {
        CheckpointOutcome outcome = lastOutcome;
        ShardTarget.Saved saved = target.saved(); // before the changes of now, which are never fewer
        long unsavedChanges = changes.cut(live).changes() - saved.changes();
        Bitcask data = live.current();
        PressureState pressure = dirty.pressure();
        boolean failed = phase == Phase.FAILED;
        return new ShardStatus(
                number,
                phase,
                data.keys(),
                data.snapshot().index(),
                data.durableIndex(),
                dirty.dirtyBytes(),
                dirty.inFlight(),
                saved.began(),
                outcome == null || outcome.succeeded(),
                failed ? PressureLevel.FAILED : pressure.level(),
                failed ? failure : detail(pressure),
                log.retainedBytes(),
                log.releasedIndex(),
                replay.progress(log),
                data.quarantinedFiles(),
                pressure.reasons(),
                pressure.sinceEpochMillis(),
                unsavedChanges);
    }

    private String detail(PressureState pressure) {
        return pressure.worstReason()
                .map(reason -> name + ": " + reason + "; " + pressure.detail())
                .orElse("");
    }
}

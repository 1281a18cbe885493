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
 * One shard: its log, its data, its dirty counter, and its lifecycle from recovery to stop.
 *
 * <p>Two lanes: writes go through the log, which calls {@link EntryApplier} on its own serial executor; reads that follow
 * no pending write of their connection are answered from applied entries on a second one, so that they never wait for the
 * log's disk.
 */
final class Shard {
    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

    /** Maximum weight of the calls that wait for the log; a single larger one is admitted when nothing else waits. */
    static final long MAX_WAITING_BYTES = 128L << 20;

    /** Once the answers to a list of reads have this size, the rest of the list is postponed. */
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
    private final ShardVolumes volumes;
    private final PressureCauses causes;
    private final ShedFailures shedFailures;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final UnansweredWrites unanswered = new UnansweredWrites();
    private final Object batchLock = new Object();
    private final Promise<Void> drained = Promise.promise();

    private WriteBatch batch;
    private volatile Phase phase = Phase.RECOVERING;
    private volatile @Nullable CheckpointOutcome lastOutcome;
    private volatile String failure = "";
    private volatile boolean draining;
    private volatile boolean replaying;
    private volatile boolean backlogRaised;
    private volatile boolean filesClosed;

    /**
     * Creates a shard whose data files are open and whose log is not.
     *
     * @param lane runs this shard's log tasks one at a time
     * @param reads runs this shard's read tasks one at a time
     * @param fence checked before a write is acknowledged
     */
    Shard(
            int number,
            Bitcask data,
            CommitLog log,
            DirtyCounter dirty,
            Executor lane,
            Executor reads,
            ShardVolumes volumes,
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
        this.volumes = volumes;
        this.causes = causes;
        this.shedFailures = new ShedFailures(name, volumes.dwellMillis());
        this.applier = new EntryApplier(live, dirty, replay, fence, () -> draining, changes);
        ShardRepair repair = new ShardRepair(name, live, log, () -> phase != Phase.RECOVERING, lane, reads);
        this.target = new ShardTarget(live, log, repair, volumes, this::drain, clock, changes);
        this.batch = new WriteBatch(shedFailures, bytes -> {});
        this.batch.close();
    }

    /** The store that it serves from; a repair may replace it. */
    Bitcask live() {
        return live.current();
    }

    CheckpointTarget target() {
        return target;
    }

    /**
     * Replays the log and starts to serve. Blocks; on the log's thread, so that releases wait until it has ended. A shutdown
     * ends it before its next entry, with a {@link RecoveryStoppedException}.
     */
    LogRecovery recover() throws IOException {
        synchronized (batchLock) {
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
            logRecovery(found);
            return found;
        } catch (RecoveryStoppedException stopped) {
            LOG.info("{}: {}; the next start continues from there", name, stopped.getMessage());
            throw stopped;
        } finally {
            replaying = false;
            if (draining) {
                drainedIfIdle();
            }
        }
    }

    private void logRecovery(LogRecovery found) {
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
            reads.execute(() -> read(calls, stopping()));
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
        Result.Failure why = shedFailures.of(pressure);
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

    /** Whether a command may use more space; a removal frees some. */
    private static boolean adds(Command command) {
        return command instanceof Command.Write write && write.addsData();
    }

    private static void refuse(List<Call> calls, Result.Failure why) {
        for (Call call : calls) {
            call.complete(why);
        }
    }

    private Result.Failure stopping() {
        return new Result.Failure(Result.Kind.STOPPED, name + " is being stopped");
    }

    /** Refuses the writes among the calls; the reads are answered. */
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
     * Answers the reads among the calls, but not so many at once that their values fill the memory; see {@link
     * Result.Postponed}.
     *
     * @param writes the answer to the writes
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
     * Answers a read, if necessary after a repair has restored the record. On the read lane.
     *
     * @return bytes of values in the answer, even if that is given later
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
        boolean noSpace = false;
        synchronized (batchLock) {
            long waiting = waitingBytes.get();
            if (draining) {
                refusal = stopping();
            } else if (waiting > 0 && waiting + weight > MAX_WAITING_BYTES) {
                refusal = shedFailures.backlog(waiting);
                backlog = waiting;
            } else if (!volumes.admit(weight)) {
                refusal = shedFailures.lowSpace();
                noSpace = true;
            } else {
                waitingBytes.addAndGet(weight);
                enqueue(calls, weight);
            }
        }
        if (backlog > 0) {
            raiseBacklog(backlog);
        }
        if (refusal != null) {
            shed(calls, refusal);
        }
        if (noSpace || backlog > 0) {
            meter.shed(noSpace ? PressureReason.LOW_SPACE : PressureReason.LOG_BACKLOG, writes(calls));
        }
    }

    /** A full queue is no reason to shed later writes, but operators should know: raises a warning, once. */
    private void raiseBacklog(long waiting) {
        if (!backlogRaised) {
            backlogRaised = true;
            causes.raise(
                    PressureReason.LOG_BACKLOG,
                    PressureCauses.Place.QUEUE,
                    PressureLevel.WARN,
                    name + ": " + waiting + " bytes wait for the log; writes above that limit are refused");
        }
    }

    /**
     * Clears the backlog warning once the queue has shrunk, and fails writes that waited too long. On the monitor's timer.
     */
    void watchQueue(long nowNanos) {
        if (waitingBytes.get() > 0) {
            PressureState pressure = dirty.pressure();
            unanswered.timeOutOld(
                    nowNanos,
                    pressure.worstReason()
                            .map(reason -> reason + ": " + pressure.detail())
                            .orElse("the disk does not answer"));
        }
        if (backlogRaised && waitingBytes.get() <= MAX_WAITING_BYTES / 2) {
            backlogRaised = false;
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
            long startNanos = System.nanoTime();
            WriteBatch next = new WriteBatch(shedFailures, bytes -> answered(bytes, startNanos));
            next.add(calls, weight);
            batch = next;
            unanswered.add(next, startNanos);
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

    private void answered(long bytes, long startNanos) {
        meter.answered(System.nanoTime() - startNanos);
        volumes.releaseReservation(bytes);
        waitingBytes.addAndGet(-bytes);
        drainedIfIdle();
    }

    private void drainedIfIdle() {
        if (draining && waitingBytes.get() == 0 && !replaying) {
            drained.tryComplete();
        }
    }

    /** Accepts no further calls, and completes when every accepted call has been answered and no replay is running. */
    Future<Void> drain() {
        synchronized (batchLock) {
            draining = true;
        }
        log.failFast();
        drainedIfIdle();
        return drained.future();
    }

    /** Closes the log, then the files once all accepted reads have ended; after the checkpointer has been stopped. */
    Future<Void> close() {
        draining = true;
        // if the replay was stopped, the log is not open and has nothing to finish
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

    /** Takes the shard out of service for writes until a restart recovers it from the log. Any thread. */
    void fail(String why) {
        failure = why;
        phase = Phase.FAILED;
        LOG.error("{}", why);
    }

    void checkpointed(CheckpointOutcome outcome) {
        lastOutcome = outcome;
    }

    /** Why this shard keeps a shutdown from completing; empty if it does not. */
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
            return Optional.of(name + " (writes are still pending)");
        }
        boolean reading = phase == Phase.STOPPED && !filesClosed;
        return reading ? Optional.of(name + " (a read is still running; nothing is lost)") : Optional.empty();
    }

    ShardStatus status() {
        CheckpointOutcome outcome = lastOutcome;
        ShardTarget.SavePoint savePoint = target.savePoint(); // before the current changes, which are never fewer
        long unsavedChanges = changes.snapshot(live).changes() - savePoint.changes();
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
                savePoint.began(),
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

package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's checkpointer, apart from Vert.x: decides by {@link CheckpointPolicy}, runs at most one generation at a time,
 * answers sync requests, and never believes a force again once one has failed.
 *
 * <p>All methods run on its {@link CheckpointLoop}; its fields need no locks. A generation goes: permit, {@link
 * DirtyCounter#begin}, capture, force on a worker, {@link CheckpointTarget#completed}, durable index, answers.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    /** What is going on. */
    private sealed interface Step {
        record Resting() implements Step {}

        record Queued(ForcePermits.Ticket ticket, CheckpointTrigger trigger, long sinceNanos) implements Step {}

        record Forcing(Generation generation) implements Step {}

        record Repairing() implements Step {}
    }

    /** What has been captured and is being forced, and who waits for it. */
    private record Generation(
            long number,
            CheckpointTrigger trigger,
            Capture captured,
            DirtyCounter.Start start,
            long queuedNanos,
            long startedNanos,
            ForcePermits.Ticket ticket,
            List<Waiter> riders) {}

    private record Waiter(Promise<SyncResult> answer, long sinceNanos) {}

    private enum Stop {
        NOT_ASKED,
        DRAINING,
        LAST_GENERATION,
        DONE
    }

    private static final Step RESTING = new Step.Resting();

    private final String store;
    private final int shard;
    private final CheckpointTarget target;
    private final DirtyCounter dirty;
    private final ForcePermits permits;
    private final CheckpointLoop loop;
    private final CheckpointOptions options;
    private final CheckpointListener listener;

    private final CheckpointHealth health;
    private final Promise<Void> stopped = Promise.promise();
    private Step step = RESTING;
    private Stop stop = Stop.NOT_ASKED;
    private List<Waiter> waiting = new ArrayList<>();
    private @Nullable Runnable recheck;
    private @Nullable Throwable drainFailure;
    private long generations;
    private boolean tickDue;
    private long nextTickNanos;
    private long oldestNanos;
    private long movedNanos;
    private long seenIndex = -1;

    Checkpointer(
            String store,
            int shard,
            CheckpointTarget target,
            DirtyCounter dirty,
            ForcePermits permits,
            CheckpointLoop loop,
            CheckpointOptions options,
            CheckpointListener listener) {
        this.store = store;
        this.shard = shard;
        this.target = target;
        this.dirty = dirty;
        this.permits = permits;
        this.loop = loop;
        this.options = options;
        this.listener = listener;
        this.health = new CheckpointHealth(options.getIntervalMs());
    }

    /** Takes the shard over; it counts as dirty until a generation has succeeded. */
    void start(long firstTickNanos) {
        nextTickNanos = firstTickNanos;
        oldestNanos = loop.nanoTime();
        movedNanos = oldestNanos;
        dirty.adopt(() -> loop.execute(this::evaluate));
        dirty.limit(options.getMaxDirtyBytes());
    }

    /** A tick of the interval. Late ticks may come in a burst; they change nothing while a generation runs. */
    void tick() {
        long now = loop.nanoTime();
        nextTickNanos = now + TimeUnit.MILLISECONDS.toNanos(options.getIntervalMs());
        tickDue = true;
        if (step == RESTING && stop == Stop.NOT_ASKED && health.repairDue(now)) {
            repair();
        } else {
            evaluate();
        }
    }

    /**
     * Asks that everything applied before this call be durable: answered by the first generation that starts after it, at
     * once if the shard is clean.
     */
    Future<SyncResult> sync() {
        Promise<SyncResult> answer = Promise.promise();
        if (stop == Stop.DONE) {
            answer.fail(new SyncException(SyncFailure.UNAVAILABLE, name() + " has been stopped"));
        } else {
            waiting.add(new Waiter(answer, loop.nanoTime()));
            evaluate();
        }
        return answer.future();
    }

    /** Ends with everything durable, or fails and says why not. */
    Future<Void> stop() {
        if (stop == Stop.NOT_ASKED) {
            stop = Stop.DRAINING;
            Future<Void> drained;
            try {
                drained = target.drain();
            } catch (RuntimeException e) {
                drained = Future.failedFuture(e);
            }
            drained.onComplete(done -> loop.execute(() -> {
                drainFailure = done.cause();
                stop = Stop.LAST_GENERATION;
                evaluate();
            }));
        }
        return stopped.future();
    }

    private void evaluate() {
        if (recheck != null) {
            recheck.run();
            recheck = null;
        }
        if (step != RESTING || stop == Stop.DONE) {
            return;
        }
        if (!health.mayForce()) {
            failAll(waiting, new SyncException(SyncFailure.SHARD_FAILED, health.detail()));
        } else if (!dirty.dirty()) {
            tickDue = false;
            answer(waiting, 0, 0);
        } else {
            decide();
        }
        finishStop();
    }

    private void decide() {
        long now = loop.nanoTime();
        long index = dirty.appendedIndex();
        if (index != seenIndex) {
            seenIndex = index;
            movedNanos = now;
        }
        CheckpointDecision decision = CheckpointPolicy.decide(activity(), now, options);
        if (decision instanceof CheckpointDecision.Fire fire) {
            long deadline = fire.trigger() == CheckpointTrigger.INTERVAL
                    ? oldestDirtyNanos() + TimeUnit.MILLISECONDS.toNanos(options.getMaxDelayMs())
                    : now;
            queue(fire.trigger(), deadline, now);
        } else if (decision instanceof CheckpointDecision.Defer defer) {
            long delay = TimeUnit.NANOSECONDS.toMillis(defer.recheckAtNanos() - now + 999_999);
            recheck = loop.schedule(Math.max(1, delay), this::evaluate);
        }
    }

    private CheckpointActivity activity() {
        return new CheckpointActivity(
                dirty.dirty(),
                health.unproven(),
                tickDue,
                step != RESTING,
                stop == Stop.LAST_GENERATION,
                waiting.size(),
                dirty.dirtyBytes(),
                oldestDirtyNanos(),
                movedNanos,
                nextTickNanos,
                permits.expectedWaitNanos());
    }

    private long oldestDirtyNanos() {
        return health.unproven() ? oldestNanos : dirty.stampNanos();
    }

    private void queue(CheckpointTrigger trigger, long deadlineNanos, long now) {
        // The grant may come before request() returns, but it is carried out by the loop after this step is set.
        ForcePermits.Ticket ticket = permits.request(deadlineNanos, () -> loop.execute(this::begin));
        step = new Step.Queued(ticket, trigger, now);
    }

    private void begin() {
        Step.Queued queued = (Step.Queued) step;
        tickDue = false;
        List<Waiter> riders = waiting;
        waiting = new ArrayList<>();
        DirtyCounter.Start start = dirty.begin();
        Capture captured;
        try {
            captured = target.capture();
        } catch (RuntimeException e) {
            captured = new Nothing(Math.max(0, dirty.durableIndex()));
            Generation failed = generation(queued, captured, start, riders);
            step = new Step.Forcing(failed);
            ended(failed, e);
            return;
        }
        Capture frozen = captured;
        Generation generation = generation(queued, frozen, start, riders);
        step = new Step.Forcing(generation);
        tell(() -> listener.started(store, shard, queued.trigger()));
        loop.runBlocking(
                () -> {
                    target.force(frozen);
                    return null;
                },
                failure -> ended(generation, failure));
    }

    private Generation generation(Step.Queued queued, Capture captured, DirtyCounter.Start start, List<Waiter> riders) {
        generations++;
        return new Generation(
                generations,
                queued.trigger(),
                captured,
                start,
                queued.sinceNanos(),
                loop.nanoTime(),
                queued.ticket(),
                riders);
    }

    private void ended(Generation generation, @Nullable Throwable failure) {
        long now = loop.nanoTime();
        generation.ticket().release(now - generation.startedNanos());
        step = RESTING;
        if (failure instanceof CheckpointLoop.NotStarted) {
            dirty.withdraw();
            LOG.warn(
                    "{}: the force could not be started ({}); the next tick tries again", name(), failure.getMessage());
            failAll(generation.riders(), new SyncException(SyncFailure.UNAVAILABLE, name() + ": " + failure));
            if (stop == Stop.LAST_GENERATION) {
                finishStopFailed(name() + " was not made durable: the force could not be started");
            }
            return;
        }
        if (failure == null) {
            succeeded(generation, now);
        } else {
            failed(generation, failure, now);
        }
        evaluate();
    }

    private void succeeded(Generation generation, long now) {
        Capture captured = generation.captured();
        CheckpointOutcome outcome = outcome(generation, now, null);
        dirty.complete(captured.index(), generation.start());
        dirty.limit(options.getMaxDirtyBytes());
        if (health.succeeded()) {
            dirty.shed(false);
            pressure(PressureLevel.NORMAL, "repaired, and forced since");
        }
        tell(() -> target.completed(captured));
        LOG.debug("{}: {}", name(), outcome);
        tell(() -> listener.ended(outcome));
        answer(generation.riders(), captured.files(), captured.bytes());
    }

    private void failed(Generation generation, Throwable failure, long now) {
        CheckpointOutcome outcome = outcome(generation, now, String.valueOf(failure.getMessage()));
        String detail =
                name() + ": forcing up to index " + generation.captured().index() + " failed: " + failure;
        dirty.shed(true);
        dirty.fail();
        boolean repairNow = health.failed(generation.captured(), detail, now);
        oldestNanos = Math.min(oldestNanos, generation.start().oldestNanos());
        LOG.error(
                "{}. Client writes of this shard are shed; its files are not forced again. The log has every acknowledged write",
                detail,
                failure);
        pressure(PressureLevel.SHED, detail);
        tell(() -> listener.ended(outcome));
        failAll(generation.riders(), new SyncException(SyncFailure.FORCE_FAILED, detail));
        if (repairNow && stop == Stop.NOT_ASKED) {
            repair();
        }
    }

    private void repair() {
        Capture failed = health.broken();
        step = new Step.Repairing();
        loop.runBlocking(
                () -> {
                    target.repair(failed);
                    return null;
                },
                failure -> repaired(failure));
    }

    private void repaired(@Nullable Throwable failure) {
        step = RESTING;
        if (failure == null) {
            health.repaired();
            tickDue = true;
            LOG.info("{}: repaired from the log; writes are shed until the new files are durable", name());
        } else if (failure instanceof UnsupportedOperationException) {
            health.failForGood();
            LOG.error("{}: {}; out of service for writes until a restart", name(), failure.getMessage());
            pressure(PressureLevel.FAILED, health.detail() + "; restart to recover it from the log");
        } else {
            long pauseMillis = health.repairFailed(loop.nanoTime());
            LOG.warn("{}: repair failed: {}; next try in {} ms", name(), failure, pauseMillis);
        }
        evaluate();
    }

    private void finishStop() {
        if (stop != Stop.LAST_GENERATION || step != RESTING) {
            return;
        }
        if (!health.mayForce()) {
            finishStopFailed(name() + " was not made durable: " + health.detail());
        } else if (!dirty.dirty()) {
            if (drainFailure == null) {
                finish();
                stopped.tryComplete();
            } else {
                finishStopFailed(name() + " was forced, but did not finish its writes first: " + drainFailure);
            }
        }
    }

    private void finishStopFailed(String why) {
        finish();
        stopped.tryFail(new SyncException(SyncFailure.FORCE_FAILED, why));
    }

    private void finish() {
        stop = Stop.DONE;
        dirty.abandon();
        failAll(waiting, new SyncException(SyncFailure.UNAVAILABLE, name() + " has been stopped"));
    }

    private CheckpointOutcome outcome(Generation generation, long now, @Nullable String error) {
        return new CheckpointOutcome(
                store,
                shard,
                generation.number(),
                generation.trigger(),
                dirty.durableIndex(),
                generation.captured().index(),
                generation.captured().bytes(),
                generation.captured().files(),
                TimeUnit.NANOSECONDS.toMillis(generation.startedNanos() - generation.queuedNanos()),
                TimeUnit.NANOSECONDS.toMillis(now - generation.startedNanos()),
                loop.epochMillis(),
                error);
    }

    private void answer(List<Waiter> waiters, int files, long bytes) {
        long now = loop.nanoTime();
        for (Waiter waiter : List.copyOf(waiters)) {
            long waited = TimeUnit.NANOSECONDS.toMillis(now - waiter.sinceNanos());
            waiter.answer().tryComplete(new SyncResult(shard, generations, dirty.durableIndex(), files, bytes, waited));
        }
        waiters.clear();
    }

    private void failAll(List<Waiter> waiters, SyncException why) {
        for (Waiter waiter : List.copyOf(waiters)) {
            waiter.answer().tryFail(why);
        }
        waiters.clear();
    }

    private void pressure(PressureLevel level, String detail) {
        PressureEvent event =
                new PressureEvent("", store, shard, level, PressureReason.FSYNC_FAILED, loop.epochMillis(), detail);
        tell(() -> listener.pressure(event));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("{}: a listener failed", name(), e);
        }
    }

    private String name() {
        return "store " + store + " shard " + shard;
    }

    private record Nothing(long index) implements Capture {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int files() {
            return 0;
        }
    }
}

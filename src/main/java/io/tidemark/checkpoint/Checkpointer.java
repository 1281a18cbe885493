package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One shard's checkpointer, independent of Vert.x: decides by {@link CheckpointPolicy}, runs at most one generation at a time,
 * answers sync requests, and never trusts a force again once one has failed.
 *
 * <p>All methods run on its {@link CheckpointLoop} unless stated otherwise; its fields need no locks. A generation is: permit, {@link
 * DirtyCounter#begin}, capture, force on a worker, durable index, {@link CheckpointTarget#completed}, answers to waiters.
 */
final class Checkpointer {

    /** The current activity. */
    private sealed interface Step {
        /** No generation, no repair. */
        record Idle() implements Step {}

        /** A generation waits for its permit. */
        record Queued(ForcePermits.Ticket ticket, CheckpointTrigger trigger, long sinceNanos) implements Step {}

        /** A generation runs on a worker. */
        record Forcing(Generation generation) implements Step {}

        /** A repair waits for its permit, or runs on a worker. */
        record Repairing() implements Step {}
    }

    private enum Stop {
        NOT_REQUESTED,
        DRAINING,
        LAST_GENERATION,
        DONE
    }

    private static final Step IDLE = new Step.Idle();
    private static final Step REPAIRING = new Step.Repairing();

    /** Without a limit, a store that is written to after {@link CheckpointTarget#drain} would never let its checkpointer stop. */
    private static final int MAX_LAST_GENERATIONS = 8;

    /** Pause after a force that could not be scheduled or was postponed. */
    private static final long PAUSE_MS = 1_000;

    /** How often the pause after postponed forces doubles; it never exceeds the interval. */
    private static final int MAX_DOUBLINGS = 6;

    private final int shard;
    private final CheckpointTarget target;
    private final DirtyCounter dirty;
    private final ForcePermits permits;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final CheckpointPressure pressure;
    private final StallWatch stall;
    private final PermitWatch permitWatch;
    private final CheckpointHealth health = new CheckpointHealth();
    private final Repairs repairs;
    private final Ticks ticks = new Ticks();
    private final WriteActivity writeActivity;
    private final MarkCheck marks;
    private final SyncWaiters waiting = new SyncWaiters();
    private final Promise<Void> stopped = Promise.promise();

    private CheckpointOptions options;
    private Step step = IDLE;
    private Stop stop = Stop.NOT_REQUESTED;
    private @Nullable Runnable recheck;
    private boolean paused;
    private @Nullable Throwable drainFailure;
    private boolean repairedAtStop;
    private boolean retriedAtStop;
    private int postponements;
    private long retryNotBeforeNanos;
    private long generations;
    private int lastGenerations;
    private volatile long unprovenSinceNanos;
    private volatile @Nullable StoppedShard left;

    Checkpointer(
            String store,
            int shard,
            CheckpointTarget target,
            DirtyCounter dirty,
            ForcePermits permits,
            CheckpointLoop loop,
            CheckpointOptions options,
            CheckpointListener listener) {
        this.shard = shard;
        this.target = target;
        this.dirty = dirty;
        this.permits = permits;
        this.loop = loop;
        this.options = new CheckpointOptions(options);
        this.reports = new CheckpointReports(store, shard, loop, listener);
        this.pressure = new CheckpointPressure(options.getNode(), store, shard, dirty, loop, reports, target::probe);
        this.stall = new StallWatch(loop, reports, pressure);
        this.writeActivity = new WriteActivity(dirty);
        this.marks = new MarkCheck(target, dirty, loop, reports);
        this.permitWatch = new PermitWatch(permits, loop, reports, pressure);
        this.repairs = new Repairs(target, health, permits, loop, reports, pressure, permitWatch);
    }

    /** Starts; the shard counts as dirty until a generation has succeeded. */
    void start(long firstTickNanos) {
        unprovenSinceNanos = loop.nanoTime();
        ticks.begin(unprovenSinceNanos, firstTickNanos);
        reports.runGuarded("attached() of the store", () -> target.attached(dirty));
        reports.runGuarded("configured() of the store", () -> target.configured(new CheckpointOptions(options)));
        dirty.adopt(() -> loop.execute(this::evaluate));
        marks.forgetPredecessor();
        dirty.limit(options.getMaxDirtyBytes());
    }

    CheckpointJournal journal() {
        return reports.journal();
    }

    /** The shard's status. Any thread; memory only. */
    CheckpointStatus status() {
        Generation running = reports.running();
        long now = loop.nanoTime();
        long oldest = unprovenSinceNanos;
        if (!dirty.unproven()) {
            oldest = running == null ? dirty.oldestNanos() : running.start().oldestNanos();
        }
        long durable = Math.max(0, dirty.durableIndex());
        return new CheckpointStatus(
                reports.store(),
                shard,
                Math.max(durable, dirty.appendedIndex()),
                durable,
                dirty.dirtyBytes(),
                target.dirtyFiles(),
                dirty.dirty() ? millis(now - oldest) : 0,
                running == null ? 0 : millis(now - running.startedNanos()),
                pressure.level());
    }

    private static long millis(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /**
     * Changes the options; a running generation and waiters are kept.
     *
     * @param nextTickNanos when the next tick is due; see {@link Ticks#moveTo}
     */
    void reconfigure(CheckpointOptions fresh, long nextTickNanos) {
        long now = loop.nanoTime();
        long longerMs = Math.max(options.getIntervalMs(), fresh.getIntervalMs());
        options = new CheckpointOptions(fresh);
        reports.runGuarded("configured() of the store", () -> target.configured(new CheckpointOptions(options)));
        dirty.limit(options.getMaxDirtyBytes());
        stall.follow(options);
        permitWatch.follow(options);
        if (ticks.moveTo(nextTickNanos, now, TimeUnit.MILLISECONDS.toNanos(longerMs))) {
            ticked(now);
        } else {
            evaluate();
        }
    }

    /** Pressure that the store reports; {@code NORMAL}: the cause is gone. See {@link PressureState}. */
    void reportPressure(PressureReason reason, PressureLevel level, String detail) {
        pressure.set(reason, level, detail);
    }

    /** Changes the pressure options. */
    void reconfigure(PressureOptions fresh) {
        pressure.dwell(fresh.getDwellMs());
    }

    /** A tick of the interval. Late ticks may arrive in a burst; they change nothing while a generation runs. */
    void tick() {
        long now = loop.nanoTime();
        ticks.tick(now, TimeUnit.MILLISECONDS.toNanos(options.getIntervalMs()));
        ticked(now);
    }

    private void ticked(long now) {
        paused = false;
        retryNotBeforeNanos = now;
        if (step == IDLE && stop == Stop.NOT_REQUESTED && health.repairDue(now)) {
            repair();
        } else {
            evaluate();
        }
    }

    /**
     * Requests that everything applied before this call become durable. Answered by the first generation that starts after it; at
     * once if the shard is clean.
     */
    Future<SyncResult> sync() {
        return sync(SyncRequest.NO_DEADLINE);
    }

    /**
     * As {@link #sync()}, with a deadline.
     *
     * @param deadlineMillis after which the request fails while the sync continues; {@link SyncRequest#NO_DEADLINE} to wait for
     *     ever
     */
    Future<SyncResult> sync(long deadlineMillis) {
        StoppedShard over = left;
        if (over != null) {
            return over.sync();
        }
        long asked = loop.nanoTime();
        SyncWaiters.Waiter waiter = waiting.add(asked);
        Future<SyncResult> answer = waiter.answer();
        answer.onComplete(done -> reports.answered(loop.nanoTime() - asked, done.succeeded()));
        evaluate();
        if (deadlineMillis != SyncRequest.NO_DEADLINE && !answer.isComplete()) {
            Runnable expiry = loop.schedule(deadlineMillis, () -> expired(waiter, deadlineMillis));
            answer.onComplete(done -> expiry.run());
        }
        return answer;
    }

    private void expired(SyncWaiters.Waiter waiter, long deadlineMillis) {
        waiter.expire(new SyncException(
                SyncFailure.DEADLINE,
                reports.name() + " was not durable within " + deadlineMillis + " ms; the sync continues"));
    }

    /** The shard as it was left, {@code null} before the end. Any thread. */
    @Nullable
    StoppedShard left() {
        return left;
    }

    /** How many sync requests wait for a generation to start. */
    int waiters() {
        return waiting.size();
    }

    /** Whether a force has failed and no repair has succeeded since. */
    boolean broken() {
        return !health.mayForce();
    }

    /** Stops with everything durable, or fails and says why not. */
    Future<Void> stop() {
        if (stop == Stop.NOT_REQUESTED) {
            stop = Stop.DRAINING;
            if (step == IDLE && health.isBroken()) {
                repair(); // writes that are to be drained may wait for it
            }
            TargetCalls.watched("drain()", "the stop waits for it", loop, reports, target::drain)
                    .onComplete(done -> loop.execute(() -> {
                        drainFailure = done.cause();
                        stop = Stop.LAST_GENERATION;
                        evaluate();
                    }));
        }
        return stopped.future();
    }

    private void evaluate() {
        writeActivity.observe(loop.nanoTime());
        if (isPaused()) {
            return; // every mark arrives here
        }
        if (recheck != null) {
            recheck.run();
            recheck = null;
        }
        if (step instanceof Step.Queued queued) {
            hasten(queued.ticket());
        }
        if (step != IDLE || stop == Stop.DONE) {
            return;
        }
        if (!health.mayForce()) {
            waiting.fail(SyncFailure.SHARD_FAILED, health.detail());
        } else if (!dirty.dirty() && !unmarked()) {
            ticks.consumeTick();
            waiting.answer(shard, generations, dirty.durableIndex(), 0, 0, loop.nanoTime());
        } else if (marks.unreachable()) {
            ticks.consumeTick();
            waiting.fail(SyncFailure.UNAVAILABLE, marks.behindDetail());
            if (stop == Stop.LAST_GENERATION) {
                stopFailed(marks.behindDetail());
            }
        } else if (lastGenerations == MAX_LAST_GENERATIONS) {
            stopFailed(reports.name() + " is still being written although it was asked to drain; durable up to index "
                    + dirty.durableIndex() + " of " + Math.max(dirty.appendedIndex(), marks.appliedIndex()));
        } else {
            decide();
        }
        finishStop();
    }

    /**
     * Whether a shard that is clean by its marks has applied more than is durable, and so is dirty. Checked where the answer
     * matters: at a tick, for a sync, at the end. Memory only.
     */
    private boolean unmarked() {
        boolean last = stop == Stop.LAST_GENERATION;
        if (!(ticks.due() || waiting.size() > 0 || last) || !marks.missing(last)) {
            return false;
        }
        unprovenSinceNanos = loop.nanoTime();
        dirty.markUnproven();
        return true;
    }

    /** Starts nothing for a while, except at a tick or for a stop. */
    private void pause() {
        if (recheck != null) {
            recheck.run();
        }
        paused = true;
        recheck = loop.schedule(PAUSE_MS, () -> {
            paused = false;
            evaluate();
        });
    }

    private boolean isPaused() {
        paused &= stop == Stop.NOT_REQUESTED || stop == Stop.DRAINING;
        return paused;
    }

    private void decide() {
        long now = loop.nanoTime();
        CheckpointDecision decision = CheckpointPolicy.decide(activity(), now, options);
        if (decision instanceof CheckpointDecision.Fire fire) {
            long early = retryNotBeforeNanos - now;
            if (postponements > 0 && early > 0 && waiting.size() == 0 && stop != Stop.LAST_GENERATION) {
                recheck = loop.schedule(TimeUnit.NANOSECONDS.toMillis(early) + 1, this::evaluate);
            } else {
                queue(fire.trigger(), now);
            }
        } else if (decision instanceof CheckpointDecision.Defer defer) {
            reports.deferred(defer.reason(), loop.epochMillis(), writeActivity.index());
            long delay = TimeUnit.NANOSECONDS.toMillis(defer.recheckAtNanos() - now + 999_999);
            recheck = loop.schedule(Math.max(1, delay), this::evaluate);
        }
    }

    private CheckpointActivity activity() {
        return new CheckpointActivity(
                dirty.dirty(),
                health.unproven(),
                ticks.due(),
                step != IDLE,
                stop == Stop.LAST_GENERATION,
                waiting.size(),
                dirty.dirtyBytes(),
                oldestDirtyNanos(),
                writeActivity.lastWriteNanos(),
                ticks.nextNanos(),
                permits.expectedWaitNanos());
    }

    private long oldestDirtyNanos() {
        return dirty.unproven() ? unprovenSinceNanos : dirty.oldestNanos();
    }

    private void queue(CheckpointTrigger trigger, long now) {
        boolean canWait = trigger == CheckpointTrigger.INTERVAL || trigger == CheckpointTrigger.RECOVERY;
        long deadline = canWait ? maxDelayDeadlineNanos() : now;
        // The grant may arrive before request() returns, but the loop carries it out after this step is set.
        ForcePermits.Ticket ticket = permits.request(deadline, () -> loop.execute(this::begin));
        step = new Step.Queued(ticket, trigger, now);
        permitWatch.begin(ticket, "a checkpoint", options);
    }

    private long maxDelayDeadlineNanos() {
        return oldestDirtyNanos() + TimeUnit.MILLISECONDS.toNanos(options.getMaxDelayMs());
    }

    /** A queued generation may be due sooner by now: for a sync request, a stop, many bytes or new options. */
    private void hasten(ForcePermits.Ticket ticket) {
        boolean atOnce =
                stop == Stop.LAST_GENERATION || waiting.size() > 0 || dirty.dirtyBytes() >= options.getMaxDirtyBytes();
        if (permits.hasten(ticket, atOnce ? loop.nanoTime() : maxDelayDeadlineNanos())) {
            permitWatch.begin(ticket, "a checkpoint", options);
        }
    }

    private void begin() {
        Step.Queued queued = (Step.Queued) step;
        permitWatch.end();
        ticks.consumeTick();
        if (stop == Stop.LAST_GENERATION) {
            lastGenerations++;
        }
        SyncWaiters waiters = waiting.takeAll();
        marks.forgetPredecessor();
        DirtyCounter.Start start = dirty.begin();
        CheckedCapture capture;
        try {
            capture = CheckedCapture.of(target);
        } catch (IllegalStateException e) {
            Generation failed =
                    generation(queued, CheckedCapture.none(Math.max(0, dirty.durableIndex())), start, waiters);
            step = new Step.Forcing(failed);
            reports.started(failed);
            ended(failed, e);
            return;
        }
        run(generation(queued, capture, start, waiters));
    }

    private Generation generation(
            Step.Queued queued, CheckedCapture capture, DirtyCounter.Start start, SyncWaiters waiters) {
        generations++;
        return new Generation(
                generations,
                queued.trigger(),
                capture,
                start,
                queued.sinceNanos(),
                loop.nanoTime(),
                queued.ticket(),
                waiters);
    }

    private void run(Generation generation) {
        step = new Step.Forcing(generation);
        stall.begin(generation, options);
        ForceProgress progress = reports.started(generation);
        loop.runBlocking(
                () -> {
                    target.force(generation.capture().handle(), progress);
                    return null;
                },
                failure -> ended(generation, failure));
    }

    private void ended(Generation generation, @Nullable Throwable failure) {
        long now = loop.nanoTime();
        stall.end();
        generation.ticket().release(now - generation.startedNanos());
        step = IDLE;
        if (failure instanceof CheckpointLoop.NotStarted) {
            notStarted(generation, failure);
            return;
        }
        if (failure != null && CheckpointReports.isPostponed(generation, failure)) {
            postponed(generation, failure, now);
            return;
        }
        if (failure == null) {
            succeeded(generation, now);
        } else {
            failed(generation, failure, now);
        }
        clearStall();
        evaluate();
    }

    /**
     * No force has failed, so the next generation may force: after a pause that grows, at a tick, or for a sync request. Writes
     * are shed only once the oldest byte is older than {@code max_delay_ms}.
     */
    private void postponed(Generation generation, Throwable why, long now) {
        dirty.withdraw(generation.start());
        String detail = reports.failureDetail(generation, why);
        long pauseMs = Math.min(PAUSE_MS << Math.min(postponements, MAX_DOUBLINGS), options.getIntervalMs());
        retryNotBeforeNanos = now + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        ticks.requestTick();
        if (postponements++ == 0) {
            reports.postponed(detail, why);
        }
        boolean overdue = now - oldestDirtyNanos() >= TimeUnit.MILLISECONDS.toNanos(options.getMaxDelayMs());
        pressure.set(PressureReason.FSYNC_STALLED, overdue ? PressureLevel.SHED : PressureLevel.WARN, detail);
        reports.ended(generation, dirty.durableIndex(), now, loop.epochMillis(), why);
        generation.waiters().fail(SyncFailure.UNAVAILABLE, detail);
        if (stop != Stop.LAST_GENERATION) {
            pause();
        } else if (retriedAtStop) {
            stopFailed(detail);
        } else {
            retriedAtStop = true;
            recheck = loop.schedule(PAUSE_MS, this::evaluate);
        }
    }

    private void clearStall() {
        pressure.set(PressureReason.FSYNC_STALLED, PressureLevel.NORMAL, reports.name() + ": a generation has ended");
    }

    private void notStarted(Generation generation, Throwable why) {
        dirty.withdraw(generation.start());
        String detail = reports.name() + ": the force could not be scheduled: " + why.getMessage();
        reports.notStarted(generation, dirty.durableIndex(), detail, why);
        waiting.inherit(generation.waiters());
        generation.waiters().fail(SyncFailure.UNAVAILABLE, detail);
        clearStall();
        if (stop == Stop.LAST_GENERATION) {
            stopFailed(detail);
        } else {
            pause(); // a full pool would reject it again at once
        }
    }

    private void succeeded(Generation generation, long now) {
        CheckedCapture captured = generation.capture();
        long from = dirty.durableIndex();
        dirty.complete(captured.index(), generation.start());
        dirty.limit(options.getMaxDirtyBytes());
        reports.runGuarded("completed() of the store", () -> target.completed(captured.handle()));
        health.succeeded();
        pressure.set(
                PressureReason.FSYNC_FAILED,
                PressureLevel.NORMAL,
                reports.name() + ": repaired, and the new files are durable");
        reports.ended(generation, from, now, loop.epochMillis(), null);
        if (postponements > 0) {
            reports.caughtUp(postponements);
            postponements = 0;
        }
        if (marks.isBehind(generation)) {
            generation.waiters().fail(SyncFailure.UNAVAILABLE, marks.behindDetail());
        } else {
            generation
                    .waiters()
                    .answer(shard, generation.number(), dirty.durableIndex(), captured.files(), captured.bytes(), now);
        }
    }

    private void failed(Generation generation, Throwable failure, long now) {
        String detail = reports.failureDetail(generation, failure);
        if (!dirty.unproven()) {
            unprovenSinceNanos = generation.start().oldestNanos();
        }
        postponements = 0;
        boolean repairNow = health.failed(generation.capture().handle(), detail, now, options.getIntervalMs());
        pressure.set(PressureReason.FSYNC_FAILED, repairNow ? PressureLevel.SHED : PressureLevel.FAILED, detail);
        dirty.fail();
        reports.forceFailed(detail, failure);
        reports.ended(generation, dirty.durableIndex(), now, loop.epochMillis(), failure);
        generation.waiters().fail(SyncFailure.FORCE_FAILED, detail);
        if (repairNow && (stop == Stop.NOT_REQUESTED || stop == Stop.DRAINING)) {
            repair();
        }
    }

    private void repair() {
        step = REPAIRING;
        repairs.run(options, succeeded -> {
            step = IDLE;
            if (succeeded) {
                ticks.requestTick();
            }
            evaluate();
        });
    }

    private void finishStop() {
        if (stop != Stop.LAST_GENERATION || step != IDLE) {
            return;
        }
        if (health.isBroken() && !repairedAtStop) {
            repairedAtStop = true;
            repair();
        } else if (!health.mayForce()) {
            stopFailed(reports.name() + " was not made durable: " + health.detail());
        } else if (!dirty.dirty()) {
            if (drainFailure == null) {
                finish("");
                stopped.tryComplete();
            } else {
                stopFailed(reports.name() + " is durable, but drain() failed: " + drainFailure);
            }
        }
    }

    private void stopFailed(String why) {
        finish(why);
        stopped.tryFail(new SyncException(SyncFailure.FORCE_FAILED, why));
    }

    /** @param failure why not everything is durable; empty if it is */
    private void finish(String failure) {
        stop = Stop.DONE;
        marks.stop();
        String notDurable = dirty.dirty() ? failure : ""; // a stop may fail and still leave everything durable
        left = StoppedShard.now(reports.name(), shard, dirty, target, generations, notDurable);
        pressure.stop();
        dirty.abandon();
        waiting.fail(SyncFailure.UNAVAILABLE, reports.name() + " has been stopped");
    }
}

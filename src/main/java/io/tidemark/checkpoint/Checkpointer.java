package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One shard's checkpointer, independent of Vert.x: decides by {@link CheckpointPolicy}, runs at most one generation at a time,
 * answers sync requests, and never trusts a force again once one has failed.
 *
 * <p>All methods run on its {@link CheckpointLoop} unless stated otherwise; its fields need no locks. {@link Generations} and
 * {@link Repairs} carry out what is decided here, {@link CheckpointerStop} its end.
 */
final class Checkpointer implements Generations.Owner {

    /** Pause after a force that could not be scheduled or was postponed. */
    private static final long PAUSE_MS = Postponements.PAUSE_MS;

    private final int shard;
    private final CheckpointTarget target;
    private final DirtyCounter dirty;
    private final ForcePermits permits;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final CheckpointPressure pressure;
    private final PermitWatch permitWatch;
    private final CheckpointHealth health = new CheckpointHealth();
    private final Generations generations;
    private final Repairs repairs;
    private final CheckpointerStop stop;
    private final Ticks ticks = new Ticks();
    private final WriteActivity writeActivity;
    private final MarkCheck marks;
    private final SyncWaiters waiting = new SyncWaiters();
    private final DirtyAge age;
    private final Recheck recheck;
    private CheckpointOptions options;

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
        this.recheck = new Recheck(loop, this::evaluate);
        this.writeActivity = new WriteActivity(dirty);
        this.age = new DirtyAge(dirty);
        this.marks = new MarkCheck(target, dirty, loop, reports);
        this.permitWatch = new PermitWatch(permits, loop, reports, pressure);
        CheckpointContext context = new CheckpointContext(shard, target, dirty, permits, loop, reports, pressure);
        this.repairs = new Repairs(context, health, permitWatch);
        this.stop = new CheckpointerStop(context, health, marks, waiting);
        this.generations =
                new Generations(context, health, permitWatch, marks, ticks, waiting, age, this.options, this);
    }

    /** Starts; the shard counts as dirty until a generation has succeeded. */
    void start(long firstTickNanos) {
        long now = loop.nanoTime();
        age.unprovenSince(now);
        ticks.begin(now, firstTickNanos);
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
        long durable = Math.max(0, dirty.durableIndex());
        return new CheckpointStatus(
                reports.store(),
                shard,
                Math.max(durable, dirty.appendedIndex()),
                durable,
                dirty.dirtyBytes(),
                target.dirtyFiles(),
                dirty.dirty() ? millis(now - age.oldestNanos(running)) : 0,
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
        generations.follow(options);
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
        recheck.resume();
        generations.postponements().endPause(now);
        if (idle() && !stop.requested() && health.repairDue(now)) {
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
        StoppedShard over = left();
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
        return stop.left();
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
        if (!stop.requested() && idle() && health.isBroken()) {
            repair(); // writes that are to be drained may wait for it
        }
        return stop.request(this::evaluate);
    }

    private boolean idle() {
        return generations.idle() && repairs.idle();
    }

    private void evaluate() {
        writeActivity.observe(loop.nanoTime());
        if (stop.last() || stop.done()) {
            recheck.resume();
        }
        if (recheck.paused()) {
            return; // every mark arrives here
        }
        recheck.cancel();
        hasten();
        if (!idle() || stop.done()) {
            return;
        }
        if (!health.mayForce()) {
            waiting.fail(SyncFailure.SHARD_FAILED, health.detail());
        } else if (!dirty.dirty() && !unmarked()) {
            ticks.consumeTick();
            waiting.answer(shard, generations.count(), dirty.durableIndex(), 0, 0, loop.nanoTime());
        } else if (marks.unreachable()) {
            ticks.consumeTick();
            waiting.fail(SyncFailure.UNAVAILABLE, marks.behindDetail());
            if (stop.last()) {
                stopFailed(marks.behindDetail());
            }
        } else if (stop.exhausted()) {
            stopFailed(reports.name() + " is still being written although it was asked to drain; durable up to index "
                    + dirty.durableIndex() + " of " + Math.max(dirty.appendedIndex(), marks.appliedIndex()));
        } else {
            decide();
        }
        if (idle() && stop.repair()) {
            repair();
        } else if (idle()) {
            stop.finish(generations.count());
        }
    }

    /**
     * Whether a shard that is clean by its marks has applied more than is durable, and so is dirty. Checked where the answer
     * matters: at a tick, for a sync, at the end. Memory only.
     */
    private boolean unmarked() {
        boolean last = stop.last();
        if (!(ticks.due() || waiting.size() > 0 || last) || !marks.missing(last)) {
            return false;
        }
        age.unprovenSince(loop.nanoTime());
        dirty.markUnproven();
        return true;
    }

    private void decide() {
        long now = loop.nanoTime();
        CheckpointDecision decision = CheckpointPolicy.decide(activity(), now, options);
        if (decision instanceof CheckpointDecision.Fire fire) {
            long early = generations.postponements().remainingNanos(now);
            if (early > 0 && waiting.size() == 0 && !stop.last()) {
                recheck.after(TimeUnit.NANOSECONDS.toMillis(early) + 1);
            } else {
                queue(fire.trigger(), now);
            }
        } else if (decision instanceof CheckpointDecision.Defer defer) {
            reports.deferred(defer.reason(), loop.epochMillis(), writeActivity.index());
            long delay = TimeUnit.NANOSECONDS.toMillis(defer.recheckAtNanos() - now + 999_999);
            recheck.after(Math.max(1, delay));
        }
    }

    private CheckpointActivity activity() {
        return new CheckpointActivity(
                dirty.dirty(),
                health.unproven(),
                ticks.due(),
                !idle(),
                stop.last(),
                waiting.size(),
                dirty.dirtyBytes(),
                age.oldestNanos(),
                writeActivity.lastWriteNanos(),
                ticks.nextNanos(),
                permits.expectedWaitNanos());
    }

    private void queue(CheckpointTrigger trigger, long now) {
        boolean canWait = trigger == CheckpointTrigger.INTERVAL || trigger == CheckpointTrigger.RECOVERY;
        long deadline = canWait ? maxDelayDeadlineNanos() : now;
        generations.queue(trigger, deadline);
    }

    private long maxDelayDeadlineNanos() {
        return age.oldestNanos() + TimeUnit.MILLISECONDS.toNanos(options.getMaxDelayMs());
    }

    /** A queued generation may be due sooner by now: for a sync request, a stop, many bytes or new options. */
    private void hasten() {
        boolean atOnce = stop.last() || waiting.size() > 0 || dirty.dirtyBytes() >= options.getMaxDirtyBytes();
        generations.hasten(atOnce ? loop.nanoTime() : maxDelayDeadlineNanos());
    }

    @Override
    public void generationBegins() {
        stop.generationBegins();
    }

    @Override
    public void generationEnded(Generations.End end, String detail) {
        switch (end) {
            case SUCCEEDED, FAILED_AGAIN -> evaluate();
            case FAILED -> {
                if (!stop.last() && !stop.done()) {
                    repair();
                }
                evaluate();
            }
            case POSTPONED -> {
                if (!stop.last()) {
                    recheck.pause(PAUSE_MS);
                } else if (stop.retry()) {
                    recheck.after(PAUSE_MS);
                } else {
                    stopFailed(detail);
                }
            }
            case NOT_STARTED -> {
                if (stop.last()) {
                    stopFailed(detail);
                } else {
                    recheck.pause(PAUSE_MS); // a full pool would reject it again at once
                }
            }
        }
    }

    private void repair() {
        repairs.run(options, succeeded -> {
            if (succeeded) {
                ticks.requestTick();
            }
            evaluate();
        });
    }

    private void stopFailed(String why) {
        stop.fail(why, generations.count());
    }
}

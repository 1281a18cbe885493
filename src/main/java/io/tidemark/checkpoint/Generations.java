package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs generations, one at a time: permit, {@link DirtyCounter#begin}, capture, force on a worker, durable index, {@link
 * CheckpointTarget#completed}, answers to waiters. Decides neither when one runs nor what follows it. On the checkpointer's loop.
 */
final class Generations {

    /** How a generation ended. */
    enum End {
        /** Its capture is durable. */
        SUCCEEDED,
        /** A force has failed; a repair may run at once. */
        FAILED,
        /** A force has failed right after a repair; the next repair waits for its pause. */
        FAILED_AGAIN,
        /** No force has failed, but nothing is durable yet. */
        POSTPONED,
        /** The force could not be scheduled. */
        NOT_STARTED
    }

    /** Who decides. */
    interface Owner {
        /** A generation has its permit and captures next. */
        void generationBegins();

        /** Called once for each generation, last. */
        void generationEnded(End end, String detail);
    }

    private sealed interface Step {
        /** No generation. */
        record Idle() implements Step {}

        /** It waits for its permit. */
        record Queued(ForcePermits.Ticket ticket, CheckpointTrigger trigger, long sinceNanos) implements Step {}

        /** It runs on a worker. */
        record Forcing(Generation generation) implements Step {}
    }

    private static final Step IDLE = new Step.Idle();

    private final CheckpointContext shard;
    private final CheckpointTarget target;
    private final DirtyCounter dirty;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private final CheckpointPressure pressure;
    private final CheckpointHealth health;
    private final PermitWatch permitWatch;
    private final MarkCheck marks;
    private final Ticks ticks;
    private final SyncWaiters waiting;
    private final DirtyAge age;
    private final Owner owner;
    private final StallWatch stall;
    private final Postponements postponements = new Postponements();
    private CheckpointOptions options;
    private Step step = IDLE;
    private long count;

    /** @param waiting sync requests that the next generation answers */
    Generations(
            CheckpointContext shard,
            CheckpointHealth health,
            PermitWatch permitWatch,
            MarkCheck marks,
            Ticks ticks,
            SyncWaiters waiting,
            DirtyAge age,
            CheckpointOptions options,
            Owner owner) {
        this.shard = shard;
        this.target = shard.target();
        this.dirty = shard.dirty();
        this.loop = shard.loop();
        this.reports = shard.reports();
        this.pressure = shard.pressure();
        this.health = health;
        this.permitWatch = permitWatch;
        this.marks = marks;
        this.ticks = ticks;
        this.waiting = waiting;
        this.age = age;
        this.options = options;
        this.owner = owner;
        this.stall = new StallWatch(loop, reports, pressure);
    }

    /** The options have changed: a running force is judged by them. */
    void follow(CheckpointOptions fresh) {
        options = fresh;
        stall.follow(fresh);
    }

    /** Whether none is queued or running. */
    boolean idle() {
        return step == IDLE;
    }

    /** How many have begun. */
    long count() {
        return count;
    }

    /** The pause after postponed generations. */
    Postponements postponements() {
        return postponements;
    }

    /**
     * Queues a generation for its permit.
     *
     * @param deadlineNanos when it is due
     */
    void queue(CheckpointTrigger trigger, long deadlineNanos) {
        ForcePermits.Ticket ticket = shard.permits().request(loop, deadlineNanos, granted -> begin());
        step = new Step.Queued(ticket, trigger, loop.nanoTime());
        permitWatch.begin(ticket, "a checkpoint", options);
    }

    /** A queued generation is due by then at the latest; does nothing if none is queued. */
    void hasten(long deadlineNanos) {
        if (step instanceof Step.Queued queued && shard.permits().hasten(queued.ticket(), deadlineNanos)) {
            permitWatch.begin(queued.ticket(), "a checkpoint", options);
        }
    }

    private void begin() {
        Step.Queued queued = (Step.Queued) step;
        permitWatch.end();
        ticks.consumeTick();
        owner.generationBegins();
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
        count++;
        return new Generation(
                count,
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
        if (failure == null) {
            succeeded(generation, now);
        } else if (failure instanceof CheckpointLoop.NotStarted) {
            notStarted(generation, failure);
        } else if (CheckpointReports.isPostponed(generation, failure)) {
            postponed(generation, failure, now);
        } else {
            failed(generation, failure, now);
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
        int postponed = postponements.clear();
        if (postponed > 0) {
            reports.caughtUp(postponed);
        }
        SyncWaiters waiters = generation.waiters();
        if (marks.isBehind(generation)) {
            waiters.fail(SyncFailure.UNAVAILABLE, marks.behindDetail());
        } else {
            waiters.answer(
                    shard.shard(), generation.number(), dirty.durableIndex(), captured.files(), captured.bytes(), now);
        }
        clearStall();
        owner.generationEnded(End.SUCCEEDED, "");
    }

    private void failed(Generation generation, Throwable failure, long now) {
        String detail = reports.failureDetail(generation, failure);
        age.failed(generation.start());
        postponements.clear();
        boolean repairNow = health.failed(generation.capture().handle(), detail, now, options.getIntervalMs());
        pressure.set(PressureReason.FSYNC_FAILED, repairNow ? PressureLevel.SHED : PressureLevel.FAILED, detail);
        dirty.fail();
        reports.forceFailed(detail, failure);
        reports.ended(generation, dirty.durableIndex(), now, loop.epochMillis(), failure);
        generation.waiters().fail(SyncFailure.FORCE_FAILED, detail);
        clearStall();
        owner.generationEnded(repairNow ? End.FAILED : End.FAILED_AGAIN, detail);
    }

    /**
     * No force has failed, so the next generation may force: after a pause that grows, at a tick, or for a sync request. Writes
     * are shed only once the oldest byte is older than {@code max_delay_ms}.
     */
    private void postponed(Generation generation, Throwable why, long now) {
        dirty.withdraw(generation.start());
        String detail = reports.failureDetail(generation, why);
        ticks.requestTick();
        if (postponements.add(now, options.getIntervalMs())) {
            reports.postponed(detail, why);
        }
        boolean overdue = now - age.oldestNanos() >= TimeUnit.MILLISECONDS.toNanos(options.getMaxDelayMs());
        pressure.set(PressureReason.FSYNC_STALLED, overdue ? PressureLevel.SHED : PressureLevel.WARN, detail);
        reports.ended(generation, dirty.durableIndex(), now, loop.epochMillis(), why);
        generation.waiters().fail(SyncFailure.UNAVAILABLE, detail);
        owner.generationEnded(End.POSTPONED, detail);
    }

    private void notStarted(Generation generation, Throwable why) {
        dirty.withdraw(generation.start());
        String detail = reports.name() + ": the force could not be scheduled: " + why.getMessage();
        reports.notStarted(generation, dirty.durableIndex(), detail, why);
        waiting.inherit(generation.waiters());
        generation.waiters().fail(SyncFailure.UNAVAILABLE, detail);
        clearStall();
        owner.generationEnded(End.NOT_STARTED, detail);
    }

    private void clearStall() {
        pressure.set(PressureReason.FSYNC_STALLED, PressureLevel.NORMAL, reports.name() + ": a generation has ended");
    }
}

package io.tidemark.checkpoint;

import io.vertx.core.Future;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The real checkpointer of a shard on an injected clock, loop and workers; for tests outside this package. */
public final class CheckpointerOnVirtualTime {

    /** What it runs on. Callbacks run one at a time, as on one event loop. */
    public interface Time {
        /** Monotonic. */
        long nanoTime();

        /** Milliseconds since 1970. */
        long epochMillis();

        /** Runs a task later on the loop. */
        void execute(Runnable task);

        /** Runs a task once after a delay; returns what cancels it. */
        Runnable schedule(long delayMillis, Runnable task);

        /**
         * Runs what blocks; {@code done} is called on the loop.
         *
         * @param done gets null, the failure, or a {@link RejectedExecutionException} if the task was never begun
         */
        void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done);
    }

    /** The permits that the checkpointers of one process share. */
    public static final class Permits {
        private final ForcePermits permits = new ForcePermits();

        /** Changes how many forces may run at once. */
        public void limit(int most) {
            permits.limit(most);
        }

        /** How many forces hang and have lent their permit. */
        public int lent() {
            return permits.lent();
        }

        /** How long a force keeps its permit, in nanoseconds, if so many hung when it began. */
        public static long patienceNanos(long stallWarnMillis, int hung) {
            return TimeUnit.MILLISECONDS.toNanos(ForcePermits.lendAfterMillis(stallWarnMillis, hung));
        }
    }

    private final Checkpointer checkpointer;
    private final int shard;
    private final Time time;
    private Runnable nextTick = () -> {};

    /** A checkpointer that has not started. */
    public CheckpointerOnVirtualTime(
            Time time,
            int shard,
            CheckpointTarget target,
            DirtyCounter dirty,
            Permits permits,
            CheckpointOptions options,
            CheckpointListener listener) {
        this.time = time;
        this.shard = shard;
        this.checkpointer =
                new Checkpointer("main", shard, target, dirty, permits.permits, new Loop(time), options, listener);
    }

    /** A counter of its own, on a clock. */
    public static DirtyCounter counter(LongSupplier nanoTime) {
        return new DirtyCounter(nanoTime);
    }

    /** Starts it and its ticks, as the verticle does. */
    public void start(CheckpointOptions options) {
        checkpointer.start(tickEvery(options.getIntervalMs()));
    }

    /** Changes the options, as the verticle does. */
    public void reconfigure(CheckpointOptions options) {
        checkpointer.reconfigure(options, tickEvery(options.getIntervalMs()));
    }

    /** See {@link Checkpointers#syncNow(int)}; on the loop. */
    public Future<SyncResult> sync() {
        return checkpointer.sync();
    }

    /** Stops the ticks, then acts as {@link Checkpointers#close()} for this shard; on the loop. */
    public Future<Void> stop() {
        nextTick.run();
        return checkpointer.stop();
    }

    private long tickEvery(long intervalMillis) {
        nextTick.run();
        long first = TickGrid.delayMillis(shard, intervalMillis, TimeUnit.NANOSECONDS.toMillis(time.nanoTime()));
        tickAfter(first, intervalMillis);
        return time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(first);
    }

    private void tickAfter(long delayMillis, long intervalMillis) {
        nextTick = time.schedule(delayMillis, () -> {
            tickAfter(intervalMillis, intervalMillis);
            checkpointer.tick();
        });
    }

    private record Loop(Time time) implements CheckpointLoop {
        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public long epochMillis() {
            return time.epochMillis();
        }

        @Override
        public void execute(Runnable task) {
            time.execute(task);
        }

        @Override
        public Runnable schedule(long delayMillis, Runnable task) {
            return time.schedule(delayMillis, task);
        }

        @Override
        public void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {
            time.runBlocking(
                    task,
                    failure -> done.accept(
                            failure instanceof RejectedExecutionException ? new NotStarted(failure) : failure));
        }
    }
}

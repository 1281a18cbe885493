package io.tidemark.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A checkpointer's loop on virtual time: nothing happens until the test says so, and then always in the same order. */
final class VirtualLoop implements CheckpointLoop {
    private record Event(long atNanos, long order, Runnable task) {}

    /** A blocking task that waits for the test to run it. */
    record Blocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.<Event>comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private final List<Blocking> blocked = new ArrayList<>();
    private long nowNanos = 1_000_000_000;
    private long orders;
    private boolean holdBlocking;

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public long epochMillis() {
        return 1_700_000_000_000L + TimeUnit.NANOSECONDS.toMillis(nowNanos);
    }

    @Override
    public void execute(Runnable task) {
        events.add(new Event(nowNanos, orders++, task));
    }

    @Override
    public Runnable schedule(long delayMillis, Runnable task) {
        Event event = new Event(nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis), orders++, task);
        events.add(event);
        return () -> events.remove(event);
    }

    @Override
    public void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {
        blocked.add(new Blocking(task, done));
        if (!holdBlocking) {
            execute(this::runBlocked);
        }
    }

    /** From now on blocking tasks wait for {@link #runBlocked}. */
    void holdBlocking(boolean hold) {
        holdBlocking = hold;
    }

    /** How many tasks and timers wait. */
    int events() {
        return events.size();
    }

    int blockedTasks() {
        return blocked.size();
    }

    /** Runs the oldest blocking task and queues its end. */
    void runBlocked() {
        runBlocked(0);
    }

    /** Runs a blocking task of those that wait, 0 for the oldest. */
    void runBlocked(int place) {
        Blocking next = blocked.remove(place);
        Throwable failure = null;
        try {
            next.task().call();
        } catch (Throwable e) {
            failure = e;
        }
        Throwable outcome = failure;
        execute(() -> next.done().accept(outcome));
    }

    /** Refuses the oldest blocking task, as a closed or full pool does. */
    void rejectBlocked() {
        Blocking next = blocked.remove(0);
        execute(() -> next.done().accept(new NotStarted(new IllegalStateException("pool is full"))));
    }

    /** Runs everything that is due by then, in order. */
    void advanceMillis(long millis) {
        advanceNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** The same, for writes that come between two ticks of a millisecond clock. */
    void advanceNanos(long nanos) {
        long until = nowNanos + nanos;
        while (!events.isEmpty() && events.peek().atNanos() <= until) {
            Event event = events.remove();
            nowNanos = Math.max(nowNanos, event.atNanos());
            event.task().run();
        }
        nowNanos = until;
    }

    /** Runs what is due now. */
    void runReady() {
        advanceMillis(0);
    }
}

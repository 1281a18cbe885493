package io.tidemark.simulation;

import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is in one simulated process: one event loop, lanes that run one task at a time, workers that block, and the
 * virtual clock. Everything that could happen next is a {@link Choice}, and the random source takes one. Blocking tasks are
 * {@link Fiber}s, which {@link #holdUp} holds up.
 *
 * <p>On the thread that made it, and the fibers whose turn it is.
 */
final class Scheduler implements CheckpointerOnVirtualTime.Time {
    private static final long EPOCH_MILLIS = 1_800_000_000_000L;

    /** Something that could be next. */
    private record Choice(int weight, Runnable step) {}

    /** A cancelled one does nothing, also if it is due already and waits for the loop. */
    private static final class Timer {
        final long atNanos;
        final long order;
        Runnable task;

        Timer(long atNanos, long order, Runnable task) {
            this.atNanos = atNanos;
            this.order = order;
            this.task = task;
        }
    }

    private record Blocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {}

    private final Random random;
    private final BooleanSupplier refuseWork;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.atNanos).thenComparingLong(timer -> timer.order));
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final ArrayDeque<Blocking> blocking = new ArrayDeque<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Fiber> fibers = new ArrayList<>();
    private final List<Choice> choices = new ArrayList<>();
    private long nowNanos;
    private long orders;
    private boolean over;

    /** @param refuseWork whether the workers refuse the next task, as a full pool does */
    Scheduler(Random random, long startNanos, BooleanSupplier refuseWork) {
        this.random = random;
        this.nowNanos = startNanos;
        this.refuseWork = refuseWork;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public long epochMillis() {
        return EPOCH_MILLIS + TimeUnit.NANOSECONDS.toMillis(nowNanos);
    }

    @Override
    public synchronized void execute(Runnable task) {
        loop.add(task);
    }

    @Override
    public synchronized Runnable schedule(long delayMillis, Runnable task) {
        Timer timer = new Timer(nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis), orders++, task);
        timers.add(timer);
        return () -> {
            synchronized (this) {
                timer.task = () -> {};
                timers.remove(timer);
            }
        };
    }

    @Override
    public synchronized void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {
        if (refuseWork.getAsBoolean()) {
            execute(() -> done.accept(new RejectedExecutionException("the pool is full")));
        } else {
            blocking.add(new Blocking(task, done));
        }
    }

    /** Runs tasks one at a time, in order, each as a fiber. */
    final class Lane implements Executor {
        private final String name;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean busy;

        private Lane(String name) {
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            synchronized (Scheduler.this) {
                tasks.add(task);
            }
        }

        /** The same; a fiber that calls is held up until the task has ended. */
        void await(Runnable task) {
            Fiber caller = Fiber.current();
            if (caller == null || over) {
                execute(task);
                return;
            }
            caller.wakeAt(Long.MAX_VALUE);
            execute(() -> {
                task.run();
                caller.wakeAt(nowNanos);
            });
            caller.pause();
        }

        private void begin() {
            Runnable task = tasks.remove();
            busy = true;
            begin(() -> {
                try {
                    task.run();
                } finally {
                    busy = false;
                }
            });
        }

        private void begin(Runnable task) {
            Scheduler.this.begin(name, task);
        }
    }

    Lane lane(String name) {
        Lane lane = new Lane(name);
        lanes.add(lane);
        return lane;
    }

    /**
     * The fiber that calls may be held up here.
     *
     * @param sleepNanos for at least so long
     */
    void holdUp(long sleepNanos) {
        Fiber fiber = Fiber.current();
        if (fiber != null && !over && (sleepNanos > 0 || random.nextInt(3) != 0)) {
            fiber.wakeAt(nowNanos + sleepNanos);
            fiber.pause();
        }
    }

    /** Whether anything can happen without time going by. */
    boolean hasWork() {
        return !loop.isEmpty()
                || !blocking.isEmpty()
                || !fibers.isEmpty()
                || lanes.stream().anyMatch(lane -> lane.busy || !lane.tasks.isEmpty());
    }

    /**
     * One step of somebody's.
     *
     * @param outside what the world around may do, or null
     * @param weight how likely that is, beside 10 for each of the rest
     */
    void step(@Nullable Runnable outside, int weight) {
        choices.clear();
        fibers.forEach(Fiber::awaitPaused);
        fibers.removeIf(fiber -> fiber.state() == Fiber.Standing.ENDED);
        synchronized (this) {
            if (!loop.isEmpty()) {
                choices.add(new Choice(20, () -> take(loop).run()));
            }
            if (!blocking.isEmpty()) {
                choices.add(new Choice(10, this::beginBlocking));
            }
            for (Lane lane : lanes) {
                if (!lane.busy && !lane.tasks.isEmpty()) {
                    choices.add(new Choice(10, lane::begin));
                }
            }
        }
        for (Fiber fiber : fibers) {
            if (fiber.state() == Fiber.Standing.PAUSED && fiber.wakeAtNanos() - nowNanos <= 0) {
                choices.add(new Choice(10, () -> resume(fiber)));
            }
        }
        if (outside != null) {
            choices.add(new Choice(weight, outside));
        }
        boolean idle = choices.isEmpty();
        choices.add(new Choice(5, () -> advance(idle)));
        choose().step().run();
    }

    private synchronized Runnable take(ArrayDeque<Runnable> queue) {
        return queue.remove();
    }

    private Choice choose() {
        int all = 0;
        for (Choice choice : choices) {
            all += choice.weight();
        }
        int drawn = random.nextInt(all);
        for (Choice choice : choices) {
            drawn -= choice.weight();
            if (drawn < 0) {
                return choice;
            }
        }
        throw new IllegalStateException();
    }

    private void beginBlocking() {
        Blocking next;
        synchronized (this) {
            next = blocking.remove();
        }
        begin("worker", () -> {
            Throwable outcome = null;
            try {
                next.task().call();
            } catch (Exception e) {
                outcome = e;
            }
            Throwable ended = outcome;
            execute(() -> next.done().accept(ended));
        });
    }

    private void begin(String name, Runnable task) {
        Fiber fiber = new Fiber(name, task);
        fibers.add(fiber);
        resume(fiber);
    }

    private void resume(Fiber fiber) {
        fiber.run();
        Throwable failure = fiber.failure();
        if (failure != null) {
            throw new AssertionError(fiber + ": " + failure, failure);
        }
    }

    /** Lets time go by: to the next event, or, while others are at work, not as far. */
    private void advance(boolean idle) {
        long next = Long.MAX_VALUE;
        synchronized (this) {
            if (!timers.isEmpty()) {
                next = timers.peek().atNanos;
            }
        }
        for (Fiber fiber : fibers) {
            if (fiber.state() == Fiber.Standing.PAUSED && fiber.wakeAtNanos() - nowNanos > 0) {
                next = Math.min(next, fiber.wakeAtNanos());
            }
        }
        long far = next == Long.MAX_VALUE ? TimeUnit.SECONDS.toNanos(1) : Math.max(0, next - nowNanos);
        passTime(idle || random.nextBoolean() ? far : Math.min(far, random.nextInt(5_000_000)));
    }

    /** Lets so much time go by; timers that are due run on the loop. */
    void passTime(long nanos) {
        nowNanos += nanos;
        synchronized (this) {
            while (!timers.isEmpty() && timers.peek().atNanos - nowNanos <= 0) {
                Timer due = timers.remove();
                loop.add(() -> due.task.run());
            }
        }
    }

    /** The process is gone: unwinds whatever was under way. */
    void end() {
        over = true;
        for (Fiber fiber : fibers) {
            fiber.awaitPaused();
            fiber.kill();
        }
    }
}

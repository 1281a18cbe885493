package io.tidemark.simulation;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Blocking code that can be held up in the middle while others go on: a thread that runs only when it is its turn. Threads
 * are kept and used again.
 *
 * <p>If the code waits for a lock or for another fiber, its turn ends, too ({@link Standing#STUCK}); once it is free again it
 * goes on by itself up to its next {@link #pause}.
 */
final class Fiber {
    /** State of a fiber. */
    enum Standing {
        /** Has its turn. */
        RUNNING,
        /** Paused by {@link #pause}, or not started. */
        PAUSED,
        /** Blocked on something outside the scheduler. */
        STUCK,
        /** The task has ended. */
        ENDED
    }

    private static final ConcurrentLinkedDeque<Worker> IDLE = new ConcurrentLinkedDeque<>();
    private static final long STUCK_AFTER_NANOS = 20_000_000;
    private static final long LOST_AFTER_NANOS = 60_000_000_000L;

    private final String name;
    private final Runnable task;
    private final Thread director = Thread.currentThread();
    private final Worker worker;
    private volatile Standing state = Standing.PAUSED;
    private volatile boolean killed;
    private volatile @Nullable Throwable failure;
    private long wakeAtNanos;

    /** A fiber that has not started. */
    Fiber(String name, Runnable task) {
        this.name = name;
        this.task = task;
        Worker idle = IDLE.poll();
        this.worker = idle == null ? new Worker() : idle;
    }

    /** The calling fiber, or null. */
    static @Nullable Fiber current() {
        return Thread.currentThread() instanceof Worker worker ? worker.running : null;
    }

    Standing state() {
        return state;
    }

    /** Not to be run before then; long ago for one that does not sleep. */
    long wakeAtNanos() {
        return wakeAtNanos;
    }

    void wakeAt(long nanos) {
        wakeAtNanos = nanos;
    }

    /** The unexpected exception that ended it, if any. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Runs one turn; returns when it has ended. Called by the thread that created the fiber. */
    void run() {
        stand(Standing.RUNNING);
        worker.giveTurn(this);
        await();
    }

    /** If it was stuck and has continued, waits until it pauses again. */
    void awaitPaused() {
        if (state() == Standing.STUCK && !worker.isBlocked()) {
            await();
        }
    }

    /** Unwinds it: {@link Killed} is thrown where it paused. */
    void kill() {
        killed = true;
        while (state() == Standing.PAUSED) {
            run();
        }
    }

    /** Ends its turn, and returns at the next one. Called by the fiber itself. */
    void pause() {
        stand(Standing.PAUSED);
        LockSupport.unpark(director);
        worker.takeTurn();
        if (killed) {
            throw new Killed();
        }
    }

    private synchronized void stand(Standing now) {
        state = now;
    }

    private synchronized void stuck() {
        if (state == Standing.RUNNING) {
            state = Standing.STUCK;
        }
    }

    private boolean held() {
        Standing now = state();
        return now == Standing.PAUSED || now == Standing.ENDED;
    }

    private void await() {
        long from = System.nanoTime();
        long blockedSince = 0;
        while (!held()) {
            LockSupport.parkNanos(this, 1_000_000);
            long now = System.nanoTime();
            if (!worker.isBlocked()) {
                blockedSince = 0;
            } else if (blockedSince == 0) {
                blockedSince = now;
            } else if (now - blockedSince > STUCK_AFTER_NANOS) {
                stuck();
                return;
            }
            if (now - from > LOST_AFTER_NANOS) {
                AssertionError lost = new AssertionError(name + " did not end its turn");
                lost.setStackTrace(worker.getStackTrace());
                throw lost;
            }
        }
    }

    private void body() {
        try {
            if (!killed) {
                task.run();
            }
        } catch (Killed end) {
            // expected
        } catch (Throwable unexpected) {
            failure = unexpected;
        }
    }

    @Override
    public String toString() {
        return name + " " + state;
    }

    /** A thread that runs fibers one after another. */
    private static final class Worker extends Thread {
        private final AtomicReference<@Nullable Fiber> turn = new AtomicReference<>();
        private @Nullable Fiber running;

        Worker() {
            super("simulation-fiber");
            setDaemon(true);
            start();
        }

        void giveTurn(Fiber fiber) {
            turn.set(fiber);
            LockSupport.unpark(this);
        }

        /** Whether it has its turn and is blocked. */
        boolean isBlocked() {
            Thread.State now = getState();
            return turn.get() == null
                    && (now == Thread.State.BLOCKED
                            || now == Thread.State.WAITING
                            || now == Thread.State.TIMED_WAITING);
        }

        Fiber takeTurn() {
            while (true) {
                Fiber mine = turn.getAndSet(null);
                if (mine != null) {
                    return mine;
                }
                LockSupport.park(this);
            }
        }

        @Override
        public void run() {
            while (true) {
                Fiber fiber = takeTurn();
                running = fiber;
                fiber.body();
                running = null;
                IDLE.push(this);
                fiber.stand(Fiber.Standing.ENDED);
                LockSupport.unpark(fiber.director);
            }
        }
    }
}

package io.tidemark.files;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.InterruptedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one append in at a time, holds appends up while a repair is due, and refuses them when the files are drained. Whoever asks
 * it to drain does not wait: it holds its lock for a few instructions only.
 */
final class WriterGate {

    /** Whether appends may go on. */
    enum Passage {
        FREE,
        /** A repair is due, and will come. */
        WAIT,
        /** A repair is due, and can't come. */
        REFUSED
    }

    private enum State {
        OPEN,
        DRAINING,
        CLOSED
    }

    private final Object lock = new Object();
    private final String name;
    private final Supplier<Passage> passage;
    private State state = State.OPEN;
    private boolean writing;
    private @Nullable Promise<Void> drained;

    /**
     * A gate that is open.
     *
     * @param name for messages
     * @param passage memory only; {@link #wake} says that it has changed
     */
    WriterGate(String name, Supplier<Passage> passage) {
        this.name = name;
        this.passage = passage;
    }

    /**
     * Waits for its turn, and for a repair that is due; {@link #leave} must follow.
     *
     * @throws AppendRefusedException if appends are refused, now or while it waits
     * @throws InterruptedIOException if the thread is interrupted: inside of a write that would close the file
     */
    void enter() throws AppendRefusedException, InterruptedIOException {
        synchronized (lock) {
            while (true) {
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted();
                }
                Passage now = passage.get();
                requireOpen(now);
                if (!writing && now == Passage.FREE) {
                    writing = true;
                    return;
                }
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw interrupted();
                }
            }
        }
    }

    private void requireOpen(Passage now) throws AppendRefusedException {
        if (state != State.OPEN) {
            throw new AppendRefusedException(name + ": the files are "
                    + (state == State.DRAINING ? "being drained: their checkpointer stops" : "closed"));
        }
        if (now == Passage.REFUSED) {
            throw new AppendRefusedException(name + ": a force has failed, and there is no replay to repair it by;"
                    + " a restart recovers what was durable");
        }
    }

    private InterruptedIOException interrupted() {
        return new InterruptedIOException(name + ": the appending thread was interrupted; nothing has been written");
    }

    void leave() {
        Promise<Void> done;
        synchronized (lock) {
            writing = false;
            lock.notifyAll();
            done = drained;
        }
        if (done != null) {
            done.tryComplete();
        }
    }

    /** What holds appends up may have changed. */
    void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /** Waits until no append is under way; whether the next may come in is the caller's doing. Not to be interrupted. */
    void awaitNoWriter() throws InterruptedIOException {
        synchronized (lock) {
            while (writing) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw interrupted();
                }
            }
        }
    }

    /** The same; an interrupt is kept for later. */
    void awaitNoWriterUninterruptibly() {
        boolean interrupted = false;
        synchronized (lock) {
            while (writing) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refuses appends from now on; completes when the one under way has ended. Returns at once. */
    Future<Void> drain() {
        Promise<Void> promise;
        synchronized (lock) {
            if (state == State.OPEN) {
                state = State.DRAINING;
            }
            if (drained == null) {
                drained = Promise.promise();
            }
            promise = drained;
            lock.notifyAll();
            if (writing) {
                return promise.future();
            }
        }
        promise.tryComplete();
        return promise.future();
    }

    /** Takes appends again after a drain. */
    void reopen() {
        synchronized (lock) {
            if (state == State.DRAINING) {
                state = State.OPEN;
                drained = null;
            }
        }
    }

    /** Refuses appends for good. */
    void close() {
        synchronized (lock) {
            state = State.CLOSED;
            lock.notifyAll();
        }
    }
}

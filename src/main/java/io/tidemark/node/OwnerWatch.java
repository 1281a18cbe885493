package io.tidemark.node;

import io.tidemark.disk.Fence;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether a node's directories are still its own, and lets nothing be acknowledged or changed there unless a
 * look that began less than {@link Ownership#LEASE_MS} ms ago has found so.
 *
 * <p>One thread for each directory, which a hanging disk may hold. Whoever {@linkplain #check asks} after a pause of the process
 * looks itself, one at a time; if another is at it, it isn't known meanwhile, and asked again.
 *
 * <p>What fails is not what is lost: a look that can't be carried out makes writes wait, and ends nothing.
 */
final class OwnerWatch implements Fence, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerWatch.class);
    private static final long PERIOD_MS = 1_000;
    private static final long QUICK_MS = 20;

    private final List<Watched> watched;
    private final OwnershipClock pace;
    private final Consumer<String> listener;
    private final AtomicReference<String> lost = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Has not looked yet, so lets nothing happen.
     *
     * @param listener told once if a directory is lost, on any thread; it was logged before
     */
    OwnerWatch(List<Ownership> owned, OwnershipClock pace, Consumer<String> listener) {
        this.pace = pace;
        this.listener = listener;
        this.watched = owned.stream().map(Watched::new).toList();
    }

    /** Looks at once, on the calling thread, then on its own. Blocks. */
    void start() {
        for (Watched each : watched) {
            each.tryLook(0);
            Thread thread = new Thread(() -> run(each), "tidemark-owner");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Whether a directory has been lost: nothing may be done any more but to end. Any thread. */
    boolean isLost() {
        return lost.get() != null;
    }

    @Override
    public void check() throws RetryLaterException {
        requireNotLost();
        for (int i = 0; i < watched.size(); i++) {
            watched.get(i).requireSeen();
        }
    }

    private void requireNotLost() throws RetryLaterException {
        String what = lost.get();
        if (what != null) {
            throw new RetryLaterException("the directory was lost", new IOException(what));
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void run(Watched each) {
        try {
            while (!closed.await(PERIOD_MS, TimeUnit.MILLISECONDS) && !isLost()) {
                tryLook(each);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever happens, the looks go on: an idle node must answer who asks for its directory. */
    private static void tryLook(Watched each) {
        try {
            each.tryLook(PERIOD_MS);
        } catch (RuntimeException | Error unexpected) {
            LOG.error("{}: a look whether it is still this node's failed", each.owner.name(), unexpected);
        }
    }

    private void lost(Ownership owner, String what) {
        String message = owner.name() + " is no longer this node's: " + what;
        if (lost.compareAndSet(null, message)) {
            LOG.error(
                    "{}. From now on this node acknowledges no write and changes no file there; it ends with exit code {}. All"
                            + " that it has acknowledged is in the directory. Find out who else uses it: one node may; then start"
                            + " one again. Never remove or copy {} and {} under a running node",
                    message,
                    ExitCode.DATA_REFUSED.code(),
                    DirectoryLock.FILE,
                    Ownership.FILE);
            listener.accept(message);
        }
    }

    /** One of the directories. */
    private final class Watched {
        private final Ownership owner;
        private final ReentrantLock looking = new ReentrantLock();
        private volatile Seen seen = new Seen(0, 0, false);
        private @Nullable volatile IOException unknown;

        Watched(Ownership owner) {
            this.owner = owner;
        }

        void requireSeen() throws RetryLaterException {
            if (seen.holds(pace)) {
                return;
            }
            tryLook(QUICK_MS);
            requireNotLost();
            if (!seen.holds(pace)) {
                IOException why = unknown;
                throw new RetryLaterException(
                        "not known whose the directory is",
                        new IOException("whether " + owner.name() + " is still this node's can't be seen"
                                + (why == null ? ": the disk does not answer" : ": " + why)));
            }
        }

        /** @param waitMs how long it may wait for another thread that looks */
        void tryLook(long waitMs) {
            try {
                if (!looking.tryLock(waitMs, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
            try {
                look();
            } finally {
                looking.unlock();
            }
        }

        private void look() {
            Seen now = new Seen(pace.nanoTime(), pace.epochMillis(), true);
            OwnerCheck found = owner.look();
            if (found instanceof OwnerCheck.Mine) {
                seen = now;
                if (unknown != null) {
                    unknown = null;
                    LOG.info("{} can be looked at again; it is still this node's", owner.name());
                }
            } else if (found instanceof OwnerCheck.Lost gone) {
                seen = new Seen(0, 0, false);
                lost(owner, gone.what());
            } else if (found instanceof OwnerCheck.Unknown failed) {
                if (unknown == null) {
                    LOG.warn(
                            "{}: can't see whether it is still this node's: {}; if that lasts, writes wait until it can",
                            owner.name(),
                            failed.why().toString());
                }
                unknown = failed.why();
            }
        }
    }

    /**
     * When a look began that found all well.
     *
     * @param mine false if none has
     */
    private record Seen(long nanos, long epochMillis, boolean mine) {
        /** By both clocks: one stands while the machine is suspended, the other may be set. */
        boolean holds(OwnershipClock pace) {
            return mine
                    && pace.nanoTime() - nanos <= TimeUnit.MILLISECONDS.toNanos(Ownership.LEASE_MS)
                    && Math.abs(pace.epochMillis() - epochMillis) <= Ownership.LEASE_MS;
        }
    }
}

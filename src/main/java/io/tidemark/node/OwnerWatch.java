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
 * Checks once a second whether a node's directories are still its own. Nothing may be acknowledged or changed there
 * unless a check that began less than {@link Ownership#LEASE_MS} ms ago succeeded.
 *
 * <p>One thread for each directory, which a hung disk may block. After a pause of the process a caller of {@link
 * #check} checks itself, one at a time; while another thread does, the owner is unknown and the caller retries.
 *
 * <p>A failed check is not a lost directory: writes wait, and nothing ends.
 */
final class OwnerWatch implements Fence, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerWatch.class);
    private static final long PERIOD_MS = 1_000;
    private static final long BRIEF_WAIT_MS = 20;

    private final List<Watched> watched;
    private final OwnershipClock clock;
    private final Consumer<String> listener;
    private final AtomicReference<String> lost = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Has not checked yet, so {@link #check} throws.
     *
     * @param listener called once if a directory is lost, on any thread; the loss was logged before
     */
    OwnerWatch(List<Ownership> owned, OwnershipClock clock, Consumer<String> listener) {
        this.clock = clock;
        this.listener = listener;
        this.watched = owned.stream().map(Watched::new).toList();
    }

    /** Checks at once, on the calling thread, then periodically. Blocks. */
    void start() {
        for (Watched each : watched) {
            each.tryCheck(0);
            Thread thread = new Thread(() -> run(each), "tidemark-owner");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Whether a directory has been lost: the process must then end. Any thread. */
    boolean isLost() {
        return lost.get() != null;
    }

    @Override
    public void check() throws RetryLaterException {
        requireNotLost();
        for (int i = 0; i < watched.size(); i++) {
            watched.get(i).requireRecentCheck();
        }
    }

    private void requireNotLost() throws RetryLaterException {
        String what = lost.get();
        if (what != null) {
            throw new RetryLaterException("the directory was lost", new IOException(what));
        }
    }

    /** Stops checking. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void run(Watched each) {
        try {
            while (!closed.await(PERIOD_MS, TimeUnit.MILLISECONDS) && !isLost()) {
                tryCheck(each);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** The checks continue after any exception: an idle node must still answer a claim to its directory. */
    private static void tryCheck(Watched each) {
        try {
            each.tryCheck(PERIOD_MS);
        } catch (RuntimeException | Error unexpected) {
            LOG.error("{}: the check whether it is still this node's failed", each.owner.name(), unexpected);
        }
    }

    private void lost(Ownership owner, String what) {
        String message = owner.name() + " is no longer this node's: " + what;
        if (lost.compareAndSet(null, message)) {
            LOG.error(
                    "{}. From now on this node acknowledges no write and changes no file there; it ends with exit code {}. All"
                            + " that it has acknowledged is in the directory. Only one node may use it: find the other one, then start"
                            + " one again. Never remove or copy {} and {} under a running node",
                    message,
                    ExitCode.DATA_REFUSED.code(),
                    DirectoryLock.FILE,
                    Ownership.FILE);
            listener.accept(message);
        }
    }

    /** One watched directory. */
    private final class Watched {
        private final Ownership owner;
        private final ReentrantLock checking = new ReentrantLock();
        private volatile LastCheck lastCheck = new LastCheck(0, 0, false);
        private @Nullable volatile IOException unknown;

        Watched(Ownership owner) {
            this.owner = owner;
        }

        void requireRecentCheck() throws RetryLaterException {
            if (lastCheck.isRecent(clock)) {
                return;
            }
            tryCheck(BRIEF_WAIT_MS);
            requireNotLost();
            if (!lastCheck.isRecent(clock)) {
                IOException why = unknown;
                throw new RetryLaterException(
                        "the owner of the directory is unknown",
                        new IOException("whether " + owner.name() + " is still this node's can't be checked"
                                + (why == null ? ": the disk does not answer" : ": " + why)));
            }
        }

        /** @param waitMs how long to wait for a check of another thread */
        void tryCheck(long waitMs) {
            try {
                if (!checking.tryLock(waitMs, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
            try {
                checkOwner();
            } finally {
                checking.unlock();
            }
        }

        private void checkOwner() {
            LastCheck now = new LastCheck(clock.nanoTime(), clock.epochMillis(), true);
            owner.check().handle(new OwnerCheck.Handler<RuntimeException>() {
                @Override
                public void owned() {
                    lastCheck = now;
                    if (unknown != null) {
                        unknown = null;
                        LOG.info("{} can be checked again; it is still this node's", owner.name());
                    }
                }

                @Override
                public void lost(String what) {
                    lastCheck = new LastCheck(0, 0, false);
                    OwnerWatch.this.lost(owner, what);
                }

                @Override
                public void unknown(IOException why) {
                    if (unknown == null) {
                        LOG.warn(
                                "{}: can't check whether it is still this node's: {}; if that lasts, writes wait until"
                                        + " it can",
                                owner.name(),
                                why.toString());
                    }
                    unknown = why;
                }
            });
        }
    }

    /**
     * The start time of the last check that found the directory owned.
     *
     * @param owned false before the first such check
     */
    private record LastCheck(long nanos, long epochMillis, boolean owned) {
        /** By both clocks: the monotonic one stops while the machine is suspended, the wall clock may be set. */
        boolean isRecent(OwnershipClock clock) {
            return owned
                    && clock.nanoTime() - nanos <= TimeUnit.MILLISECONDS.toNanos(Ownership.LEASE_MS)
                    && Math.abs(clock.epochMillis() - epochMillis) <= Ownership.LEASE_MS;
        }
    }
}
